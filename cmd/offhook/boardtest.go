package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"log/slog"
	"math"
	"strings"
	"time"

	"offhook/board"
	"offhook/hal"
	"offhook/hal/drivers"
	"offhook/hal/faceplate"
)

type testOptions struct {
	relays bool
	only   board.Kind
	json   bool
}

// partResult is what came of one part.
type partResult struct {
	Part   string `json:"part"`
	Passed bool   `json:"passed"`
	Note   string `json:"note,omitzero"`
}

// walk leads a builder through the parts, one question at a time.
type walk struct {
	ctx     context.Context
	t       terminal
	answers chan string
	results []partResult
}

func testBoard(ctx context.Context, t terminal, b *board.Board, o testOptions) error {
	log := slog.New(slog.NewTextHandler(t.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	panel := faceplate.New(faceplate.Config{Log: log})
	defer panel.Close()
	table := drivers.Table(panel)
	if err := b.Validate(table); err != nil {
		return err
	}
	devices, err := b.Open(ctx, table, log)
	defer devices.Close()
	w := &walk{ctx: ctx, t: t, answers: make(chan string)}
	for _, e := range partErrors(err) {
		w.result(e.Part.Path, false, e.Err.Error())
	}
	go w.readAnswers() // ends with standard input, at the latest with the program
	fmt.Fprintf(t.out, "Testing %s (%s). Enter means yes; n means no; s skips.\n", b.Name, b.Model)
	for _, part := range b.Parts {
		if o.only != "" && part.Kind != o.only || ctx.Err() != nil {
			continue
		}
		w.part(part, devices, o)
	}
	return w.finish(o.json)
}

func partErrors(err error) []*board.PartError {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	var out []*board.PartError
	for _, e := range joined.Unwrap() {
		if p, ok := errors.AsType[*board.PartError](e); ok {
			out = append(out, p)
		}
	}
	return out
}

func (w *walk) readAnswers() {
	scanner := bufio.NewScanner(w.t.in)
	for scanner.Scan() {
		select {
		case w.answers <- strings.TrimSpace(scanner.Text()):
		case <-w.ctx.Done():
			return
		}
	}
	close(w.answers)
}

// part tests one part; those that did not open have their result already.
func (w *walk) part(p board.Part, d *board.Devices, o testOptions) {
	switch p.Kind {
	case board.Keypad:
		if keypad := d.Keypads[p.Path]; keypad != nil {
			w.keys(p.Path, keypad)
		}
	case board.Hook:
		if d.Hook != nil {
			w.hook(p.Path, d.Hook)
		}
	case board.Lamp:
		if lamp := d.Lamps[p.Name]; lamp != nil {
			w.lamp(p.Path, lamp)
		}
	case board.Display:
		if d.Display != nil {
			w.display(p.Path, d.Display)
		}
	case board.Audio:
		if d.Audio != nil {
			w.audio(p.Path, d.Audio, d.Mixer)
		}
	case board.Relay:
		if relay := d.Relays[p.Name]; relay != nil && o.relays {
			w.relay(p.Path, relay)
		}
	case board.Watchdog:
		if d.Watchdog != nil {
			w.result(p.Path, true, fmt.Sprintf("opened, reboots after %s", d.Watchdog.Timeout()))
		}
	}
}

func (w *walk) ask(part, question string) {
	fmt.Fprintf(w.t.out, "%s: %s [Y/n/s] ", part, question)
	select {
	case a, ok := <-w.answers:
		if !ok {
			w.result(part, false, "no answer: standard input ended")
			return
		}
		switch strings.ToLower(a) {
		case "", "y", "yes":
			w.result(part, true, "")
		case "s":
			w.result(part, true, "skipped")
		default:
			w.result(part, false, "the tester said no")
		}
	case <-w.ctx.Done():
		w.result(part, false, "interrupted")
	}
}

func (w *walk) result(part string, passed bool, note string) {
	w.results = append(w.results, partResult{part, passed, note})
	if !passed {
		fmt.Fprintf(w.t.out, "%s: FAILED: %s\n", part, note)
	}
}

func (w *walk) finish(asJSON bool) error {
	failed := 0
	for _, r := range w.results {
		if !r.Passed {
			failed++
		}
	}
	if asJSON {
		if err := printJSON(w.t.out, w.results); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(w.t.out, "%d parts tested, %d failed\n", len(w.results), failed)
	}
	if failed > 0 {
		return errPartsFailed
	}
	return nil
}

// keys shows each key as it comes until the tester presses Enter.
func (w *walk) keys(part string, k hal.Keypad) {
	fmt.Fprintf(w.t.out, "%s: press each key once, then Enter here\n", part)
	events := make(chan hal.KeyEvent)
	done := make(chan struct{})
	defer close(done)
	go func() {
		for {
			e, err := k.ReadKey()
			if err != nil {
				return // closed when the test ends
			}
			select {
			case events <- e:
			case <-done:
				return
			}
		}
	}()
	seen := map[hal.Key]bool{}
	for {
		select {
		case e := <-events:
			if e.Action == hal.KeyPress {
				seen[e.Key] = true
				fmt.Fprintf(w.t.out, "  %s (%d different so far)\n", e.Key, len(seen))
			}
		case <-w.answers:
			w.result(part, len(seen) > 0, fmt.Sprintf("%d keys seen", len(seen)))
			return
		case <-w.ctx.Done():
			w.result(part, false, "interrupted")
			return
		}
	}
}

// hook wants both states within ten seconds each.
func (w *walk) hook(part string, h hal.Hook) {
	states := make(chan hal.HookState, 1)
	go func() {
		for range 3 { // the present state and two changes
			s, err := h.ReadHook()
			if err != nil {
				return
			}
			states <- s
		}
	}()
	for _, what := range []string{"", "lift the handset (or replace it)", "and back again"} {
		if what != "" {
			fmt.Fprintf(w.t.out, "%s: %s\n", part, what)
		}
		select {
		case s := <-states:
			fmt.Fprintf(w.t.out, "  %s\n", map[hal.HookState]string{hal.OnHook: "on-hook", hal.OffHook: "off-hook"}[s])
		case <-time.After(10 * time.Second):
			w.result(part, false, "no change within 10 s")
			return
		case <-w.ctx.Done():
			w.result(part, false, "interrupted")
			return
		}
	}
	w.result(part, true, "")
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
		fmt.Fprintf(w.t.out, "  backlight: %v\n", err)
	}
	if err := d.Draw(d.Bounds(), testCard(d.Bounds()), d.Bounds().Min); err != nil {
		w.result(part, false, err.Error())
		return
	}
	w.ask(part, "is there a white frame on the edge, and bars white, yellow, cyan, green, magenta, red, blue, black?")
}

func testCard(r image.Rectangle) image.Image {
	card := image.NewRGBA(r)
	bars := []color.RGBA{{255, 255, 255, 255}, {255, 255, 0, 255}, {0, 255, 255, 255}, {0, 255, 0, 255},
		{255, 0, 255, 255}, {255, 0, 0, 255}, {0, 0, 255, 255}, {0, 0, 0, 255}}
	draw.Draw(card, r, image.White, image.Point{}, draw.Src)
	inner := r.Inset(1)
	for i, c := range bars {
		bar := image.Rect(inner.Min.X+inner.Dx()*i/len(bars), inner.Min.Y, inner.Min.X+inner.Dx()*(i+1)/len(bars), inner.Max.Y)
		draw.Draw(card, bar, image.NewUniform(c), image.Point{}, draw.Src)
	}
	return card
}

// audio plays a tone and then shows the microphone's level for five seconds.
func (w *walk) audio(part string, a hal.AudioIO, m hal.Mixer) {
	if m != nil {
		_ = errors.Join(m.Route(hal.Speaker), m.Volume(hal.Speaker, 60), m.Mute(false)) // the ear tells
	}
	fmt.Fprintf(w.t.out, "%s: a tone of 440 Hz for two seconds\n", part)
	if err := w.runAudio(a, 2*time.Second, true); err != nil {
		w.result(part, false, err.Error())
		return
	}
	w.ask(part+" playback", "did you hear it?")
	fmt.Fprintf(w.t.out, "%s: speak for five seconds\n", part)
	if err := w.runAudio(a, 5*time.Second, false); err != nil {
		w.result(part, false, err.Error())
		return
	}
	w.ask(part+" capture", "did the level follow your voice?")
}

func (w *walk) runAudio(a hal.AudioIO, length time.Duration, tone bool) error {
	format := a.Format()
	in, out := make([]int16, format.Period), make([]int16, format.Period)
	periods := int(length.Seconds() * float64(format.SampleRate) / float64(format.Period))
	shown := 0
	for i := range periods {
		if w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		if err := a.ReadPeriod(in); err != nil {
			return fmt.Errorf("capture: %w", err)
		}
		for j := range out {
			out[j] = 0
			if tone {
				out[j] = int16(8000 * math.Sin(2*math.Pi*440*float64(i*format.Period+j)/float64(format.SampleRate)))
			}
		}
		if err := a.WritePeriod(out); err != nil {
			return fmt.Errorf("playback: %w", err)
		}
		if at := i * 10 / periods; !tone && at != shown {
			shown = at
			fmt.Fprintf(w.t.out, "  %s\n", levelBar(in))
		}
	}
	return nil
}

func levelBar(samples []int16) string {
	sum := 1.0
	for _, s := range samples {
		sum += float64(s) * float64(s)
	}
	db := 10 * math.Log10(sum/float64(len(samples))/(32768*32768))
	return fmt.Sprintf("%-30s %.0f dB", strings.Repeat("#", max(0, min(30, int(db+60)/2))), db)
}
