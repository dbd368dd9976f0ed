package main

import (
	"errors"
	"fmt"
	"image"
	"image/color"
	"math"
	"strings"
	"time"

	"offhook/hal"
)

// keys shows each key as it comes until the tester presses Enter.
func (w *walk) keys(part string, k hal.Keypad) {
	fmt.Fprintf(w.out, "%s: press each key once, then Enter here (s skips)\n", part)
	events, broken, done := make(chan hal.KeyEvent), make(chan error, 1), make(chan struct{})
	defer close(done)
	w.readers.Go(func() {
		for {
			e, err := k.ReadKey()
			if err != nil {
				broken <- err
				return
			}
			select {
			case events <- e:
			case <-done:
				return
			}
		}
	})
	seen := map[hal.Key]bool{}
	for {
		select {
		case e := <-events:
			if e.Action == hal.KeyPress {
				seen[e.Key] = true
				fmt.Fprintf(w.out, "  %s (%d different so far)\n", e.Key, len(seen))
			}
		case err := <-broken:
			w.result(part, false, w.cause(err))
			return
		case a := <-w.answers:
			if a == "s" {
				w.result(part, true, "skipped")
			} else {
				w.result(part, len(seen) > 0, fmt.Sprintf("%d keys seen", len(seen)))
			}
			return
		case <-w.ctx.Done():
			w.result(part, false, "interrupted")
			return
		}
	}
}

// cause is why a device ended: of the interruption, or of itself.
func (w *walk) cause(err error) string {
	if w.ctx.Err() != nil {
		return "interrupted"
	}
	return err.Error()
}

// hookTime is how long the tester has to move the handset.
const hookTime = 20 * time.Second

// hook wants the present state and both changes.
func (w *walk) hook(part string, h hal.Hook) {
	states, broken, done := make(chan hal.HookState), make(chan error, 1), make(chan struct{})
	defer close(done)
	w.readers.Go(func() {
		for {
			s, err := h.ReadHook()
			if err != nil {
				broken <- err
				return
			}
			select {
			case states <- s:
			case <-done:
				return
			}
		}
	})
	for _, what := range []string{"", "lift the handset (or replace it; Enter or s skips)", "and back again"} {
		if what != "" {
			fmt.Fprintf(w.out, "%s: %s\n", part, what)
		}
		limit := time.NewTimer(hookTime)
		passed, note := w.moved(states, broken, limit.C)
		limit.Stop()
		if note != "" {
			w.result(part, passed, note)
			return
		}
	}
	w.result(part, true, "")
}

// moved waits for one state; the note is the verdict when none came.
func (w *walk) moved(states <-chan hal.HookState, broken <-chan error, limit <-chan time.Time) (passed bool, note string) {
	answers := w.answers
	for {
		select {
		case s := <-states:
			fmt.Fprintf(w.out, "  %s\n", map[hal.HookState]string{hal.OnHook: "on-hook", hal.OffHook: "off-hook", hal.HookFlash: "a flash"}[s])
			return true, ""
		case err := <-broken:
			return false, w.cause(err)
		case _, ok := <-answers:
			if ok {
				return true, "skipped"
			}
			answers = nil // standard input has ended: the handset alone tells
		case <-limit:
			return false, fmt.Sprintf("no change within %s", hookTime)
		case <-w.ctx.Done():
			return false, "interrupted"
		}
	}
}

func (w *walk) lamp(part string, lamp hal.Indicator) {
	if err := lamp.Set(hal.LampFast); err != nil {
		w.result(part, false, err.Error())
		return
	}
	w.ask(part, "does this lamp blink fast?")
	_ = lamp.Set(hal.LampOff) // its failure would have shown above
}

func (w *walk) relay(part string, relay hal.Relay) {
	if err := relay.Pulse(time.Second); err != nil {
		w.result(part, false, err.Error())
		return
	}
	w.ask(part, "did the contact close for one second?")
}

func (w *walk) display(part string, d hal.Display) {
	if err := d.Backlight(100); err != nil {
		fmt.Fprintf(w.out, "  backlight: %v\n", err)
	}
	if err := d.Draw(d.Bounds(), testCard(d.Bounds()), d.Bounds().Min); err != nil {
		w.result(part, false, err.Error())
		return
	}
	w.ask(part, "is there a white frame on the edge, and bars white, yellow, cyan, green, magenta, red, blue, black?")
}

// text writes letters into the corners, and those that not every display has.
func (w *walk) text(part string, d hal.TextDisplay) {
	if err := d.Backlight(100); err != nil {
		fmt.Fprintf(w.out, "  backlight: %v\n", err)
	}
	const letters = "ÄÖÜäöüß"
	cols, rows := d.Size()
	lines := make([]string, rows)
	lines[rows-1] = "C" + strings.Repeat(" ", cols-2) + "D"
	lines[0] = "A" + letters + strings.Repeat(" ", max(0, cols-9)) + "B"
	if err := d.Write(lines); err != nil {
		w.result(part, false, err.Error())
		return
	}
	w.ask(part, "are there A, "+letters+" and B in the first line, and C and D at the ends of the last? (other letters: another rom)")
}

