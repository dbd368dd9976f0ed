package alsa

import (
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"go.uber.org/goleak"

	"offhook/hal"
	"offhook/hal/haltest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var silentLog = slog.New(slog.NewTextHandler(io.Discard, nil))

func part(more hal.Params) hal.Params {
	p := hal.Params{"card": "wm8960soundcard", "sample-rate": 16000, "period-ms": 10}
	for k, v := range more {
		p[k] = v
	}
	return p
}

func openOn(t *testing.T, m *machine, p hal.Params) hal.AudioIO {
	t.Helper()
	a, err := driversOn(m).Audio["alsa-pcm"].Open(t.Context(), p, silentLog)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// echo plays what it captures, n times.
func echo(t *testing.T, a hal.AudioIO, n int) {
	t.Helper()
	p := make([]int16, a.Format().Period)
	for i := range n {
		if err := a.ReadPeriod(p); err != nil {
			t.Fatalf("period %d: read: %v", i, err)
		}
		if err := a.WritePeriod(p); err != nil {
			t.Fatalf("period %d: write: %v", i, err)
		}
	}
}

func closeIt(t *testing.T, a hal.AudioIO) {
	t.Helper()
	if err := errors.Join(a.Close(), a.Close()); err != nil {
		t.Error(err)
	}
}

func TestPCM_conforms(t *testing.T) {
	haltest.AudioIO(t, func(testing.TB) hal.AudioIO { return openOn(t, newMachine(t), part(nil)) })
}

// What is captured is played exactly two periods later, at every rate, however
// the card moves samples.
func TestPCM_delay(t *testing.T) {
	cases := []struct {
		name string
		p    hal.Params
		set  func(*machine)
	}{
		{"16 kHz, 10 ms -> two periods", nil, nil},
		{"8 kHz, 20 ms -> two periods", hal.Params{"sample-rate": 8000, "period-ms": 20}, nil},
		{"48 kHz, 5 ms -> two periods", hal.Params{"sample-rate": 48000, "period-ms": 5}, nil},
		{"two periods in the buffer -> two periods", hal.Params{"periods": 2}, nil},
		{"long buffer -> two periods all the same", hal.Params{"periods": 16}, nil},
		{"card moves 37 frames at a time -> two periods", nil, func(m *machine) { m.partial = 37 }},
		{"card wakes oftener than asked -> two periods", nil, func(m *machine) {
			odd := able
			odd.periodStep = 64
			m.can = map[direction]abilities{playback: odd, capture: odd}
		}},
		{"cannot be linked -> two periods", nil, func(m *machine) { m.linkable = false }},
		{"cannot be linked, two periods in the buffer -> two periods", hal.Params{"periods": 2}, func(m *machine) { m.linkable = false }},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine(t)
			if c.set != nil {
				c.set(m)
			}
			a := openOn(t, m, part(c.p))
			period := a.Format().Period
			speaker := m.open[playback]
			echo(t, a, 20)
			if record, play := a.Xruns(); record+play > 0 {
				t.Errorf("%d and %d xruns", record, play)
			}
			for i, v := range speaker.heard {
				want := int16(0)
				if i >= 2*period {
					want = captured(i-2*period, 0)
				}
				if v != want {
					t.Fatalf("sample %d: heard %d, want %d", i, v, want)
				}
			}
			if len(speaker.heard) < 19*period {
				t.Errorf("only %d samples were heard", len(speaker.heard))
			}
			closeIt(t, a)
		})
	}
}

