package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"offhook/board"
	"offhook/hal"
)

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

const everything = `offhook-board: 1
name: fake
model: Fake
keypads: [{compatible: fake}]
hook: {compatible: fake}
lamps: {message: {compatible: fake}}
display: {compatible: fake}
relays: {door: {compatible: fake}}
audio: {compatible: fake}
mixer: {compatible: fake}
watchdog: {compatible: fake}
`

// rig is a board on a bench and the person who tests it.
type rig struct {
	keys     chan hal.KeyEvent
	hook     chan hal.HookState
	closed   chan struct{}
	pattern  []hal.Pattern
	pulses   int
	kicks    int
	audioErr error
	opened   int
}

func newRig() *rig {
	return &rig{keys: make(chan hal.KeyEvent, 8), hook: make(chan hal.HookState, 8), closed: make(chan struct{})}
}

func device[T any](r *rig, d T) map[string]hal.Driver[T] {
	check := func(hal.Params) error { return nil }
	return map[string]hal.Driver[T]{
		"fake": {Check: check, Open: func(context.Context, hal.Params, *slog.Logger) (T, error) { r.opened++; return d, nil }},
		"broken": {Check: check, Open: func(context.Context, hal.Params, *slog.Logger) (T, error) {
			var none T
			return none, errors.New("open /dev/fake: permission denied")
		}},
	}
}

func (r *rig) table() hal.Drivers {
	return hal.Drivers{Keypads: device[hal.Keypad](r, rigKeys{r}), Hooks: device[hal.Hook](r, rigHook{r}), Indicators: device[hal.Indicator](r, rigLamp{r}),
		Displays: device[hal.Display](r, rigScreen{}), Relays: device[hal.Relay](r, rigRelay{r}), Audio: device[hal.AudioIO](r, &rigSound{r}),
		Mixers: device[hal.Mixer](r, rigMixer{}), Watchdogs: device[hal.Watchdog](r, rigDog{r}),
		Texts: map[string]hal.Driver[hal.TextDisplay]{"letters": device[hal.TextDisplay](r, rigLetters{})["fake"]}}
}

type (
	rigKeys   struct{ *rig }
	rigHook   struct{ *rig }
	rigLamp   struct{ *rig }
	rigRelay  struct{ *rig }
	rigDog    struct{ *rig }
	rigScreen struct{}

	rigLetters struct{}
	rigMixer   struct{}
	rigSound   struct{ *rig }
)

func (r rigKeys) ReadKey() (hal.KeyEvent, error) {
	select {
	case e := <-r.keys:
		return e, nil
	case <-r.closed:
		return hal.KeyEvent{}, hal.ErrClosed
	}
}
func (r rigKeys) Close() error { return r.end() }

// end closes what is read.
func (r *rig) end() error {
	select {
	case <-r.closed:
	default:
		close(r.closed)
	}
	return nil
}

func (r rigHook) ReadHook() (hal.HookState, error) {
	select {
	case s := <-r.hook:
		return s, nil
	case <-r.closed:
		return 0, hal.ErrClosed
	}
}
func (r rigHook) Close() error { return r.end() }

func (r rigLamp) Set(p hal.Pattern) error { r.pattern = append(r.pattern, p); return nil }
func (rigLamp) Close() error              { return nil }

func (r rigRelay) Pulse(time.Duration) error { r.pulses++; return nil }
func (rigRelay) Release() error              { return nil }
func (rigRelay) Close() error                { return nil }

func (rigDog) Timeout() time.Duration { return 15 * time.Second }
func (r rigDog) Kick() error          { r.kicks++; return nil }
func (rigDog) Close() error           { return nil }

func (rigScreen) Bounds() image.Rectangle { return image.Rect(0, 0, 64, 32) }
func (rigScreen) ColorModel() color.Model { return color.RGBAModel }
func (rigScreen) Backlight(int) error     { return errors.New("this panel has no light") }
func (rigScreen) Close() error            { return nil }
func (rigScreen) Draw(r image.Rectangle, src image.Image, _ image.Point) error {
	if src.At(0, 0) != (color.RGBA{255, 255, 255, 255}) {
		return fmt.Errorf("no frame but %v", src.At(0, 0))
	}
	return nil
}

