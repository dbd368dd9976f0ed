package session

import (
	"net"
	"net/netip"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// intakeOf is the intake of a socket on loopback, and where it is.
func intakeOf(t *testing.T, network, addr string) (*intake, netip.AddrPort) {
	t.Helper()
	conn := socketOn(t, network, addr)
	at := local(conn)
	return newIntake(socketOf(t, conn)), at
}

// began is when tests' own time began, which is real.
func sinceBegan() func() time.Duration {
	began := time.Now()
	return func() time.Duration { return time.Since(began) }
}

func TestIntake_of_both_families(t *testing.T) {
	for network, addr := range map[string]string{"udp4": "127.0.0.1", "udp6": "::1"} {
		in, at := intakeOf(t, network, addr)
		far := socketOn(t, network, addr)
		now := sinceBegan()
		if in.fetch(now, true) || !in.empty {
			t.Errorf("%s: something is in an empty socket", network)
		}
		for range batch + 1 {
			if _, err := far.WriteToUDPAddrPort([]byte("hello"), at); err != nil {
				t.Fatal(err)
			}
		}
		for _, want := range []int{batch, 1} {
			if !in.fetch(now, true) || in.got != want || in.empty != (want < batch) {
				t.Fatalf("%s: %d packets at once, want %d; empty %t", network, in.got, want, in.empty)
			}
			for range want {
				if packet, from, _ := in.next(); string(packet) != "hello" || from != local(far) {
					t.Errorf("%s: %q from %v", network, packet, from)
				}
			}
		}
	}
}

// TestIntake_arrivals: packets come when the kernel has them, not when they are
// found, and never before the socket was last seen empty.
func TestIntake_arrivals(t *testing.T) {
	in, at := intakeOf(t, "udp4", "127.0.0.1")
	far := socketOn(t, "udp4", "127.0.0.1")
	now := sinceBegan()
	var sent []time.Duration
	for range 3 {
		if _, err := far.WriteToUDPAddrPort([]byte("x"), at); err != nil {
			t.Fatal(err)
		}
		sent = append(sent, now())
		wait, _ := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, 0) // a pause that is sure to be one
		_ = unix.TimerfdSettime(wait, 0, &unix.ItimerSpec{Value: unix.NsecToTimespec(int64(5 * time.Millisecond))}, nil)
		_, _ = unix.Read(wait, make([]byte, 8))
		_ = unix.Close(wait)
	}
	if !in.fetch(now, true) {
		t.Fatal("nothing came")
	}
	last := time.Duration(0)
	for _, when := range sent {
		_, _, arrival := in.next()
		if arrival > when || arrival < last {
			t.Errorf("came at %v, was sent before %v, the one before came at %v", arrival, when, last)
		}
		last = arrival
	}
}

func TestIntake_clock_is_set(t *testing.T) {
	for name, test := range map[string]struct {
		step time.Duration // of the kernel's clock, after the packet came
		want time.Duration // when it came, by ours
	}{
		"ahead -> when last empty": {time.Hour, 3 * time.Second},
		"back -> when found":       {-time.Hour, 7 * time.Second},
	} {
		t.Run(name, func(t *testing.T) {
			in, at := intakeOf(t, "udp4", "127.0.0.1")
			far := socketOn(t, "udp4", "127.0.0.1")
			now := 3 * time.Second
			clock := func() time.Duration { return now }
			in.fetch(clock, true)
			if _, err := far.WriteToUDPAddrPort([]byte("x"), at); err != nil {
				t.Fatal(err)
			}
			now = 7 * time.Second
			if !in.fetch(clock, true) {
				t.Fatal("nothing came")
			}
			in.wall += int64(test.step)
			if _, _, arrival := in.next(); arrival != test.want {
				t.Errorf("came at %v, want %v", arrival, test.want)
			}
		})
	}
}

func TestIntake_without_the_kernels_clock(t *testing.T) {
	in, at := intakeOf(t, "udp4", "127.0.0.1")
	far := socketOn(t, "udp4", "127.0.0.1")
	if _, err := far.WriteToUDPAddrPort([]byte("x"), at); err != nil {
		t.Fatal(err)
	}
	if !in.fetch(func() time.Duration { return time.Hour }, false) {
		t.Fatal("nothing came")
	}
	if _, _, arrival := in.next(); arrival != time.Hour {
		t.Errorf("came at %v, was found at 1h", arrival)
	}
}

// What does not fit is cut; what comes after closing is nothing.
func TestIntake_edges(t *testing.T) {
	conn := socketOn(t, "udp4", "127.0.0.1")
	at := local(conn)
	s := socketOf(t, conn)
	in := newIntake(s)
	far := socketOn(t, "udp4", "127.0.0.1")
	for _, size := range []int{0, packetSize, packetSize + 100} {
		if _, err := far.WriteToUDPAddrPort(make([]byte, size), at); err != nil {
			t.Fatal(err)
		}
		if !in.fetch(sinceBegan(), true) {
			t.Fatal("nothing came")
		}
		if packet, _, _ := in.next(); len(packet) != min(size, packetSize) {
			t.Errorf("%d of %d octets", len(packet), size)
		}
	}
	if err := s.close(); err != nil {
		t.Fatal(err)
	}
	if in.fetch(sinceBegan(), true) {
		t.Error("something comes from a closed socket")
	}
}

func TestIntake_does_not_allocate(t *testing.T) {
	in, at := intakeOf(t, "udp4", "127.0.0.1")
	far, now := socketOn(t, "udp4", "127.0.0.1"), sinceBegan()
	to := net.UDPAddrFromAddrPort(at).AddrPort()
	packet := make([]byte, 172)
	if got := testing.AllocsPerRun(100, func() {
		_, _ = far.WriteToUDPAddrPort(packet, to)
		for in.fetch(now, true) {
			in.next()
		}
	}); got > 0 {
		t.Errorf("%v allocations a packet", got)
	}
}