func testCard(r image.Rectangle) image.Image {
	card := image.NewRGBA(r)
	bars := []color.RGBA{{255, 255, 255, 255}, {255, 255, 0, 255}, {0, 255, 255, 255}, {0, 255, 0, 255},
		{255, 0, 255, 255}, {255, 0, 0, 255}, {0, 0, 255, 255}, {0, 0, 0, 255}}
	cover(card, r, bars[0])
	inner := r.Inset(1)
	for i, c := range bars {
		bar := image.Rect(inner.Min.X+inner.Dx()*i/len(bars), inner.Min.Y, inner.Min.X+inner.Dx()*(i+1)/len(bars), inner.Max.Y)
		cover(card, bar, c)
	}
	return card
}

func cover(card *image.RGBA, r image.Rectangle, c color.RGBA) {
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			card.SetRGBA(x, y, c)
		}
	}
}

// audio plays a tone, shows the microphone's level for five seconds, and then
// plays what it heard: that an ear can tell, a level cannot.
func (w *walk) audio(part string, a hal.AudioIO, m hal.Mixer) {
	if m != nil {
		_ = errors.Join(m.Route(hal.Speaker), m.Volume(hal.Speaker, 60), m.Mute(false)) // the ear tells
	}
	if err := w.playback(part, a); err != nil {
		w.result(part, false, err.Error())
		return
	}
	fmt.Fprintf(w.out, "%s: speak for five seconds\n", part)
	var said []int16
	if err := w.runAudio(a, 5*time.Second, nil, &said); err != nil {
		w.result(part, false, err.Error())
		return
	}
	w.ask(part+" capture", "did the level follow your voice?")
	fmt.Fprintf(w.out, "%s: what the microphone heard\n", part)
	if err := w.runAudio(a, 5*time.Second, func(at int) int16 { return said[at%len(said)] }, nil); err != nil {
		w.result(part, false, err.Error())
		return
	}
	w.ask(part+" loopback", "did you hear yourself, clearly?")
}

// playback plays a tone on each of the card's channels in turn, for what is
// wired to it: left, right.
func (w *walk) playback(part string, a hal.AudioIO) error {
	channels, several := a.(hal.Channels)
	if !several || channels.PlaybackChannels() < 2 {
		fmt.Fprintf(w.out, "%s: a tone of 440 Hz for two seconds\n", part)
		if err := w.runAudio(a, 2*time.Second, tone(a), nil); err != nil {
			return err
		}
		w.ask(part+" playback", "did you hear it?")
		return nil
	}
	defer channels.PlayOn(-1)
	for c := range channels.PlaybackChannels() {
		channels.PlayOn(c)
		fmt.Fprintf(w.out, "%s: a tone of 440 Hz for two seconds on %s alone\n", part, channelName(c))
		if err := w.runAudio(a, 2*time.Second, tone(a), nil); err != nil {
			return err
		}
		w.ask(part+" playback "+channelName(c), "did you hear it there, and nowhere else?")
	}
	return nil
}

func channelName(c int) string {
	if c < 2 {
		return [...]string{"left", "right"}[c]
	}
	return fmt.Sprintf("channel %d", c)
}

// tone is 440 Hz.
func tone(a hal.AudioIO) func(at int) int16 {
	rate := float64(a.Format().SampleRate)
	return func(at int) int16 { return int16(8000 * math.Sin(2*math.Pi*440*float64(at)/rate)) }
}

// runAudio plays (nil: silence), and keeps what it captures and shows its level.
func (w *walk) runAudio(a hal.AudioIO, length time.Duration, play func(at int) int16, keep *[]int16) error {
	format := a.Format()
	in, out := make([]int16, format.Period), make([]int16, format.Period)
	periods := int(length.Seconds() * float64(format.SampleRate) / float64(format.Period))
	shown := 0
	for i := range periods {
		if w.ctx.Err() != nil {
			return errors.New("interrupted")
		}
		if err := a.ReadPeriod(in); err != nil {
			return errors.New("capture: " + w.cause(err))
		}
		for j := range out {
			if play != nil {
				out[j] = play(i*format.Period + j)
			}
		}
		if err := a.WritePeriod(out); err != nil {
			return errors.New("playback: " + w.cause(err))
		}
		if keep == nil {
			continue
		}
		*keep = append(*keep, in...)
		if at := i * 10 / periods; at != shown {
			shown = at
			fmt.Fprintf(w.out, "  %s\n", levelBar(in))
		}
	}
	return nil
}

func levelBar(samples []int16) string {
	sum := 1.0
	for _, s := range samples {
		sum += float64(s) * float64(s)
	}
	db := int(math.Round(10 * math.Log10(sum/float64(len(samples))/(32768*32768))))
	return fmt.Sprintf("%-30s %d dB", strings.Repeat("#", max(0, min(30, (db+60)/2))), db)
}
