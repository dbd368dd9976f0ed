package vhost

import (
	"context"
	"io"
	"net"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// echo answers a chain with what it was asked, backwards.
type echo struct{ resets chan struct{} }

func (echo) Features() uint64 { return 1 << 28 }
func (echo) Queues() int      { return 1 }
func (echo) Config() []byte   { return []byte{1, 2, 3} }
func (e echo) Reset()         { e.resets <- struct{}{} }

func (echo) Handle(_ int, c *Chain) {
	asked := c.Request()
	for i, j := 0, len(asked)-1; i < j; i, j = i+1, j-1 {
		asked[i], asked[j] = asked[j], asked[i]
	}
	c.Answer(asked...)
}

// frontend plays QEMU: its memory is a page at guest address 0x1000, which QEMU has
// at 0x70000000.
type frontend struct {
	t    *testing.T
	conn *net.UnixConn
	page []byte
	kick int
	call int
	file int
}

const (
	guestAt = 0x1000
	userAt  = 0x70000000
	size    = 4
	availAt = 0x100
	usedAt  = 0x200
	dataAt  = 0x400
)

func newFrontend(t *testing.T) (*frontend, chan error, echo) {
	t.Helper()
	path, device := filepath.Join(t.TempDir(), "v"), echo{make(chan struct{}, 8)}
	ready, served := make(chan struct{}), make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { served <- Serve(ctx, path, device, func() { close(ready) }) }()
	<-ready
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	f := &frontend{t: t, conn: conn}
	t.Cleanup(func() { conn.Close(); cancel() })
	f.file, err = unix.MemfdCreate("guest", 0)
	f.must(err)
	f.must(unix.Ftruncate(f.file, 4096))
	f.page, err = unix.Mmap(f.file, 0, 4096, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	f.must(err)
	f.kick, err = unix.Eventfd(0, 0)
	f.must(err)
	f.call, err = unix.Eventfd(0, 0)
	f.must(err)
	return f, served, device
}

func (f *frontend) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

// send sends a message, with an eventfd or memory, and waits for its answer.
func (f *frontend) send(request uint32, payload []byte, files ...int) []byte {
	f.t.Helper()
	m := le.AppendUint32(le.AppendUint32(le.AppendUint32(nil, request), version|needReply), uint32(len(payload)))
	var oob []byte
	if len(files) > 0 {
		oob = unix.UnixRights(files...)
	}
	_, _, err := f.conn.WriteMsgUnix(append(m, payload...), oob, nil)
	f.must(err)
	header := make([]byte, headerSize)
	_, err = io.ReadFull(f.conn, header)
	f.must(err)
	answer := make([]byte, le.Uint32(header[8:]))
	_, err = io.ReadFull(f.conn, answer)
	f.must(err)
	if le.Uint32(header) != request || le.Uint32(header[4:]) != version|isReply {
		f.t.Fatalf("answer %x to message %d", header, request)
	}
	return answer
}

func state(index, value uint32) []byte { return le.AppendUint32(le.AppendUint32(nil, index), value) }

// start lends memory and ring.
func (f *frontend) start() {
	f.t.Helper()
	table := le.AppendUint64(nil, 1)
	for _, v := range []uint64{guestAt, 4096, userAt, 0} {
		table = le.AppendUint64(table, v)
	}
	f.send(setMemTable, table, f.file)
	f.send(setVringNum, state(0, size))
	f.send(setVringBase, state(0, 0))
	address := state(0, 0)
	for _, v := range []uint64{userAt, userAt + usedAt, userAt + availAt, 0} {
		address = le.AppendUint64(address, v)
	}
	f.send(setVringAddr, address)
	f.send(setVringCall, le.AppendUint64(nil, 0), f.call)
	f.send(setVringKick, le.AppendUint64(nil, 0), f.kick)
}

// describe writes a descriptor.
func (f *frontend) describe(at, address, length, flags, next int) {
	d := f.page[at:]
	le.PutUint64(d, uint64(address))
	le.PutUint32(d[8:], uint32(length))
	le.PutUint16(d[12:], uint16(flags))
	le.PutUint16(d[14:], uint16(next))
}

// offer makes a chain available and waits until it was used.
func (f *frontend) offer(number, head int) (written uint32) {
	f.t.Helper()
	le.PutUint16(f.page[availAt+4+2*(number%size):], uint16(head))
	word(f.page[availAt:]).Store(uint32(number+1) << 16)
	_, err := unix.Write(f.kick, []byte{1, 0, 0, 0, 0, 0, 0, 0})
	f.must(err)
	_, err = unix.Read(f.call, make([]byte, 8))
	f.must(err)
	if got := word(f.page[usedAt:]).Load() >> 16; got != uint32(number+1) {
		f.t.Fatalf("used index %d", got)
	}
	used := f.page[usedAt+4+8*(number%size):]
	if le.Uint32(used) != uint32(head) {
		f.t.Errorf("chain %d came back for %d", le.Uint32(used), head)
	}
	return le.Uint32(used[4:])
}

func TestServe(t *testing.T) {
	f, _, device := newFrontend(t)
	if got := le.Uint64(f.send(getFeatures, nil)); got != 1<<28|featureVersion1|featureProtocol {
		t.Errorf("features %x", got)
	}
	config := append(le.AppendUint32(le.AppendUint32(le.AppendUint32(nil, 1), 4), 0), make([]byte, 4)...)
	if got := f.send(getConfig, config); string(got[12:]) != "\x02\x03\x00\x00" {
		t.Errorf("configuration %x", got)
	}
	f.start()
	copy(f.page[dataAt:], "abcdef")
	// Two parts out, two in; the second chain says the same in an indirect table.
	f.describe(0, guestAt+dataAt, 2, descNext, 2)
	f.describe(2*16, guestAt+dataAt+2, 4, descNext, 1)
	f.describe(16, guestAt+dataAt+64, 1, descNext|descWrite, 3)
	f.describe(3*16, guestAt+dataAt+65, 16, descWrite, 0)
	for number := range 6 { // round the ring
		clear(f.page[dataAt+64 : dataAt+100])
		if n := f.offer(number, 0); n != 6 || string(f.page[dataAt+64:dataAt+70]) != "fedcba" {
			t.Errorf("%d octets: %q", n, f.page[dataAt+64:dataAt+70])
		}
	}
	const table = 0x600
	f.describe(table, guestAt+dataAt, 3, descNext, 1)
	f.describe(table+16, guestAt+dataAt+64, 3, descWrite, 0)
	f.describe(0, guestAt+table, 32, descIndirect, 0)
	if n := f.offer(6, 0); n != 3 || string(f.page[dataAt+64:dataAt+67]) != "cba" {
		t.Errorf("indirect: %d octets: %q", n, f.page[dataAt+64:dataAt+67])
	}
	if got := f.send(getVringBase, state(0, 0)); le.Uint32(got[4:]) != 7 {
		t.Errorf("base %d", le.Uint32(got[4:]))
	}
	<-device.resets
	f.conn.Close()
	<-device.resets // the connection's end
}

// A ring that leads out of the memory ends the queue, not the program.
func TestServe_bad_rings(t *testing.T) {
	for name, spoil := range map[string]func(*frontend){
		"a loop":             func(f *frontend) { f.describe(0, guestAt+dataAt, 1, descNext, 0) },
		"outside the memory": func(f *frontend) { f.describe(0, guestAt+4090, 100, 0, 0) },
		"below the memory":   func(f *frontend) { f.describe(0, 8, 4, 0, 0) },
		"no such descriptor": func(f *frontend) { f.describe(0, guestAt+dataAt, 1, descNext, 9) },
	} {
		f, _, device := newFrontend(t)
		spoil(f)
		word(f.page[availAt:]).Store(1 << 16)
		f.start()
		f.send(getVringBase, state(0, 0)) // waits for the queue
		if got := word(f.page[usedAt:]).Load(); got != 0 {
			t.Errorf("%s: a chain came back", name)
		}
		<-device.resets
	}
}

func TestServe_bad_messages(t *testing.T) {
	for name, message := range map[string]struct {
		request uint32
		payload []byte
	}{
		"short table":   {setMemTable, []byte{1}},
		"no such queue": {setVringNum, state(9, 1)},
		"short address": {setVringAddr, state(0, 0)},
		"short config":  {getConfig, []byte{0}},
		"too large":     {setVringNum, make([]byte, largestMessage+1)},
	} {
		f, served, _ := newFrontend(t)
		m := le.AppendUint32(le.AppendUint32(le.AppendUint32(nil, message.request), version), uint32(len(message.payload)))
		_, _ = f.conn.Write(append(m, message.payload...)) // it may hang up in its middle
		if err := <-served; err == nil {
			t.Errorf("%s: taken", name)
		}
	}
}
