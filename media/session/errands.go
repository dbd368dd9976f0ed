package session

import (
	"encoding/binary"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"sync/atomic"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"offhook/media/tone"
)

// errand is what the engine's thread finds and leaves to another goroutine: it
// would wait for a lock, log, or allocate.
type errand struct {
	kind  errandKind
	ended pressed        // digit
	clock int            // of digit
	from  netip.AddrPort // report, moved
	old   *netip.AddrPort
	size  int // of report, in the next of packets
}

type errandKind uint8

const (
	started errandKind = iota // the first packet came
	digit                     // one has ended
	report                    // RTCP came beside RTP
	moved                     // RTP comes from elsewhere
	flooded                   // more comes than any far end sends, or did
)

const (
	errandSize  = 64 // a power of two
	errandPlain = 4  // packets; likewise
)

// errands go from the engine's thread to the goroutine that runs them: one
// producer, one consumer, no lock. The bell is a descriptor: to ring it is a system
// call that asks the Go scheduler for nothing.
type errands struct {
	slots [errandSize]errand
	head  atomic.Uint32 // the producer's
	tail  atomic.Uint32 // the consumer's

	packets         [errandPlain][packetSize]byte
	handed, reports atomic.Uint32 // how many: the producer's, the consumer's

	bell *os.File
	raw  syscall.RawConn
	ring func(fd uintptr)
	one  [8]byte
}

func newErrands() (*errands, error) {
	fd, err := unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK)
	if err != nil {
		return nil, fmt.Errorf("session: eventfd: %w", err)
	}
	e := &errands{bell: os.NewFile(uintptr(fd), "errands")}
	binary.NativeEndian.PutUint64(e.one[:], 1)
	e.ring = func(fd uintptr) {
		_, _, _ = unix.RawSyscall(unix.SYS_WRITE, fd, uintptr(unsafe.Pointer(&e.one)), unsafe.Sizeof(e.one))
	}
	if e.raw, err = e.bell.SyscallConn(); err != nil {
		_ = e.bell.Close() // nothing is in it
		return nil, fmt.Errorf("session: eventfd: %w", err)
	}
	return e, nil
}

// free is the errand to fill next, nil when too many wait.
func (e *errands) free() *errand {
	head := e.head.Load()
	if head-e.tail.Load() == errandSize {
		return nil
	}
	return &e.slots[head%errandSize]
}

// give hands over the errand that free gave.
func (e *errands) give() {
	e.head.Add(1)
	_ = e.raw.Control(e.ring) // closed: nobody runs errands any more
}

// runErrands runs them until the stream is closed.
func (s *Stream) runErrands() {
	e := s.errands
	for {
		for tail := e.tail.Load(); tail != e.head.Load(); tail = e.tail.Add(1) {
			s.run(&e.slots[tail%errandSize])
		}
		var count [8]byte
		if _, err := e.bell.Read(count[:]); err != nil {
			return
		}
	}
}

func (s *Stream) run(e *errand) {
	switch e.kind {
	case started:
		s.cfg.Listener.MediaStarted(s.cfg.ID)
	case digit:
		if d, ok := tone.Digit(e.ended.code); ok {
			s.cfg.Listener.DigitReceived(s.cfg.ID, d, time.Duration(e.ended.units)*time.Second/time.Duration(max(e.clock, 1)))
		}
	case report:
		at := s.errands.reports.Load()
		s.takeRTCP(s.errands.packets[at%errandPlain][:e.size], e.from)
		s.errands.reports.Add(1)
	case moved:
		s.answerThere(e.old, e.from)
	case flooded:
		s.shed()
	}
}

// shed has the kernel let only the far end's packets through, while it is clear who
// that is, and a flood lasts.
func (s *Stream) shed() {
	remote, in := s.remote.Load(), s.in.Load()
	source := s.seen.look().reception
	known := remote != nil && in != nil && in.channel.number == 0 && source.started && s.Idle() < sieveSilent
	var to far
	if known {
		to = far{from: *remote, ssrc: source.ssrc}
	}
	was := s.sieve.on.Load()
	s.count.discarded.Add(uint64(s.sieve.shed(to, known)))
	log := s.cfg.Log.With(slog.Uint64("stream", uint64(s.cfg.ID)))
	switch is := s.sieve.on.Load(); {
	case is && !was:
		log.Warn("strangers flood the sound's socket; the kernel lets through the far end alone")
	case was && !is:
		log.Info("the kernel lets all through to the sound's socket again")
	}
}

// answerThere sends to a new address from now on, unless a description has come
// between.
func (s *Stream) answerThere(old *netip.AddrPort, to netip.AddrPort) {
	if !s.remote.CompareAndSwap(old, &to) {
		return
	}
	s.sieve.lift()
	s.cfg.Log.Info("RTP comes from another address than described; answering there",
		slog.Uint64("stream", uint64(s.cfg.ID)), slog.String("from", to.String()))
}

// hand has RTCP read; false when there is too much of it, which is anybody's.
func (e *errands) hand(packet []byte, from netip.AddrPort) bool {
	at := e.handed.Load()
	next := e.free()
	if next == nil || at-e.reports.Load() == errandPlain {
		return false
	}
	next.kind, next.from, next.size = report, from, copy(e.packets[at%errandPlain][:], packet)
	e.handed.Add(1)
	e.give()
	return true
}
