package alsa

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"offhook/hal"
)

// sleep rests until it is roused, which was before.
func sleep(t *testing.T, a hal.AudioIO, soon bool) {
	t.Helper()
	a.(hal.Rester).Rouse()
	if err := a.(hal.Rester).Rest(soon); err != nil {
		t.Fatal(err)
	}
}

// A card that rests is stopped; then it goes on with a period at once, and what
// is captured is played two periods later as ever.
func TestRest_goes_on_aligned(t *testing.T) {
	for _, c := range []struct {
		name string
		p    hal.Params
		set  func(*machine)
		soon []bool // rests, one after the other
	}{
		{"a rest", nil, nil, []bool{false}},
		{"a rest from which it soon wakes", nil, nil, []bool{true}},
		{"soon, after a while", nil, nil, []bool{false, true}},
		{"soon, and then not", nil, nil, []bool{true, false}},
		{"soon, for long", nil, nil, []bool{true, true, true}},
		{"two periods in the buffer", hal.Params{"periods": 2}, nil, []bool{false, true}},
		{"streams that cannot be linked", nil, func(m *machine) { m.linkable = false }, []bool{false, true}},
		{"two cards", hal.Params{"capture-card": "Headset"}, func(m *machine) { m.ids[2] = "Headset" }, []bool{false, true}},
		{"after the machine slept", nil, func(m *machine) { m.asleep = "suspended" }, []bool{false, true}},
		{"stopped by somebody else", nil, func(m *machine) { m.asleep = "setup" }, []bool{true}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine(t)
			if c.set != nil {
				c.set(m)
			}
			a := openOn(t, m, part(c.p))
			period := a.Format().Period
			p := make([]int16, period)
			for range 3 {
				echo(t, a, 10)
				for _, soon := range c.soon {
					sleep(t, a, soon)
				}
				m.do(func() { m.frozen = true }) // the first period is waited for by nobody
				if err := a.ReadPeriod(p); err != nil || p[0] != 0 || p[period-1] != 0 {
					t.Fatalf("the first period: %v, %v", p[0], err)
				}
				resets := m.resets[playback]
				if err := a.WritePeriod(p); err != nil {
					t.Fatal(err)
				}
				if soon := c.soon[len(c.soon)-1]; m.asleep == "" && soon != (m.resets[playback] == resets) {
					t.Errorf("soon %v, and it was prepared %d times", soon, m.resets[playback]-resets)
				}
				m.do(func() { m.frozen = false })
				echo(t, a, 10)
				if ahead := m.open[playback].appl - m.open[capture].appl; ahead != 2*period {
					t.Errorf("playback is %d frames ahead, want %d", ahead, 2*period)
				}
				heard := m.open[playback].heard
				late := 2 * period
				if a.(*PCM).pace != nil {
					late += paceTaps / 2
				}
				if got, want := heard[len(heard)-1], captured(m.open[playback].pos-1-late, 0); got != want {
					t.Errorf("heard %d, want %d", got, want)
				}
			}
			if record, play := a.Xruns(); record+play > 0 {
				t.Errorf("%d and %d xruns", record, play)
			}
			closeIt(t, a)
		})
	}
}

// What follows a rest begins with what is played first, not with what was played
// last.
func TestRest_plays_the_first_period_first(t *testing.T) {
	m := newMachine(t)
	a := openOn(t, m, part(nil))
	echo(t, a, 10)
	sleep(t, a, false)
	period := a.Format().Period
	before := len(m.open[playback].heard)
	p := make([]int16, period)
	for n := range int16(4) {
		if err := a.ReadPeriod(p); err != nil {
			t.Fatal(err)
		}
		for i := range p {
			p[i] = 1000 * (n + 1)
		}
		if err := a.WritePeriod(p); err != nil {
			t.Fatal(err)
		}
	}
	heard := m.open[playback].heard[before:]
	if heard[0] != 0 || heard[period-1] != 0 || heard[period] != 1000 || heard[2*period] != 2000 {
		t.Errorf("heard %d, %d, %d, %d", heard[0], heard[period-1], heard[period], heard[2*period])
	}
	closeIt(t, a)
}

// In a rest nothing is asked of the kernel, and nothing wakes who rests.
func TestRest_wakes_nobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, soon := range []bool{false, true} {
			m := newMachine(t)
			a := openOn(t, m, part(nil))
			echo(t, a, 10)
			ended := make(chan error)
			go func() { ended <- a.(hal.Rester).Rest(soon) }()
			synctest.Wait()
			asked := m.asked
			m.do(func() { m.pass(60 * 16000) })
			synctest.Wait()
			if m.asked != asked {
				t.Errorf("%d wake-ups in a minute of rest", m.asked-asked)
			}
			a.(hal.Rester).Rouse()
			if err := <-ended; err != nil {
				t.Error(err)
			}
			echo(t, a, 3)
			closeIt(t, a)
		}
	})
}

func TestRest_unplugged(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, soon := range []bool{false, true} {
			m := newMachine(t)
			a := openOn(t, m, part(nil))
			echo(t, a, 3)
			ended := make(chan error)
			go func() { ended <- a.(hal.Rester).Rest(soon) }()
			synctest.Wait()
			m.unplug()
			if err := <-ended; !errors.Is(err, hal.ErrGone) || !strings.Contains(err.Error(), "wm8960soundcard") {
				t.Errorf("got %v", err)
			}
			if err := a.(hal.Rester).Rest(soon); !errors.Is(err, hal.ErrGone) { // and stays so
				t.Errorf("got %v", err)
			}
			closeIt(t, a)
		}
	})
}

// An overrun that nobody has seen yet is over with the rest.
func TestRest_after_an_overrun(t *testing.T) {
	m := newMachine(t)
	a := openOn(t, m, part(nil))
	echo(t, a, 3)
	m.do(func() { m.pass(10000) })
	sleep(t, a, false)
	echo(t, a, 10)
	if record, play := a.Xruns(); record+play > 0 {
		t.Errorf("%d and %d xruns", record, play)
	}
	closeIt(t, a)
}

// The poller waits for capture where all threads are hastened, and there alone.
func TestPoll(t *testing.T) {
	for _, hastened := range []bool{false, true} {
		m := newMachine(t)
		a := openOn(t, m, part(nil))
		if got := a.(*PCM).Poll(hastened); got != hastened {
			t.Errorf("Poll(%v) is %v", hastened, got)
		}
		echo(t, a, 5)
		sleep(t, a, false)
		echo(t, a, 5)
		if m.polled > 0 != hastened {
			t.Errorf("hastened %v: %d waits of the poller's", hastened, m.polled)
		}
		closeIt(t, a)
		if a.(*PCM).Poll(true) {
			t.Error("polled after Close")
		}
	}
}
