package session

import (
	"sync/atomic"
	"testing"
	"time"

	"offhook/media/keying"
)

// openAs is open for a stream that goes on where another was.
func openAs(t testing.TB, now *atomic.Int64, from State, ports PortRange) *end {
	t.Helper()
	sockets, err := Listen(loopback, ports, -1, nil)
	if err != nil {
		t.Fatal(err)
	}
	e := &end{now: now, addr: sockets.LocalAddr()}
	e.Stream, err = OpenStream(StreamConfig{
		ID: 1, Sockets: sockets, Now: func() time.Duration { return time.Duration(now.Load()) },
		Listener: &e.ear, RTCPInterval: time.Hour, Resume: &from,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := e.Close(); err != nil {
			t.Error(err)
		}
	})
	return e
}

func TestStream_resumes(t *testing.T) {
	for _, suite := range suites {
		for _, row := range []struct {
			name         string
			first        uint16 // sequence number of both sides
			before, lost int    // packets before the state was taken, and sent after it
		}{
			{"at rest -> goes on", 100, 50, 0},
			{"before a roll-over -> beyond it", 65500, 30, 5},
			{"after a roll-over -> counted", 65500, 60, 3},
			{"nothing sent yet -> same source", 7, 0, 0},
		} {
			t.Run(string(suite)+"/"+row.name, func(t *testing.T) {
				a, b := pair(t, suite)
				a.writer.sequence, b.writer.sequence = row.first, row.first
				a.out.Load().position.Store(uint64(row.first))
				for range row.before {
					a.now.Add(int64(20 * time.Millisecond))
					pass(t, a, b)
					pass(t, b, a)
				}
				state := a.State()
				for range row.lost {
					a.now.Add(int64(20 * time.Millisecond))
					pass(t, a, b)
					pass(t, b, a)
				}
				timestamp := a.writer.header.Timestamp
				spec := a.spec
				var err error
				a.once.Do(func() { err = a.end() }) // as when the process dies: no BYE
				if err != nil {
					t.Fatal(err)
				}
				again := openAs(t, a.now, state, PortRange{First: a.addr.Port(), Last: a.addr.Port() + 1})
				again.update(t, spec)
				pass(t, again, b)
				pass(t, b, again)
				if s := b.Stats(); again.ssrc() != state.SSRC || s.Discarded > 0 || s.Received != uint64(row.before+row.lost+1) {
					t.Errorf("SSRC %x, was %x; far end %+v", again.ssrc(), state.SSRC, s)
				}
				if s := again.Stats(); s.Received != 1 || s.Discarded > 0 {
					t.Errorf("from the far end %+v", s)
				}
				if step := int32(again.writer.header.Timestamp - timestamp); row.before > 0 && (step < 0 || step > 8000) {
					t.Errorf("timestamps go on by %d", step)
				}
				for range 40 { // through the wrap, both ways
					pass(t, again, b)
					pass(t, b, again)
				}
				if x, y := b.Stats(), again.Stats(); x.Discarded+y.Discarded > 0 {
					t.Errorf("refused afterwards: %+v, %+v", x, y)
				}
			})
		}
	}
}

// What was received before the crash is not believed again after it.
func TestStream_resumed_refuses_what_was_received(t *testing.T) {
	a, b := pair(t, keying.AES128CMSHA1_80)
	conn, far := wire(t)
	s := b.spec
	s.Remote = far
	b.update(t, s)
	b.Send(Outgoing{Payload: []byte("12345678")})
	packet := read(t, conn)
	a.feed(t, conn, packet)
	if a.Stats().Received != 1 {
		t.Fatalf("%+v", a.Stats())
	}
	again := openAs(t, a.now, a.State(), PortRange{})
	again.update(t, a.spec)
	for range 2 {
		again.feed(t, conn, packet)
	}
	b.Send(Outgoing{Payload: []byte("12345678")})
	again.feed(t, conn, read(t, conn))
	again.feed(t, conn, packet)
	if s := again.Stats(); s.Received != 1 || s.Discarded != 3 {
		t.Errorf("%+v", s)
	}
}

func TestState_of_another_key_is_another_source(t *testing.T) {
	a, b := pair(t, keying.AES128GCM)
	pass(t, a, b)
	state := a.State()
	state.ForgetSending()
	state.ForgetReceiving()
	again := openAs(t, a.now, state, PortRange{})
	s := a.spec
	s.LocalKey = key(t, keying.AES128GCM)
	again.update(t, s)
	if again.ssrc() == a.ssrc() || again.name != a.name {
		t.Errorf("SSRC %x, was %x; name %q, was %q", again.ssrc(), a.ssrc(), again.name, a.name)
	}
}