func TestPCM_channels(t *testing.T) {
	cases := []struct {
		name string
		p    hal.Params
		want int16 // of frame 5
	}{
		{"two channels -> the first", hal.Params{"capture-channels": 2}, captured(5, 0)},
		{"two channels, the second wanted -> the second", hal.Params{"capture-channels": 2, "capture-channel": 1}, captured(5, 1)},
		{"two channels, average wanted -> their mean", hal.Params{"capture-channels": 2, "capture-channel": "average"}, captured(5, 0) + 5000},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine(t)
			c.p["playback-channels"] = 2
			a := openOn(t, m, part(c.p))
			p := make([]int16, a.Format().Period)
			echo(t, a, 1) // silence, with which the card starts
			if err := a.ReadPeriod(p); err != nil || p[5] != c.want {
				t.Errorf("captured %d, %v; want %d", p[5], err, c.want)
			}
			if err := a.WritePeriod(p); err != nil {
				t.Fatal(err)
			}
			speaker := m.open[playback]
			at := 2*a.Format().Period + 5 // after the silence
			if speaker.played(at, 0) != p[5] || speaker.played(at, 1) != p[5] {
				t.Errorf("played %d and %d, want %d on both channels", speaker.played(at, 0), speaker.played(at, 1), p[5])
			}
			second := a.(hal.Channels)
			if n := second.PlaybackChannels(); n != 2 {
				t.Errorf("%d channels", n)
			}
			second.PlayOn(1)
			if err := a.WritePeriod(p); err != nil {
				t.Fatal(err)
			}
			if at += a.Format().Period; speaker.played(at, 0) != 0 || speaker.played(at, 1) != p[5] {
				t.Errorf("played %d and %d, want %d on the second channel alone", speaker.played(at, 0), speaker.played(at, 1), p[5])
			}
			closeIt(t, a)
		})
	}
}

func TestPCM_xruns(t *testing.T) {
	const period = 160
	cases := []struct {
		name         string
		periods      int
		late         []int // frames, by wait
		record, play uint64
		ahead        int // afterwards
	}{
		{"late by half a period -> none", 3, []int{0, 0, 80}, 0, 0, 2},
		{"late by two periods -> playback dry", 4, []int{0, 0, 320}, 0, 1, 2},
		{"late by the whole of a short buffer -> playback dry, and capture stops with it", 2, []int{0, 0, 500}, 0, 1, 2},
		{"late again soon -> starts further ahead", 4, []int{0, 320, 0, 0, 320, 0}, 0, 2, 3},
		{"late again and again -> as far ahead as the buffer holds", 4, []int{500, 0, 500, 0, 500, 0, 500, 0, 500}, 0, 5, 4},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine(t)
			m.late = c.late
			a := openOn(t, m, part(hal.Params{"periods": c.periods}))
			speaker := m.open[playback]
			echo(t, a, 30)
			if record, play := a.Xruns(); record != c.record || play != c.play {
				t.Errorf("%d capture and %d playback xruns, want %d and %d", record, play, c.record, c.play)
			}
			if d := a.(*PCM); d.ahead != c.ahead || speaker.appl-m.open[capture].appl != c.ahead*period {
				t.Errorf("playback is %d periods ahead, %d frames; want %d", d.ahead, speaker.appl-m.open[capture].appl, c.ahead)
			}
			closeIt(t, a)
		})
	}
}

func TestPCM_not_linked_lateness_stays_in_no_buffer(t *testing.T) {
	for _, c := range []struct {
		name         string
		periods      int
		late         int // frames
		record, play uint64
	}{
		{"late by all that both hold -> both start again", 2, 500, 1, 1},
		{"late by two of four periods -> playback dry, and capture starts again with it", 4, 320, 0, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine(t)
			m.linkable, m.late = false, []int{0, 0, c.late}
			a := openOn(t, m, part(hal.Params{"periods": c.periods}))
			speaker := m.open[playback]
			echo(t, a, 30)
			if record, play := a.Xruns(); record != c.record || play != c.play {
				t.Errorf("%d capture and %d playback xruns", record, play)
			}
			// The sound that plays now was captured two periods ago.
			if got, want := speaker.heard[len(speaker.heard)-1], captured(m.open[capture].pos-1-2*160, 0); got != want {
				t.Errorf("heard %d, want %d", got, want)
			}
			closeIt(t, a)
		})
	}
}

