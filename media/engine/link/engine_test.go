package link

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/g711"
	"offhook/media/keying"
	"offhook/media/session"
)

// hosting runs a Host in this process for each launch.
func hosting(t *testing.T) func(context.Context) (*Process, error) {
	return func(context.Context) (*Process, error) {
		own, other, err := Pair()
		if err != nil {
			return nil, err
		}
		first, err := net.FileConn(other)
		if err := errors.Join(err, other.Close()); err != nil {
			return nil, err
		}
		log := NewLog()
		h := NewHost(HostConfig{Log: log, Open: func(context.Context, Audio) (*Sound, error) {
			s, _, err := sound(slog.New(log))
			return s, err
		}})
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			if err := h.Run(context.Background(), first.(*net.UnixConn)); err != nil && !strings.Contains(err.Error(), "EOF") {
				t.Error(err)
			}
		}()
		return &Process{Socket: own, Kill: func() { _ = own.Close() }, Wait: func() { <-ended }}, nil
	}
}

var (
	anywhere = netip.MustParseAddrPort("127.0.0.1:9")
	pcmu     = media.Format{Encoding: "PCMU", ClockRate: 8000, SampleRate: 8000, Channels: 1}
	events   = media.Format{Encoding: "TELEPHONE-EVENT", PayloadType: 101, ClockRate: 8000, SampleRate: 8000, Channels: 1}
)

func plainSpec() session.Spec {
	return session.Spec{Remote: anywhere, Mux: true, Direction: media.SendRecv, Send: pcmu, Receive: []media.Format{pcmu}, SendEvents: events}
}

