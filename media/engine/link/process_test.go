package link

import (
	"bufio"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"log/slog"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/sdp"
	"offhook/media/session"
)

// patience is how long a test waits for what has to come.
const patience = 30 * time.Second

func until(t testing.TB, what string, done func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.Now().Add(patience); !done(); <-tick.C {
		if time.Now().After(deadline) {
			t.Fatalf("waited %s for %s", patience, what)
		}
	}
}

// book is a log that a test reads while it is written.
type book struct {
	mutex sync.Mutex
	text  strings.Builder
}

func (b *book) Write(p []byte) (int, error) {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.Write(p)
}

func (b *book) String() string {
	b.mutex.Lock()
	defer b.mutex.Unlock()
	return b.text.String()
}

// far is the other telephone, in the test's own process.
type far struct {
	*engine.Engine
	card    *card
	session *session.Session
}

func newFar(t *testing.T) *far {
	t.Helper()
	s, c, err := sound(slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	f := &far{Engine: s.Engine, card: c, session: newSession(t, s.Engine)}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
		if err := s.Engine.Close(); err != nil {
			t.Error(err)
		}
	})
	f.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true})
	return f
}

func newSession(t *testing.T, e session.Engine) *session.Session {
	t.Helper()
	s, err := session.New(session.Config{Engine: e, ID: 1, Codecs: codecs, SRTP: sdp.Mandatory, Addr: netip.MustParseAddr("127.0.0.1")})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// hears waits for that much more sound and judges its last second.
func (f *far) hears(t *testing.T, what string, packets uint64) {
	t.Helper()
	from := f.session.Stats().Received
	until(t, what, func() bool { return f.session.Stats().Received >= from+packets })
	var delay time.Duration
	var likeness float64
	until(t, what+", alike", func() bool { // once the jitter buffer has settled
		delay, likeness = f.card.likeness(time.Second)
		return likeness > 0.9
	})
	t.Logf("%s: the far end hears it %v later, likeness %.3f", what, delay, likeness)
}

// discardsNothing waits for 50 packets in a row that the far end can use. A machine
// that holds it up has its jitter buffer drop some; what SRTP refuses would be
// every packet from now on.
func (f *far) discardsNothing(t *testing.T) {
	t.Helper()
	base := f.session.Stats()
	until(t, "50 packets in a row that are not discarded", func() bool {
		now := f.session.Stats()
		if now.Discarded != base.Discarded {
			base = now
		}
		return now.Received >= base.Received+50
	})
}

// near is a control with its media process.
type near struct {
	*Engine
	log    *book
	mutex  sync.Mutex
	last   *Process
	cancel context.CancelFunc
	ended  chan error
	once   sync.Once
}

func newNear(t *testing.T, launch func(context.Context) (*Process, error)) *near {
	t.Helper()
	n := &near{log: &book{}, ended: make(chan error)}
	log := slog.New(slog.NewTextHandler(n.log, nil))
	if launch == nil {
		launch = launcher("", log).Launch
	}
	n.Engine = New(Config{Codecs: codecs, Log: log, Audio: audioForTest,
		Launch: func(ctx context.Context) (*Process, error) {
			p, err := launch(ctx)
			n.mutex.Lock()
			defer n.mutex.Unlock()
			n.last = p
			return p, err
		}})
	ctx, cancel := context.WithCancel(context.Background())
	n.cancel = cancel
	go func() { n.ended <- n.Run(ctx) }()
	t.Cleanup(func() {
		n.stop(t)
		if t.Failed() {
			t.Log(n.log)
		}
		for _, secret := range []string{"inline:", "panic"} {
			if strings.Contains(n.log.String(), secret) {
				t.Errorf("the log has %q: %s", secret, n.log)
			}
		}
	})
	return n
}

func (n *near) stop(t *testing.T) {
	n.once.Do(func() {
		n.cancel()
		if err := <-n.ended; err != nil {
			t.Error(err)
		}
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
}

// kill kills the media process.
func (n *near) kill() {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.last.Kill()
}

func (n *near) up(t *testing.T) {
	t.Helper()
	until(t, "the media process", func() bool { return n.Status().Up })
}

func call(t *testing.T, a, b *session.Session) {
	t.Helper()
	offer, err := a.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := b.Answer(offer)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Accept(answer); err != nil {
		t.Fatal(err)
	}
}

// descriptors counts those of this process.
func descriptorCount(t *testing.T) int {
	t.Helper()
	runtime.GC() // closes what only finalizers would
	list, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

func TestEngine_sounds_like_one_in_process(t *testing.T) {
	before := descriptorCount(t)
	t.Run("call", func(t *testing.T) {
		f, n := newFar(t), newNear(t, nil)
		n.up(t)
		s := newSession(t, n)
		call(t, s, f.session)
		n.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true})
		f.hears(t, "through another process", 75)
		until(t, "figures", func() bool { return s.Stats().Received > 50 && s.Stats().LevelReceived > -60 })
		if st := s.Stats(); st.Discarded > 50 || st.Lost > 0 || st.Encoding != "PCMU" || st.Suite == "" || st.FirstSent.IsZero() {
			t.Errorf("%+v", st)
		}
		if e := (<-n.Events()); e != (engine.DeviceChanged{}) {
			t.Errorf("%+v", e)
		}
		if e := (<-n.Events()); e != (engine.MediaStarted{Stream: 1}) {
			t.Errorf("%+v", e)
		}
		digits(t, s, f)
		if n.Steps() == 0 {
			t.Error("no steps")
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if _, ok := n.StreamStats(1); ok {
			t.Error("a closed stream has figures")
		}
	})
	if after := descriptorCount(t); after > before {
		t.Errorf("%d descriptors, %d before", after, before)
	}
}

// digits go both ways.
func digits(t *testing.T, s *session.Session, f *far) {
	t.Helper()
	if err := s.SendDigit('5', 0); err != nil {
		t.Fatal(err)
	}
	for {
		select {
		case e := <-f.Events():
			if d, ok := e.(engine.DigitReceived); ok {
				if d.Digit != '5' {
					t.Errorf("%+v", d)
				}
				return
			}
		case <-time.After(patience):
			t.Fatal("no digit")
		}
	}
}

func TestEngine_media_process_killed_in_mid_call(t *testing.T) {
	before := descriptorCount(t)
	t.Run("call", func(t *testing.T) {
		f, n := newFar(t), newNear(t, nil)
		s := newSession(t, n) // before the process is up: it hears of it
		call(t, s, f.session)
		n.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true})
		f.hears(t, "before", 75)
		for i := range 3 {
			sent, got := s.Stats(), f.session.Stats()
			killed := time.Now()
			n.kill()
			until(t, "the next process", func() bool { return n.Status().Restarts == i+1 && n.Status().Up })
			base := f.session.Stats().Received
			until(t, "sound", func() bool { return f.session.Stats().Received > base })
			t.Logf("sound is back after %v", time.Since(killed).Round(time.Millisecond))
			f.hears(t, fmt.Sprint("after crash ", i+1), 100)
			f.discardsNothing(t)
			if now := f.session.Stats(); now.Lost-got.Lost > 100 {
				t.Errorf("the far end misses %d", now.Lost-got.Lost)
			}
			until(t, "figures that go on", func() bool {
				now := s.Stats()
				return now.Received > sent.Received && now.Sent > sent.Sent && now.FirstSent.Equal(sent.FirstSent)
			})
		}
	})
	if after := descriptorCount(t); after > before {
		t.Errorf("%d descriptors, %d before", after, before)
	}
}

// What another release left gives way to this one's.
func TestEngine_finds_a_process_that_does_not_understand_it(t *testing.T) {
	path := filepath.Join(t.TempDir(), "media")
	old := exec.Command(os.Args[0])
	old.Env = append(os.Environ(), roleVariable+"=deaf", pathVariable+"="+path)
	out, err := old.StdoutPipe()
	if err == nil {
		err = old.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(line, err)
	}
	n := newNear(t, launcher(path, slog.New(slog.DiscardHandler)).Launch)
	n.up(t)
	if err := old.Wait(); err == nil {
		t.Error("the other one ended by itself")
	}
	if s := n.Status(); s.Restarts != 1 || !strings.Contains(n.log.String(), "another release") {
		t.Errorf("%+v; %s", s, n.log)
	}
}

func TestHost_outlives_its_control(t *testing.T) {
	before := descriptorCount(t)
	t.Run("call", outlives)
	if after := descriptorCount(t); after > before {
		t.Errorf("%d descriptors, %d before", after, before)
	}
}

func outlives(t *testing.T) {
	dir, err := os.MkdirTemp("", "link") // short: a socket's path is at most 107 bytes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	path := filepath.Join(dir, "m")
	f := newFar(t)
	kill := controlProcess(t, path, f)
	f.hears(t, "with its control", 75)
	got := f.session.Stats()
	kill()
	f.hears(t, "without a control", 100)
	if now := f.session.Stats(); now.Lost != got.Lost {
		t.Errorf("lost %d", now.Lost-got.Lost)
	}
	n := newNear(t, nil)
	n.stop(t) // one that has nothing to do with it
	n = newNear(t, func(context.Context) (*Process, error) { return Find(path) })
	n.Connect(engine.Patch{}) // a telephone at rest
	n.up(t)
	if !n.Left() {
		t.Fatal("nothing is left")
	}
	f.hears(t, "with another control", 75)
	if now := f.session.Stats(); now.Lost != got.Lost {
		t.Errorf("lost %d", now.Lost-got.Lost)
	}
	s := newSession(t, n) // of the same number as the one that is left
	n.CloseLeft()
	if n.Left() {
		t.Error("something is left")
	}
	until(t, "silence", func() bool {
		before := f.session.Stats().Received
		<-time.After(200 * time.Millisecond)
		return f.session.Stats().Received == before
	})
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	n.stop(t)
	if _, err := Find(path); err == nil {
		t.Error("the media process is still there")
	}
}

// controlProcess runs a control in a call with f; the function kills it.
func controlProcess(t *testing.T, path string, f *far) (kill func()) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), roleVariable+"=control", pathVariable+"="+path)
	cmd.Stderr = os.Stderr
	in, errIn := cmd.StdinPipe()
	out, errOut := cmd.StdoutPipe()
	if errIn != nil || errOut != nil {
		t.Fatal(errIn, errOut)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var once sync.Once
	kill = func() {
		once.Do(func() {
			_ = cmd.Process.Kill()
			_, _ = io.Copy(io.Discard, out)
			_ = cmd.Wait()
		})
	}
	t.Cleanup(kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	offer, err := hex.DecodeString(strings.TrimSpace(line))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := f.session.Answer(offer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Fprintln(in, hex.EncodeToString(answer)); err != nil {
		t.Fatal(err)
	}
	return kill
}
