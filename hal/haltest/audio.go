package haltest

import (
	"errors"
	"sync"
	"testing"
	"time"

	"offhook/hal"
)

// AudioIO tests a hal.AudioIO whose clock runs.
func AudioIO(t testing.TB, open func(testing.TB) hal.AudioIO) {
	t.Helper()
	a := open(t)
	f := a.Format()
	if f.SampleRate < 8000 || f.Period < 1 || f.Period > f.SampleRate/10 {
		t.Fatalf("a format of %+v", f)
	}
	p := make([]int16, f.Period)
	both := func() error {
		if err := a.ReadPeriod(p); err != nil {
			return err
		}
		return a.WritePeriod(p)
	}
	for range 50 {
		if err := both(); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range []int{0, f.Period - 1, f.Period + 1} {
		if odd := make([]int16, n); a.ReadPeriod(odd) == nil || a.WritePeriod(odd) == nil {
			t.Errorf("a block of %d samples is accepted; a period has %d", n, f.Period)
		}
	}
	var failed error
	if n := testing.AllocsPerRun(20, func() { failed = both() }); n > 0 || failed != nil {
		t.Errorf("%v allocations in moving a period, and %v", n, failed)
	}
	if capture, playback := a.Xruns(); capture > 1<<32 || playback > 1<<32 {
		t.Errorf("%d and %d xruns", capture, playback)
	}
	if a.Format() != f {
		t.Errorf("the format has become %+v", a.Format())
	}
	resting(t, a, both)
	closing(t, "sound device", a)
	wantClosed(t, "ReadPeriod", a.ReadPeriod(p))
	wantClosed(t, "WritePeriod", a.WritePeriod(p))
	a.Xruns() // may still be asked

	b := open(t)
	wakes(t, "ReadPeriod", b, func() error { return b.ReadPeriod(p) })
	if _, ok := a.(restful); ok {
		r := open(t).(restful)
		wakes(t, "Rest", r, func() error { return r.Rest(false) })
		r.Rouse() // may still be called
		wantClosed(t, "Rest", r.Rest(true))
	}
	closing(t, "sound device never used", open(t))
}

// restful is a sound device that can rest.
type restful interface {
	hal.AudioIO
	hal.Rester
}

// resting holds a device that can rest to ending it whenever it is roused, and
// to going on as if nothing had been.
func resting(t testing.TB, a hal.AudioIO, both func() error) {
	t.Helper()
	r, ok := a.(restful)
	if !ok {
		return
	}
	for _, soon := range []bool{false, true, true, false} {
		rounds := 0
		for judged := false; !judged; rounds++ {
			if rounds == restRounds {
				t.Fatalf("no rest was followed by %d periods in time, in %d rounds: this machine stops for longer than a period", restPeriods, rounds)
			}
			judged = rested(t, r, soon, both)
		}
	}
}

// A device is moved so often after a rest; and so often it rests until a round counts.
const (
	restPeriods = 3
	restRounds  = 100
)

// rested lets a device rest, and go on. A machine that stops the test for longer
// than a period has a real xrun: such a round is not judged, and the answer false.
func rested(t testing.TB, r restful, soon bool, both func() error) bool {
	t.Helper()
	capture, playback := r.Xruns()
	r.Rouse()
	r.Rouse() // once is as good as twice
	if err := r.Rest(soon); err != nil {
		t.Errorf("Rest(%v), roused before: %v", soon, err)
	}
	var calls sync.WaitGroup
	calls.Go(r.Rouse)
	err := r.Rest(!soon) // goes over from one kind to the other
	if calls.Wait(); err != nil {
		t.Errorf("Rest(%v): %v", !soon, err)
	}
	f := r.Format()
	period := time.Duration(f.Period) * time.Second / time.Duration(f.SampleRate)
	begun, inTime := time.Now(), true
	for i := range restPeriods {
		if err := both(); err != nil {
			t.Errorf("period %d after a rest: %v", i, err)
		}
		inTime = inTime && time.Since(begun) < time.Duration(i+1)*period
	}
	if !inTime {
		return false
	}
	if c, p := r.Xruns(); c != capture || p != playback {
		t.Errorf("%d and %d xruns in resting", c-capture, p-playback)
	}
	return true
}

// Mixer tests a hal.Mixer that has these outputs.
func Mixer(t testing.TB, outputs []hal.Output, open func(testing.TB) hal.Mixer) {
	t.Helper()
	m := open(t)
	for _, o := range outputs {
		if err := m.Route(o); err != nil {
			t.Errorf("Route(%s): %v", o, err)
		}
		for _, percent := range []int{0, 1, 50, 100} {
			if err := m.Volume(o, percent); err != nil {
				t.Errorf("Volume(%s, %d): %v", o, percent, err)
			}
		}
		for _, percent := range []int{-1, 101} {
			if m.Volume(o, percent) == nil {
				t.Errorf("Volume(%s, %d) is accepted", o, percent)
			}
		}
	}
	if m.Route("kitchen") == nil || m.Volume("kitchen", 50) == nil {
		t.Error("an output that does not exist is accepted")
	}
	if err := errors.Join(m.Mute(true), m.Mute(true), m.Mute(false)); err != nil {
		t.Errorf("Mute: %v", err)
	}
	closing(t, "mixer", m)
	wantClosed(t, "Route", m.Route(outputs[0]))
	wantClosed(t, "Volume", m.Volume(outputs[0], 50))
	wantClosed(t, "Mute", m.Mute(true))
}