func (rigLetters) Size() (cols, rows int) { return 8, 2 }
func (rigLetters) Shows(rune) bool        { return true }
func (rigLetters) Backlight(int) error    { return nil }
func (rigLetters) Close() error           { return nil }
func (rigLetters) Write(lines []string) error {
	if strings.Join(lines, "|") != "AÄÖÜäöüßB|C      D" {
		return fmt.Errorf("no corners but %q", lines)
	}
	return nil
}

func (rigMixer) Route(hal.Output) error       { return nil }
func (rigMixer) Volume(hal.Output, int) error { return nil }
func (rigMixer) Mute(bool) error              { return nil }
func (rigMixer) Close() error                 { return nil }

func (*rigSound) Format() hal.PCMFormat         { return hal.PCMFormat{SampleRate: 8000, Period: 800} }
func (*rigSound) Xruns() (capture, play uint64) { return 0, 0 }
func (*rigSound) Close() error                  { return nil }
func (s *rigSound) WritePeriod(p []int16) error { return nil }
func (s *rigSound) ReadPeriod(p []int16) error {
	<-time.After(100 * time.Millisecond)
	for i := range p {
		p[i] = 8000
	}
	return s.audioErr
}

func TestBoardTest(t *testing.T) {
	press := func(r *rig) {
		r.keys <- hal.KeyEvent{Key: hal.Key5}
		r.keys <- hal.KeyEvent{Key: hal.Key5, Action: hal.KeyRelease}
	}
	lift := func(r *rig) { r.hook <- hal.OnHook; r.hook <- hal.OffHook; r.hook <- hal.OnHook }
	skipHook := "s"
	cases := []struct {
		name    string
		board   string
		options testOptions
		prepare func(*rig)
		answers []string          // the person's, a second apart
		want    map[string]string // note by part; "-" for passed without one, "FAILED …"
		err     error
	}{
		{"all answered yes -> passed", everything, testOptions{relays: true}, func(r *rig) { press(r); lift(r) }, []string{"", "y", "yes", "Y", "", "", ""},
			map[string]string{"keypads[0]": "1 keys seen", "hook": "-", "lamps.message": "-", "display": "-", "relays.door": "-", "audio playback": "-", "audio capture": "-", "audio loopback": "-", "watchdog": "opened, reboots after 15s"}, nil},
		{"all skipped -> passed", everything, testOptions{}, func(*rig) {}, []string{"s", skipHook, "s", "s", "s", "s", "s"},
			map[string]string{"keypads[0]": "skipped", "hook": "skipped", "lamps.message": "skipped", "display": "skipped", "audio playback": "skipped", "audio capture": "skipped", "audio loopback": "skipped", "watchdog": "opened, reboots after 15s"}, nil},
		{"no to a lamp -> failed", everything, testOptions{only: board.Lamp}, func(*rig) {}, []string{"n"},
			map[string]string{"lamps.message": "FAILED the tester said no"}, errPartsFailed},
		{"yes to a display of characters -> passed", strings.Replace(everything, "display: {compatible: fake}", "display: {compatible: letters}", 1), testOptions{only: board.Display}, func(*rig) {}, []string{"y"},
			map[string]string{"display": "-"}, nil},
		{"standard input ends -> failed", everything, testOptions{only: board.Display}, func(*rig) {}, nil,
			map[string]string{"display": "FAILED no answer: standard input ended"}, errPartsFailed},
		{"no key pressed -> failed", everything, testOptions{only: board.Keypad}, func(*rig) {}, []string{""},
			map[string]string{"keypads[0]": "FAILED 0 keys seen"}, errPartsFailed},
		{"handset never moves -> failed", everything, testOptions{only: board.Hook}, func(r *rig) { r.hook <- hal.OnHook }, nil,
			map[string]string{"hook": "FAILED no change within 20s"}, errPartsFailed},
		{"sound breaks -> failed", everything, testOptions{only: board.Audio}, func(r *rig) { r.audioErr = hal.ErrGone }, nil,
			map[string]string{"audio": "FAILED capture: " + hal.ErrGone.Error()}, errPartsFailed},
		{"part does not open -> failed, the others tested", strings.Replace(everything, "display: {compatible: fake}", "display: {compatible: broken}", 1), testOptions{}, func(r *rig) { press(r); lift(r) }, []string{"", "", "", "", ""},
			map[string]string{"display": "FAILED open /dev/fake: permission denied", "keypads[0]": "1 keys seen", "hook": "-", "lamps.message": "-", "audio playback": "-", "audio capture": "-", "audio loopback": "-", "watchdog": "opened, reboots after 15s"}, errPartsFailed},
		{"no such part -> said", "offhook-board: 1\nname: bare\nhook: {compatible: fake}\n", testOptions{only: board.Keypad}, func(*rig) {}, nil, map[string]string{}, errNothingTested},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig()
				c.prepare(r)
				c.options.json = true
				v, err := walkThrough(t, t.Context(), r, c.board, c.options, c.answers)
				if !errors.Is(err, c.err) || (err == nil) != (c.err == nil) {
					t.Errorf("ended with %v, want %v", err, c.err)
				}
				got := map[string]string{}
				for _, p := range v.Parts {
					switch note := p.Note; {
					case !p.Passed:
						got[p.Part] = "FAILED " + note
					case note == "":
						got[p.Part] = "-"
					default:
						got[p.Part] = note
					}
				}
				if fmt.Sprint(got) != fmt.Sprint(c.want) || v.Tested != len(c.want) {
					t.Errorf("got  %v\nwant %v", got, c.want)
				}
				if (r.pulses > 0) != c.options.relays {
					t.Errorf("%d pulses of the relay", r.pulses)
				}
				if n := len(r.pattern); n > 0 && r.pattern[n-1] != hal.LampOff {
					t.Errorf("the lamp was left at %v", r.pattern[n-1])
				}
			})
		})
	}
}