func TestPCM_underrun_long_after_another_does_not_add_delay(t *testing.T) {
	m := newMachine(t)
	a := openOn(t, m, part(hal.Params{"periods": 4}))
	for range 3 {
		m.do(func() { m.late = []int{320} })
		echo(t, a, 1010)
	}
	if _, play := a.Xruns(); play != 3 || a.(*PCM).ahead != 2 {
		t.Errorf("%d underruns, %d periods ahead", play, a.(*PCM).ahead)
	}
	closeIt(t, a)
}

func TestPCM_two_clocks(t *testing.T) {
	for _, c := range []struct {
		name           string
		drift          float64
		least, most    uint64 // playback xruns
		startsCapture  int
		startsPlayback bool // more than one
	}{
		{"playback the faster -> it alone starts again", 8, 2, 20, 1, true},
		{"playback the slower -> what has no room is dropped", -8, 10, 100, 1, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine(t)
			m.ids[2] = "Headset"
			m.drift = c.drift
			a := openOn(t, m, part(hal.Params{"capture-card": "Headset"}))
			echo(t, a, 100)
			record, play := a.Xruns()
			if m.links != 0 || record != 0 || play < c.least || play > c.most {
				t.Errorf("%d links, %d capture and %d playback xruns", m.links, record, play)
			}
			if m.starts[capture] != c.startsCapture || m.starts[playback] > 1 != c.startsPlayback {
				t.Errorf("starts: %v", m.starts)
			}
			closeIt(t, a)
		})
	}
}

func TestPCM_woke_from_suspend_goes_on_uncounted(t *testing.T) {
	m := newMachine(t)
	a := openOn(t, m, part(nil))
	for range 2 {
		echo(t, a, 3)
		m.do(func() { m.open[capture].state, m.open[playback].state = "suspended", "suspended" })
	}
	echo(t, a, 3)
	if record, play := a.Xruns(); record+play > 0 {
		t.Errorf("%d and %d xruns", record, play)
	}
	m.do(func() { m.open[playback].state, m.open[capture].state = "setup", "setup" }) // stopped by somebody else
	echo(t, a, 3)
	closeIt(t, a)
}

func TestPCM_unplugged(t *testing.T) {
	for _, c := range []struct {
		name string
		call func(hal.AudioIO, []int16) error
	}{
		{"while reading -> gone", hal.AudioIO.ReadPeriod},
		{"while writing -> gone", hal.AudioIO.WritePeriod},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine(t)
			a := openOn(t, m, part(nil))
			p := make([]int16, a.Format().Period)
			echo(t, a, 3)
			m.unplug()
			for range 2 { // and stays so
				if err := c.call(a, p); !errors.Is(err, hal.ErrGone) || !strings.Contains(err.Error(), "wm8960soundcard") {
					t.Errorf("got %v", err)
				}
			}
			closeIt(t, a)
		})
	}
}

func TestPCM_clock_stands_still(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := newMachine(t)
		a := openOn(t, m, part(nil))
		m.frozen = true
		p := make([]int16, a.Format().Period)
		echo(t, a, 1)
		if err := a.ReadPeriod(p); !errors.Is(err, errStalled) {
			t.Errorf("got %v", err)
		}
		m.do(func() { m.frozen = false })
		echo(t, a, 3) // begins anew

		m.do(func() { m.frozen = true })
		ended := make(chan error)
		go func() {
			for {
				if err := a.ReadPeriod(p); err != nil {
					ended <- err
					return
				}
			}
		}()
		synctest.Wait()
		closeIt(t, a)
		if err := <-ended; !errors.Is(err, hal.ErrClosed) {
			t.Errorf("woken with %v", err)
		}
	})
}

func TestPCM_write_first_starts_too(t *testing.T) {
	a := openOn(t, newMachine(t), part(nil))
	if err := a.WritePeriod(make([]int16, a.Format().Period)); err != nil {
		t.Error(err)
	}
	closeIt(t, a)
}
