package netwatch

import (
	"context"
	"log/slog"
	"os"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/sys/unix"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// script is a Watcher that reads what a test writes in place of the kernel.
type script struct {
	t       *testing.T
	kernel  *os.File
	events  chan Event
	stopped chan error
}

func newScript(t *testing.T) *script {
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	s := &script{t: t, kernel: os.NewFile(uintptr(pair[1]), "kernel"), events: make(chan Event, 16), stopped: make(chan error, 1)}
	w, err := New(Config{
		Log: slog.New(slog.DiscardHandler), Notify: func(e Event) { s.events <- e },
		Quiet: time.Millisecond, Most: 10 * time.Millisecond,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.socket.Close()
	w.socket = os.NewFile(uintptr(pair[0]), "phone")
	ctx, cancel := context.WithCancel(t.Context())
	go func() { s.stopped <- w.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-s.stopped; err != nil {
			t.Errorf("Run: %v", err)
		}
		s.kernel.Close()
	})
	return s
}

func (s *script) say(messages ...[]byte) {
	s.t.Helper()
	for _, m := range messages {
		if _, err := s.kernel.Write(m); err != nil {
			s.t.Fatal(err)
		}
	}
}

// answer answers the three questions after what there is.
func (s *script) answer(answers ...[]byte) {
	s.t.Helper()
	question := make([]byte, 64)
	for i := range dumps {
		_ = s.kernel.SetReadDeadline(time.Now().Add(20 * time.Second))
		if _, err := s.kernel.Read(question); err != nil {
			s.t.Fatal(err)
		}
		if i < len(answers) {
			s.say(answers[i])
		}
		s.say(envelope(unix.NLMSG_DONE, number(0)))
	}
}

func (s *script) expect(want Event) {
	s.t.Helper()
	select {
	case got := <-s.events:
		if got != want {
			s.t.Errorf("%+v, want %+v", got, want)
		}
	case <-time.After(20 * time.Second):
		s.t.Fatal("no Event")
	}
}

func TestWatcher(t *testing.T) {
	s := newScript(t)
	link, old := linkMessage(false, 2, true, false), addressMessage(false, 2, "192.0.2.7/24", 0, 0)
	way := routeMessage(false, 2, "0.0.0.0/0", "192.0.2.1", 100)
	s.answer(link, old, way)
	s.say(addressMessage(false, 2, "192.0.2.8/24", 0, 0)) // where it starts is no Event, this is the first
	s.expect(Event{Network: true})
	s.say(addressMessage(true, 2, "192.0.2.7/24", 0, 0))
	s.expect(Event{Network: true, Broken: true})

	s.say(envelope(unix.NLMSG_OVERRUN, nil)) // all is asked anew, and compared with what was told
	s.answer(link, old, way)
	s.expect(Event{Network: true, Broken: true})
}

func TestWatcher_messages_are_lost_while_it_asks(t *testing.T) {
	s := newScript(t)
	question := make([]byte, 64)
	_ = s.kernel.SetReadDeadline(time.Now().Add(20 * time.Second))
	if _, err := s.kernel.Read(question); err != nil {
		t.Fatal(err)
	}
	// What came before is forgotten, and asked for once more.
	s.say(addressMessage(false, 2, "192.0.2.7/24", 0, 0), envelope(unix.NLMSG_OVERRUN, nil), envelope(unix.NLMSG_DONE, number(0)))
	s.answer(linkMessage(false, 2, true, false), addressMessage(false, 2, "192.0.2.8/24", 0, 0))
	s.say(routeMessage(false, 2, "0.0.0.0/0", "192.0.2.1", 100))
	s.expect(Event{Network: true})
}

func TestWatcher_knows_this_machine(t *testing.T) {
	w, err := New(Config{Log: slog.New(slog.DiscardHandler), Notify: func(Event) {}})
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	w.begin()
	buffer := make([]byte, 65536)
	for w.dumping < len(dumps) {
		n, err := w.socket.Read(buffer)
		if err != nil {
			t.Fatal(err)
		}
		changes, err := parse(buffer[:n])
		if err != nil {
			t.Fatal(err)
		}
		w.take(changes)
	}
	if len(w.picture.links) == 0 {
		t.Error("not even a loopback")
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if err := w.Close(); err != nil {
		t.Errorf("closed twice: %v", err)
	}
}

func TestNew_needs_a_log_and_somebody_to_tell(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("taken")
	}
}
