package session

import (
	"net/netip"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/keying"
)

// TestStream_flood: of what comes at once each period looks at a part, in order; at
// least at so many, and at more while it has the time.
func TestStream_flood(t *testing.T) {
	const sent = 2*leastLooked + 10
	for _, c := range []struct {
		name  string
		takes time.Duration // each packet
		want  []int
	}{
		{"no time at all -> all", 0, []int{sent, 0}},
		{"slow -> some in each period", lookedTime, []int{leastLooked, leastLooked, 10, 0}},
		{"in between -> what the time allows", lookedTime / (leastLooked + 16), []int{leastLooked + 17, sent - leastLooked - 17, 0}},
	} {
		t.Run(c.name, func(t *testing.T) {
			a, b := pair(t, "")
			for range sent {
				a.Send(Outgoing{Payload: []byte("x")})
			}
			first := a.writer.sequence - sent
			for _, want := range c.want {
				got := 0
				for p := b.Next(); p != nil; p = b.Next() {
					if p.Sequence != first {
						t.Fatalf("packet %d comes instead of %d", p.Sequence, first)
					}
					first++
					got++
					b.now.Add(int64(c.takes))
				}
				if got != want {
					t.Errorf("%d packets in a period, want %d", got, want)
				}
			}
			if s := b.Stats(); s.Received != sent || s.Discarded > 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestStream_look(t *testing.T) {
	a, b := pair(t, "")
	if b.Look() {
		t.Error("something is there")
	}
	a.Send(Outgoing{Payload: []byte("one")})
	a.Send(Outgoing{Payload: []byte("two")})
	for _, want := range []string{"one", "two"} {
		for range 2 { // looking takes nothing away
			if !b.Look() {
				t.Fatal("nothing is there")
			}
		}
		if got := string(b.Next().Payload); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if b.Look() || b.Next() != nil {
		t.Error("something is left")
	}
}

func TestStream_flush(t *testing.T) {
	a, b := pair(t, keying.AES128GCM)
	for range 3 * leastLooked {
		a.Send(Outgoing{Payload: []byte("x")})
	}
	if b.Flush(); b.Next() != nil || b.Stats().Received != 3*leastLooked {
		t.Errorf("something is left, or was not looked at: %+v", b.Stats())
	}
}

// Others see what was received; while one of them looks, nobody waits, and it is
// laid out in the next period.
func TestSeen_waits_for_nobody(t *testing.T) {
	a, b := pair(t, "")
	lost := func() uint64 {
		var stats media.Stats
		b.seen.look().stats(&stats)
		return stats.Lost
	}
	pass(t, a, b)
	a.writer.sequence += 3
	b.seen.mutex.Lock() // somebody looks
	seen := b.count.received.Load() + 1
	a.Send(Outgoing{Payload: []byte("x")})
	until(t, "a packet", func() bool { b.drain(); return b.count.received.Load() == seen })
	b.seen.mutex.Unlock()
	if lost() != 0 {
		t.Error("laid out while somebody looked")
	}
	if b.drain(); lost() != 3 {
		t.Errorf("%d lost, want 3", lost())
	}
}

var here6 = netip.AddrPortFrom(six, 4000)

// A flood of RTCP is no reason to lose a digit, nor to wait.
func TestErrands_reports_leave_room(t *testing.T) {
	e, err := newErrands()
	if err != nil {
		t.Fatal(err)
	}
	defer e.bell.Close()
	packet, handed := make([]byte, 100), 0
	for range 2 * errandSize {
		if e.hand(packet, here6) {
			handed++
		}
	}
	if handed != errandPlain {
		t.Errorf("%d packets wait, want %d", handed, errandPlain)
	}
	given := 0
	for next := e.free(); next != nil; next = e.free() {
		e.give()
		given++
	}
	if given != errandSize-errandPlain || e.hand(packet, here6) {
		t.Errorf("room for %d more", given)
	}
	if got := testing.AllocsPerRun(20, func() {
		e.tail.Add(1)
		e.reports.Store(e.handed.Load())
		e.hand(packet, here6)
	}); got > 0 {
		t.Errorf("%v allocations", got)
	}
}

// The bell rings in another goroutine, in order, and its end is the stream's.
func TestErrands_in_order(t *testing.T) {
	a, b := pair(t, "")
	pass(t, a, b)
	for _, code := range []uint8{1, 2, 3} {
		b.pressed(b.in.Load(), pressedNow{events: [2]pressed{{code: code, units: 800}}, n: 1})
	}
	b.hears(t, "123")
	b.ear.mutex.Lock()
	defer b.ear.mutex.Unlock()
	if b.ear.started != 1 {
		t.Errorf("started %d times", b.ear.started)
	}
}

// A socket that cannot be taken stays the caller's.
func TestOpenStream_of_a_closed_socket(t *testing.T) {
	sockets, err := Listen(loopback, PortRange{}, -1, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := sockets.RTP.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenStream(StreamConfig{Sockets: sockets, Now: func() time.Duration { return 0 }}); err == nil {
		t.Fatal("opened")
	}
	if err := sockets.closeOthers(); err != nil {
		t.Error(err)
	}
}
