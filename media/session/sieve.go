package session

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// sieve has the kernel throw away, before they take room in the socket's queue,
// the packets of a flood: all but the far end's. One of sifted others comes
// through still, by chance: a far end that has moved is believed by what it sends.
// What it cannot tell from the far end's own is left to the key.
type sieve struct {
	raw   syscall.RawConn
	on    atomic.Bool // for the engine's thread
	mutex sync.Mutex
	drops uint32 // of the socket, when last looked
}

// sifted is a power of two.
const sifted = 64

const (
	swampedRun  = 3                      // periods with too many packets that make it a flood
	sieveLook   = 500 * time.Millisecond // between looks whether it is one still
	sieveCalm   = 500                    // packets thrown away meanwhile; with fewer it is none
	sieveSilent = 300 * time.Millisecond // a far end that is not heard for so long may be elsewhere
)

// far is who the sieve lets through.
type far struct {
	from netip.AddrPort
	ssrc uint32
}

// shed puts the sieve on, has it follow the far end, or takes it off: a flood is
// over, or it is not known who is to be let through. It tells how many packets
// the kernel threw away since it looked last.
func (v *sieve) shed(to far, known bool) (thrown uint32) {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	drops := v.count()
	thrown, v.drops = drops-v.drops, drops
	if !known || v.on.Load() && thrown < sieveCalm {
		v.remove()
		return thrown
	}
	v.on.Store(v.attach(to.program(sifted-1)) == nil)
	return thrown
}

// lift takes it off: who is to be let through has changed.
func (v *sieve) lift() {
	v.mutex.Lock()
	defer v.mutex.Unlock()
	v.remove()
}

func (v *sieve) remove() {
	if !v.on.Load() {
		return
	}
	_ = v.raw.Control(func(fd uintptr) { _ = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_DETACH_FILTER, 0) })
	v.on.Store(false)
}

func (v *sieve) attach(program []unix.SockFilter) (err error) {
	fprog := unix.SockFprog{Len: uint16(len(program)), Filter: &program[0]}
	failed := v.raw.Control(func(fd uintptr) {
		err = unix.SetsockoptSockFprog(int(fd), unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &fprog)
	})
	return errors.Join(failed, err)
}

// count is how many packets the kernel has thrown away, whatever the reason.
func (v *sieve) count() (drops uint32) {
	_ = v.raw.Control(func(fd uintptr) {
		var info [unix.SK_MEMINFO_VARS]uint32
		size := uint32(unsafe.Sizeof(info))
		_, _, _ = unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_MEMINFO, uintptr(unsafe.Pointer(&info)), uintptr(unsafe.Pointer(&size)), 0)
		drops = info[unix.SK_MEMINFO_DROPS]
	})
	return drops
}

// Where a socket's filter finds things (linux/filter.h): the UDP header at 0, RTP
// after it, the IP header and chance by offsets of their own.
const (
	ofUDP    = 0
	ofRTP    = 8
	ofIP     = -0x100000    // SKF_NET_OFF
	ofChance = -0x1000 + 56 // SKF_AD_OFF + SKF_AD_RANDOM
)

// program is the filter (Linux, Documentation/networking/filter.rst). Others come
// through it when a random number has none of the bits.
func (f far) program(bits uint32) []unix.SockFilter {
	var p sieveProgram
	p.load(unix.BPF_W, ofChance)
	p.take(unix.BPF_JSET, bits, false)
	p.load(unix.BPF_H, ofUDP)
	p.want(uint32(f.from.Port()))
	p.load(unix.BPF_B, ofIP)
	p.only(0xf0)
	if addr := f.from.Addr().Unmap(); addr.Is4() {
		p.want(4 << 4)
		p.wantOctets(ofIP+12, addr.AsSlice())
	} else {
		p.want(6 << 4)
		p.wantOctets(ofIP+8, addr.AsSlice())
	}
	p.load(unix.BPF_B, ofRTP) // what is not RTP has its own bounds: RFC 7983 §7
	p.only(0xc0)
	p.take(unix.BPF_JEQ, 2<<6, false)
	p.load(unix.BPF_B, ofRTP+1)
	p.only(0xe0)
	p.take(unix.BPF_JEQ, 192, true) // RTCP: RFC 5761 §4
	p.load(unix.BPF_W, ofRTP+8)
	p.want(f.ssrc)
	return p.end()
}

// sieveProgram is a filter that is written: of its jumps one goes to the next
// instruction, the other to one of both ends.
type sieveProgram struct {
	code []unix.SockFilter
	ends []verdict // of each instruction that jumps
}

type verdict struct {
	at         int
	when, take bool // the condition that ends it, and how
}

func (p *sieveProgram) load(size uint16, at int) {
	p.code = append(p.code, unix.SockFilter{Code: unix.BPF_LD | size | unix.BPF_ABS, K: uint32(int32(at))})
}

func (p *sieveProgram) only(mask uint32) {
	p.code = append(p.code, unix.SockFilter{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: mask})
}

// want throws away what is another value.
func (p *sieveProgram) want(value uint32) {
	p.jump(unix.BPF_JEQ, value, verdict{when: false, take: false})
}

// take lets through what the comparison says so of.
func (p *sieveProgram) take(compare uint16, value uint32, when bool) {
	p.jump(compare, value, verdict{when: when, take: true})
}

func (p *sieveProgram) jump(compare uint16, value uint32, v verdict) {
	v.at = len(p.code)
	p.ends = append(p.ends, v)
	p.code = append(p.code, unix.SockFilter{Code: unix.BPF_JMP | compare | unix.BPF_K, K: value})
}

// wantOctets throws away what has others there.
func (p *sieveProgram) wantOctets(at int, octets []byte) {
	for i := 0; i < len(octets); i += 4 {
		p.load(unix.BPF_W, at+i)
		p.want(binary.BigEndian.Uint32(octets[i:]))
	}
}

// end lets through what came so far, and closes the jumps.
func (p *sieveProgram) end() []unix.SockFilter {
	const whole = 1<<16 - 1 // octets
	taken := len(p.code)
	p.code = append(p.code, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: whole}, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K})
	for _, v := range p.ends {
		distance := taken - v.at - 1
		if !v.take {
			distance++
		}
		if v.when {
			p.code[v.at].Jt = uint8(distance)
		} else {
			p.code[v.at].Jf = uint8(distance)
		}
	}
	return p.code
}