func openOne(t *testing.T, e *Engine, id media.StreamID) error {
	t.Helper()
	s, err := session.Listen(anywhere.Addr(), session.PortRange{}, -1, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = e.OpenStream(id, s)
	if err != nil {
		err = errors.Join(err, s.Close())
	}
	return err
}

func TestEngine_commands_are_checked_here(t *testing.T) {
	n := newNear(t, hosting(t))
	n.up(t)
	if err := openOne(t, n.Engine, 1); err != nil {
		t.Fatal(err)
	}
	g722, hold := plainSpec(), plainSpec()
	g722.Send.Encoding = "G722"
	hold.Direction = media.RecvOnly
	deaf := plainSpec()
	deaf.Receive = nil
	mute := plainSpec()
	mute.SendEvents = media.Format{}
	update := func(id media.StreamID, s session.Spec) func() error {
		return func() error { return n.UpdateStream(id, s) }
	}
	dial := func(id media.StreamID, d rune) func() error {
		return func() error { return n.SendDigit(id, d, 0) }
	}
	for _, row := range []struct {
		name string
		do   func() error
		want string
	}{
		{"open twice", func() error { return openOne(t, n.Engine, 1) }, "open already"},
		{"update of no stream", update(7, plainSpec()), engine.ErrNoStream.Error()},
		{"a codec that nobody has", update(1, g722), "no codec for G722"},
		{"nothing to receive", update(1, deaf), "no format to receive"},
		{"a digit before all is agreed", dial(1, '5'), session.ErrNoEvents.Error()},
		{"agreed", update(1, plainSpec()), ""},
		{"a digit", dial(1, '5'), ""},
		{"no digit", dial(1, 'x'), "no DTMF digit"},
		{"a digit of no stream", dial(7, '5'), engine.ErrNoStream.Error()},
		{"held", update(1, hold), ""},
		{"a digit on hold", dial(1, '5'), "a call on hold sends no digits"},
		{"without events", update(1, mute), ""},
		{"a digit without events", dial(1, '5'), session.ErrNoEvents.Error()},
		{"close", func() error { return n.CloseStream(1) }, ""},
		{"close again", func() error { return n.CloseStream(1) }, ""},
	} {
		err := row.do()
		if got := errString(err); !strings.Contains(got, row.want) || row.want == "" && got != "" {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
	n.stop(t)
	if err := openOne(t, n.Engine, 2); !errors.Is(err, engine.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if strings.Contains(n.log.String(), "could not do as told") {
		t.Error(n.log)
	}
}

func errString(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

// Without a media process what needs one is refused, and said; what stands is
// kept for when there is one.
func TestEngine_that_does_not_start(t *testing.T) {
	gone := errors.New("no such program")
	launch := func(context.Context) (*Process, error) { return nil, gone }
	may := make(chan struct{})
	real := hosting(t)
	n := newNear(t, func(ctx context.Context) (*Process, error) {
		select {
		case <-may:
			return real(ctx)
		default:
			return launch(ctx)
		}
	})
	if err := openOne(t, n.Engine, 1); err != nil && !errors.Is(err, ErrGone) {
		t.Fatal(err)
	}
	until(t, "a refusal", func() bool {
		err := openOne(t, n.Engine, 2)
		if err == nil {
			err = n.CloseStream(2)
		}
		return errors.Is(err, ErrGone)
	})
	if e, ok := (<-n.Events()).(engine.DeviceChanged); !ok || !e.Gone || !strings.Contains(e.Cause, gone.Error()) {
		t.Errorf("%+v", e)
	}
	if s := n.Status(); s.Up || s.Cause != gone.Error() {
		t.Errorf("%+v", s)
	}
	close(may)
	n.up(t)
	if err := openOne(t, n.Engine, 3); err != nil {
		t.Error(err)
	}
}

// A process that takes nothing any more does not hold up control.
func TestConn_never_waits(t *testing.T) {
	own, other, err := Pair()
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	c, err := newConn(own)
	if err != nil {
		t.Fatal(err)
	}
	defer c.close()
	for range 100_000 {
		if err = c.send(&failed{Text: strings.Repeat("x", 1000)}); err != nil {
			break
		}
	}
	if !errors.Is(err, ErrBusy) {
		t.Errorf("%v", err)
	}
}

// The descriptors of a message that is not in order are closed.
func TestConn_closes_what_it_refuses(t *testing.T) {
	before := descriptorCount(t)
	for name, send := range map[string]func(*conn, []int) error{
		"one socket":             func(c *conn, fds []int) error { return c.send(&open{}, fds[0]) },
		"more than fit":          func(c *conn, fds []int) error { return c.send(&open{}, fds[0], fds[1], fds[2], fds[0]) },
		"with another message":   func(c *conn, fds []int) error { return c.send(&quit{}, fds[:2]...) },
		"a stream without":       func(c *conn, _ []int) error { return c.send(&open{}) },
		"what are files instead": func(c *conn, fds []int) error { return c.send(&open{}, fds[:2]...) },
	} {
		own, other, err := Pair()
		if err != nil {
			t.Fatal(err)
		}
		far, err := Inherit(other.Fd())
		if err != nil {
			t.Fatal(err)
		}
		a, _ := newConn(own)
		b, _ := newConn(far)
		r, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := send(a, []int{int(r.Fd()), int(w.Fd()), int(w.Fd())}); err != nil {
			t.Fatal(err)
		}
		m, fds, err := b.receive()
		if err == nil {
			if name != "what are files instead" {
				t.Errorf("%s: %+v is taken", name, m)
			}
			if _, err = sockets(fds); err == nil {
				t.Errorf("%s: files are sockets", name)
			}
		}
		a.close()
		b.close()
		_, _ = r.Close(), w.Close()
	}
	if after := descriptorCount(t); after > before {
		t.Errorf("%d descriptors, %d before", after, before)
	}
}

// What another control left runs until there is something else to be heard.
func TestEngine_left_streams(t *testing.T) {
	for _, row := range []struct {
		name string
		do   func(*Engine)
		left bool
	}{
		{"a telephone at rest -> they run", func(e *Engine) { e.Connect(engine.Patch{}) }, true},
		{"a figure before their time is over -> they run", func(e *Engine) { e.hear(&report{}) }, true},
		{"a call -> they end", func(e *Engine) { e.Connect(engine.Patch{Mic: true}) }, false},
		{"told so -> they end", (*Engine).CloseLeft, false},
		{"their time is over -> they end", func(e *Engine) {
			e.left = time.Now().Add(-time.Second)
			e.hear(&report{})
		}, false},
	} {
		own, other, err := Pair()
		if err != nil {
			t.Fatal(err)
		}
		far, err := Inherit(other.Fd())
		if err != nil {
			t.Fatal(err)
		}
		a, _ := newConn(own)
		b, _ := newConn(far)
		e := New(Config{Codecs: codecs})
		if err := e.attach(a, 2); err != nil {
			t.Fatal(err)
		}
		row.do(e)
		if err := a.send(&quit{}); err != nil { // the last
			t.Fatal(err)
		}
		closed := false
		for {
			m, _, err := b.receive()
			if err != nil {
				t.Fatal(err)
			}
			if _, last := m.(*quit); last {
				break
			}
			_, is := m.(*closeLeft)
			closed = closed || is
		}
		if e.Left() != row.left || closed == row.left {
			t.Errorf("%s: left %t, told to close %t", row.name, e.Left(), closed)
		}
		a.close()
		b.close()
	}
}

// A new key is a new source: nothing is known of where it stands.
func TestStream_take(t *testing.T) {
	key := func() keying.Crypto {
		c, err := keying.Generate(0, keying.AES128GCM)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	first := plainSpec()
	first.LocalKey, first.RemoteKey = key(), key()
	for _, row := range []struct {
		name           string
		change         func(*session.Spec)
		sends, receive bool // what goes on
	}{
		{"hold -> goes on", func(s *session.Spec) { s.Direction = media.SendOnly }, true, true},
		{"our key -> another source", func(s *session.Spec) { s.LocalKey = key() }, false, true},
		{"clock rate -> another source", func(s *session.Spec) { s.Send.ClockRate = 48000 }, false, true},
		{"their key -> another source there", func(s *session.Spec) { s.RemoteKey = key() }, true, false},
	} {
		st := &stream{state: &session.State{SSRC: 1, Index: 2, Source: 3, Received: 4}}
		st.take(first)
		next := first
		row.change(&next)
		st.take(next)
		if (st.state.Index != 0) != row.sends || (st.state.Received != 0) != row.receive || st.generation != 2 {
			t.Errorf("%s: %+v", row.name, st.state)
		}
	}
}

func TestNote_of_before_an_update_is_no_state(t *testing.T) {
	e := New(Config{Codecs: []media.Codec{g711.PCMU}})
	e.streams = []*stream{{id: 1, generation: 2}}
	e.hear(&figures{ID: 1, Generation: 1, Stats: media.Stats{Sent: 5}})
	if st := e.streams[0]; st.state != nil || st.now.Sent != 5 {
		t.Errorf("%+v", st)
	}
	e.hear(&figures{ID: 1, Generation: 2, State: session.State{SSRC: 9}})
	e.hear(&figures{ID: 4})
	if st := e.streams[0]; st.state == nil || st.state.SSRC != 9 {
		t.Errorf("%+v", st)
	}
}

func TestLog_goes_over_the_link(t *testing.T) {
	own, other, err := Pair()
	if err != nil {
		t.Fatal(err)
	}
	far, err := Inherit(other.Fd())
	if err != nil {
		t.Fatal(err)
	}
	a, _ := newConn(own)
	b, _ := newConn(far)
	defer a.close()
	defer b.close()
	l := NewLog()
	log := slog.New(l).With("stream", 7)
	log.Info("nobody hears it")
	l.attach(a)
	log.Debug("too fine")
	log.WithGroup("g").Warn("said", "key", keying.Key{}, "long", strings.Repeat("ä", maxText))
	m, _, err := b.receive()
	got, ok := m.(*logged)
	if err != nil || !ok || got.Level != slog.LevelWarn || !strings.HasPrefix(got.Text, "said stream=7 g.key=*** g.long=ä") || len(got.Text) > maxText {
		t.Errorf("%+v, %v", m, err)
	}
}
