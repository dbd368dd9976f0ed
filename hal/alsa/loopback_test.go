//go:build alsaloopback

package alsa

import (
	"errors"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"offhook/hal"
	"offhook/hal/haltest"
)

// These tests want a kernel with the module snd-aloop loaded, such as a virtual
// board's: what is played to device 0 is captured from device 1. Build them with
// go test -c -tags alsaloopback, and run the binary there.

var quietLog = slog.New(slog.NewTextHandler(io.Discard, nil))

func loopbackPart(rate, ms int) hal.Params {
	return hal.Params{"card": "Loopback", "device": 0, "capture-device": 1, "sample-rate": rate, "period-ms": ms, "periods": 8,
		"playback-channels": 2, "capture-channels": 2}
}

func openLoopback(t *testing.T, p hal.Params) hal.AudioIO {
	t.Helper()
	a, err := Drivers().Audio["alsa-pcm"].Open(t.Context(), p, quietLog)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// Samples are counted: what is played is its own number, so that what comes
// back tells how late it is and whether anything is missing. An emulated board
// is late at first, until playback starts far enough ahead: the second half of
// a run is looked at.
func TestLoopback_every_sample_in_order(t *testing.T) {
	for _, rate := range []int{8000, 16000, 48000} {
		for _, ms := range []int{5, 10, 20} {
			a := openLoopback(t, loopbackPart(rate, ms))
			f := a.Format()
			if f.SampleRate != rate || f.Period != rate*ms/1000 {
				t.Fatalf("format %+v", f)
			}
			in, out := make([]int16, f.Period), make([]int16, f.Period)
			periods, sent := 3*rate/f.Period, 0
			var heard []int16
			var before uint64
			begin := time.Now()
			for i := range periods {
				if err := a.ReadPeriod(in); err != nil {
					t.Fatal(err)
				}
				if i == periods*4/10 { // what was then is back by the second half
					c, p := a.Xruns()
					before = c + p
				}
				if i >= periods/2 {
					heard = append(heard, in...)
				}
				for k := range out {
					out[k] = int16(sent)
					sent++
				}
				if err := a.WritePeriod(out); err != nil {
					t.Fatal(err)
				}
			}
			took := time.Since(begin)
			breaks := 0
			for i := 1; i < len(heard); i++ {
				if heard[i] != heard[i-1]+1 {
					breaks++
				}
			}
			c, p := a.Xruns()
			delay := uint16(int16(sent-f.Period-1) - heard[len(heard)-1])
			t.Logf("%d Hz, %d ms: 3 s took %v; back after %.1f ms; %d breaks in the last %d samples; xruns %d capture, %d playback, %d of them late; linked %v",
				rate, ms, took.Round(time.Millisecond), 1000*float64(delay)/float64(rate), breaks, len(heard), c, p, c+p-before, a.(*PCM).linked)
			if c+p == before && breaks > 0 {
				t.Error("samples are missing, and no xrun was counted")
			}
			if allocs := testing.AllocsPerRun(20, func() { _, _ = a.ReadPeriod(in), a.WritePeriod(out) }); allocs > 0 {
				t.Errorf("%v allocations a period", allocs)
			}
			if err := a.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

func TestLoopback_conforms(t *testing.T) {
	haltest.AudioIO(t, func(testing.TB) hal.AudioIO { return openLoopback(t, loopbackPart(16000, 20)) })
}

func TestLoopback_late_xruns_and_goes_on(t *testing.T) {
	a := openLoopback(t, loopbackPart(16000, 10))
	p := make([]int16, a.Format().Period)
	for range 10 {
		if err := errors.Join(a.ReadPeriod(p), a.WritePeriod(p)); err != nil {
			t.Fatal(err)
		}
	}
	c0, p0 := a.Xruns()
	<-time.After(300 * time.Millisecond)
	for range 20 {
		if err := errors.Join(a.ReadPeriod(p), a.WritePeriod(p)); err != nil {
			t.Fatal(err)
		}
	}
	c1, p1 := a.Xruns()
	t.Logf("xruns before %d+%d, after %d+%d", c0, p0, c1, p1)
	if c1+p1 == c0+p0 {
		t.Error("300 ms late, and no xrun was counted")
	}
}

func TestLoopback_closed_wakes_the_reader(t *testing.T) {
	a := openLoopback(t, loopbackPart(8000, 20))
	p := make([]int16, a.Format().Period)
	var reading sync.WaitGroup
	reading.Go(func() {
		for {
			if err := a.ReadPeriod(p); err != nil {
				if !errors.Is(err, hal.ErrClosed) {
					t.Error(err)
				}
				return
			}
		}
	})
	if err := a.Close(); err != nil {
		t.Error(err)
	}
	reading.Wait()
}

func TestLoopback_faults(t *testing.T) {
	_ = openLoopback(t, loopbackPart(8000, 20))
	_, err := Drivers().Audio["alsa-pcm"].Open(t.Context(), hal.Params{"card": "Loopback", "device": 7}, quietLog)
	t.Log(err)
	var busy error
	var held []hal.AudioIO
	for range 9 { // the card has eight subdevices
		var a hal.AudioIO
		if a, busy = Drivers().Audio["alsa-pcm"].Open(t.Context(), loopbackPart(8000, 20), quietLog); busy != nil {
			break
		}
		held = append(held, a)
	}
	for _, a := range held {
		a.Close()
	}
	t.Log(busy)
	if busy == nil || !strings.Contains(busy.Error(), "uses it") {
		t.Errorf("in use: %v", busy)
	}
	_, err = Drivers().Audio["alsa-pcm"].Open(t.Context(), hal.Params{"card": "Nothing"}, quietLog)
	t.Log(err)
	many := loopbackPart(16000, 10)
	delete(many, "capture-device")
	many["playback-channels"], many["device"] = 32, 0
	for range 2 { // the second user of a cable must take what the first has
		a, err := Drivers().Audio["alsa-pcm"].Open(t.Context(), many, quietLog)
		t.Log(err)
		if err == nil {
			defer a.Close()
		}
	}
}

func TestLoopback_mixer(t *testing.T) {
	const rateShift = "PCM Rate Shift 100000"
	part := hal.Params{"card": "Loopback", "outputs": map[string]any{
		"speaker": map[string]any{"volume": rateShift, "route": map[string]any{"PCM Notify": "on"}},
		"handset": map[string]any{"route": map[string]any{"PCM Notify": "off"}},
	}}
	opened, err := Drivers().Mixers["alsa-mixer"].Open(t.Context(), part, quietLog)
	if err != nil {
		t.Fatal(err)
	}
	m := opened.(*Mixer)
	value := func(el *element) int {
		v := elemValue{id: el.info.id}
		if err := m.control.read(&v); err != nil {
			t.Fatal(err)
		}
		return v.value[0]
	}
	shift, notify := m.paths[hal.Speaker].volume, m.paths[hal.Speaker].route[0].element
	t.Logf("%+v; count %d, access %#x", shift.scale, shift.info.count, shift.info.access)
	for _, percent := range []int{0, 25, 100, 50} {
		if err := m.Volume(hal.Speaker, percent); err != nil {
			t.Fatal(err)
		}
		if got, want := value(shift), 80000+400*percent; got != want {
			t.Errorf("%d percent: %d, want %d", percent, got, want)
		}
	}
	for _, o := range []hal.Output{hal.Handset, hal.Speaker, hal.Handset} {
		if err := m.Route(o); err != nil {
			t.Fatal(err)
		}
		if on := value(notify) == 1; on != (o == hal.Speaker) {
			t.Errorf("routed to %s: %v", o, on)
		}
	}
	if err := errors.Join(m.Volume(hal.Speaker, 50), m.Close(), m.Close()); err != nil {
		t.Error(err)
	}
	part["outputs"] = map[string]any{"speaker": map[string]any{"volume": "Master", "switch": "PCM Slave Active"}}
	_, err = Drivers().Mixers["alsa-mixer"].Open(t.Context(), part, quietLog)
	t.Log(err)
	if err == nil {
		t.Error("no fault")
	}
}

// In a rest the card is stopped, and what is played afterwards comes back as
// before; blocked and by the poller.
func TestLoopback_rests(t *testing.T) {
	for _, polled := range []bool{false, true} {
		a := openLoopback(t, loopbackPart(16000, 10)).(*PCM)
		if a.Poll(polled) != polled {
			t.Error("the poller does not take the card")
		}
		p := make([]int16, a.Format().Period)
		for _, soon := range []bool{false, true, false} {
			for i := range 50 {
				begin := time.Now()
				if err := errors.Join(a.ReadPeriod(p), a.WritePeriod(p)); err != nil {
					t.Fatal(err)
				}
				if i < 2 {
					t.Logf("polled %v, after a rest (soon %v): period %d took %v", polled, soon, i, time.Since(begin))
				}
			}
			ended := make(chan error)
			go func() { ended <- a.Rest(soon) }()
			select {
			case err := <-ended:
				t.Errorf("the rest ended by itself: %v", err)
			case <-time.After(2 * time.Second):
				state, _ := os.ReadFile("/proc/asound/Loopback/pcm0p/sub0/status")
				first, _, _ := strings.Cut(string(state), "\n")
				t.Logf("at rest (soon %v): %s", soon, first)
				if strings.Contains(first, "RUNNING") {
					t.Error("the card runs while it rests")
				}
				a.Rouse()
				if err := <-ended; err != nil {
					t.Error(err)
				}
			}
		}
		c, w := a.Xruns()
		t.Logf("polled %v: %d and %d xruns", polled, c, w)
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}
}

// bind takes the card away, or brings it back. Taking it away waits until nobody
// has it open.
func bind(what string) <-chan error {
	ended := make(chan error, 1)
	go func() { ended <- os.WriteFile("/sys/bus/platform/drivers/snd_aloop/"+what, []byte("snd_aloop.0"), 0) }()
	return ended
}

// A card that is taken away ends a rest, and what waits for a period.
func TestLoopback_unplugged(t *testing.T) {
	for name, c := range map[string]struct {
		polled bool
		wait   func(a *PCM, p []int16) error
	}{
		"at rest":                 {false, func(a *PCM, _ []int16) error { return a.Rest(false) }},
		"ready":                   {false, func(a *PCM, _ []int16) error { return a.Rest(true) }},
		"moving":                  {false, func(a *PCM, p []int16) error { return errors.Join(a.ReadPeriod(p), a.WritePeriod(p)) }},
		"moving, with the poller": {true, func(a *PCM, p []int16) error { return errors.Join(a.ReadPeriod(p), a.WritePeriod(p)) }},
	} {
		t.Run(name, func(t *testing.T) {
			a := openLoopback(t, loopbackPart(16000, 20)).(*PCM)
			a.Poll(c.polled)
			p := make([]int16, a.Format().Period)
			for range 10 {
				if err := errors.Join(a.ReadPeriod(p), a.WritePeriod(p)); err != nil {
					t.Fatal(err)
				}
			}
			ended := make(chan error, 1)
			go func() {
				for {
					if err := c.wait(a, p); err != nil {
						ended <- err
						return
					}
				}
			}()
			<-time.After(time.Second)
			away := bind("unbind")
			select {
			case err := <-ended:
				t.Log(err)
				if !errors.Is(err, hal.ErrGone) {
					t.Errorf("got %v", err)
				}
			case <-time.After(10 * time.Second):
				t.Error("nobody noticed")
			}
			if err := a.Close(); err != nil {
				t.Error(err)
			}
			if err := errors.Join(<-away, <-bind("bind")); err != nil {
				t.Error(err)
			}
		})
	}
}

// A mixer finds the card that is back, and sets it as the one before.
func TestLoopback_mixer_plugged_in_again(t *testing.T) {
	opened, err := Drivers().Mixers["alsa-mixer"].Open(t.Context(), hal.Params{"card": "Loopback", "outputs": map[string]any{
		"speaker": map[string]any{"volume": "PCM Rate Shift 100000", "route": map[string]any{"PCM Notify": "on"}}}}, quietLog)
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	m := opened.(*Mixer)
	if err := errors.Join(m.Volume(hal.Speaker, 25), m.Route(hal.Speaker)); err != nil {
		t.Fatal(err)
	}
	away := bind("unbind")
	for err == nil {
		err = m.Route(hal.Speaker)
	}
	t.Log(err)
	if !errors.Is(err, hal.ErrGone) {
		t.Errorf("got %v", err)
	}
	if err := errors.Join(<-away, <-bind("bind"), m.Route(hal.Speaker)); err != nil {
		t.Fatal(err)
	}
	v := elemValue{id: m.paths[hal.Speaker].volume.info.id}
	if err := m.control.read(&v); err != nil || v.value[0] != 90000 {
		t.Errorf("%v; the volume is %d", err, v.value[0])
	}
}