// walkThrough has a person give the answers, one a second.
func walkThrough(t *testing.T, ctx context.Context, r *rig, file string, o testOptions, answers []string) (v verdict, err error) {
	t.Helper()
	b, err := board.Load("fake.yaml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	in, person := io.Pipe()
	over := make(chan struct{})
	go func() {
		for _, a := range answers {
			select {
			case <-time.After(time.Second):
			case <-over:
				return
			}
			if _, err := fmt.Fprintln(person, a); err != nil {
				return
			}
		}
		_ = person.Close()
	}()
	var out, talk bytes.Buffer
	err = testBoard(ctx, terminal{in, &out, &talk}, b, r.table(), o)
	_ = in.Close()
	close(over)
	synctest.Wait()
	if jsonErr := json.Unmarshal(out.Bytes(), &v); jsonErr != nil || strings.Count(out.String(), "\n") != 1 {
		t.Fatalf("%v in %q", jsonErr, out.String())
	}
	return v, err
}

// A walk longer than the watchdog's timeout does not reboot the board.
func TestBoardTest_feeds_the_watchdog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig()
		_, err := walkThrough(t, t.Context(), r, everything, testOptions{only: board.Lamp, json: true}, []string{""})
		if err != nil || r.kicks != 1 {
			t.Errorf("%v, %d kicks in a second", err, r.kicks)
		}
		r = newRig()
		_, _ = walkThrough(t, t.Context(), r, everything, testOptions{only: board.Hook, json: true}, nil) // waits for 20 s
		if r.kicks < 4 {
			t.Errorf("%d kicks in 20 s of a timeout of 15 s", r.kicks)
		}
	})
}

func TestBoardTest_interrupted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		v, err := walkThrough(t, ctx, newRig(), everything, testOptions{json: true}, []string{"s", "s", "s"})
		if err == nil || !strings.Contains(err.Error(), "interrupted") || v.Failed != 1 {
			t.Errorf("%+v, %v", v, err)
		}
	})
}

func TestBoardTest_a_bad_board_is_not_opened(t *testing.T) {
	r := newRig()
	b, err := board.Load("fake.yaml", []byte("offhook-board: 1\nname: x\nhook: {compatible: other}\nlamps: {a: {compatible: fake}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := testBoard(t.Context(), terminal{strings.NewReader(""), io.Discard, io.Discard}, b, r.table(), testOptions{}); err == nil || r.opened != 0 {
		t.Errorf("%v, %d parts opened", err, r.opened)
	}
}

func TestLevelBar(t *testing.T) {
	for samples, want := range map[int16]string{0: "  -93 dB", 327: "##########                     -40 dB", 32767: "############################## 0 dB"} {
		got := levelBar([]int16{samples, samples})
		if !strings.Contains(got, want) {
			t.Errorf("%d -> %s", samples, got)
		}
	}
}
