package main

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"offhook/board"
	"offhook/hal"
	"offhook/hal/haltest"
)

// roomCard is a sound card in a room whose clock does not wait. What it plays comes back.
type roomCard struct {
	t      *testing.T
	rate   int
	delay  int // samples, as the engine counts them
	gain   float64
	noise  float64
	bends  func(float64) float64
	limit  int // periods after which it hangs until it is closed; 0: never
	hangs  func()
	played []int16
	moved  int
	rng    *rand.Rand
	xruns  uint64
	closed chan struct{}
	ends   int
}

func (c *roomCard) Format() hal.PCMFormat {
	return hal.PCMFormat{SampleRate: c.rate, Period: c.rate / 100}
}

func (c *roomCard) Xruns() (capture, playback uint64) { return 0, c.xruns * uint64(c.moved/100) }

func (c *roomCard) ReadPeriod(p []int16) error {
	if c.moved++; c.moved == c.limit {
		c.hangs()
		<-c.closed
		return hal.ErrClosed
	}
	for i := range p {
		// What was played in the period before is what the canceller gets with this one.
		at := len(c.played) - len(p) + i - c.delay
		x := c.noise * c.rng.NormFloat64()
		if at >= 0 && at < len(c.played) {
			s := float64(c.played[at])
			if c.bends != nil {
				s = c.bends(s)
			}
			x += c.gain * s
		}
		p[i] = int16(max(-32768, min(32767, x)))
	}
	return nil
}

func (c *roomCard) WritePeriod(p []int16) error {
	c.played = append(c.played, p...)
	return nil
}

func (c *roomCard) Close() error {
	if c.ends++; c.ends == 1 {
		close(c.closed)
	}
	return nil
}

const soundBoard = `offhook-board: 1
name: <bench>
model: Bench
audio: {compatible: fake}
mixer: {compatible: alsa-mixer}
`

// calibrated is what the JSON says.
type calibrated struct {
	Delay      *float64 `json:"delay_ms"`
	ERL        *float64 `json:"erl_db"`
	Noise      *float64 `json:"noise_dbfs"`
	Clipped    *float64 `json:"clipped_percent"`
	Distortion *float64 `json:"distortion_percent"`
	Tail       *float64 `json:"tail_ms"`
	Drift      *float64 `json:"drift_ppm"`
	Linear     *float64 `json:"erle_db"`
	Within     *float64 `json:"converged_ms"`
	Lost       uint64   `json:"xruns"`
	Response   []any    `json:"response"`
	Impulse    []any    `json:"impulse"`
	Curve      []any    `json:"erle_over_time"`
	Settings   []string `json:"settings"`
	Sentences  []string `json:"advice"`
}

// sets tells whether the board file is to have this.
func (c calibrated) sets(line string) bool { return slices.Contains(c.Settings, "  "+line) }

// calibrateIn measures a card, and says what became of its mixer.
func calibrateIn(t *testing.T, ctx context.Context, c *roomCard, o calibration) (out, talk string, mixer []string, err error) {
	t.Helper()
	b, err := board.Load("bench.yaml", []byte(soundBoard))
	if err != nil {
		t.Fatal(err)
	}
	if c.rate == 0 {
		c.rate = 16000
	}
	c.t, c.closed, c.rng = t, make(chan struct{}), rand.New(rand.NewPCG(1, 2))
	desk := haltest.NewMixer(t, hal.Speaker)
	table := hal.Drivers{
		Audio: map[string]hal.Driver[hal.AudioIO]{"fake": {Check: func(hal.Params) error { return nil }, Open: func(context.Context, hal.Params, *slog.Logger) (hal.AudioIO, error) { return c, nil }}},
		Mixers: map[string]hal.Driver[hal.Mixer]{"alsa-mixer": {Check: func(hal.Params) error { return nil }, Open: func(context.Context, hal.Params, *slog.Logger) (hal.Mixer, error) {
			mixer = append(mixer, "opened")
			return desk, nil
		}}},
	}
	if o.socket == nil {
		none := filepath.Join(t.TempDir(), "none")
		o.socket = &none
	}
	if o.level == 0 {
		o.level, o.volume = -15, 70
	}
	o.keep = func(hal.Params) (func() error, error) {
		mixer = append(mixer, "kept")
		return func() error {
			route, level, muted := desk.State()
			mixer = append(mixer, fmt.Sprint("put back from ", route, level, muted))
			return nil
		}, nil
	}
	var w, e bytes.Buffer
	err = o.run(ctx, terminal{strings.NewReader(""), &w, &e}, b, table)
	if len(mixer) == 0 {
		_ = desk.Close()
	}
	if c.ends == 0 && len(mixer) > 0 {
		t.Error("the card was left open")
	}
	return w.String(), e.String(), mixer, err
}

func TestCalibrate(t *testing.T) {
	for _, test := range []struct {
		name  string
		card  roomCard
		judge func(calibrated) bool
		says  string // a part of the advice
	}{
		{"all is well", roomCard{delay: 480, gain: 0.25, noise: 5}, func(c calibrated) bool {
			return *c.Delay == 30 && *c.ERL > 11.5 && *c.ERL < 12.5 && c.sets("handsfree: {echo: true, tail-ms: 64, late-ms: 0}") && *c.Linear > 20 && len(c.Settings) == 2 && *c.Drift < 0.5 && len(c.Sentences) == 1
		}, "All is well"},
		{"48 kHz", roomCard{rate: 48000, delay: 960, gain: 0.25, noise: 5}, func(c calibrated) bool { return *c.Delay == 20 && *c.Linear > 15 && len(c.Response) > 18 }, "All is well"},
		{"a late card -> late-ms", roomCard{delay: 16 * 280, gain: 0.25, noise: 5}, func(c calibrated) bool {
			return *c.Delay == 280 && c.sets("handsfree: {echo: true, tail-ms: 64, late-ms: 320}") && *c.Linear > 20
		}, "All is well"},
		{"later than can be looked for", roomCard{delay: 16 * 650, gain: 0.25, noise: 5}, func(c calibrated) bool { return c.sets("handsfree: {echo: true, tail-ms: 64, late-ms: 500}") }, "is not looked for"},
		{"gains too high", roomCard{delay: 100, gain: 2}, func(c calibrated) bool { return *c.ERL < -5.5 }, "too loudly: lower mixer.capture.level or the loudspeaker's volume by 13 dB"},
		{"too faint", roomCard{delay: 100, gain: 0.01, noise: 30}, func(c calibrated) bool { return c.Delay != nil }, "raise --level or --volume"},
		{"noisy", roomCard{delay: 100, gain: 0.2, noise: 200}, func(c calibrated) bool { return c.Delay != nil }, "noise is -44 dBFS"},
		{"clipping", roomCard{delay: 100, gain: 10}, func(c calibrated) bool { return *c.Clipped > 10 && *c.Distortion > 10 }, "The microphone clips"},
		{"a bad loudspeaker -> half duplex", roomCard{delay: 100, gain: 0.2, noise: 3, bends: func(x float64) float64 { return max(-600, min(600, x)) }}, func(c calibrated) bool {
			return c.sets("profiles: {speaker: {duplex: half}}")
		}, "duplex: half has one side heard"},
		{"nothing comes back", roomCard{noise: 10}, func(c calibrated) bool {
			return c.Delay == nil && c.ERL == nil && c.Linear == nil && c.Tail == nil && c.Settings == nil && c.Drift == nil && *c.Noise < -60
		}, "Nothing that was played came back"},
		{"a dead microphone", roomCard{}, func(c calibrated) bool { return c.Delay == nil && *c.Noise == -120 }, "The microphone gives nothing"},
		{"dropped sound", roomCard{delay: 100, gain: 0.2, noise: 5, xruns: 1}, func(c calibrated) bool { return c.Lost > 10 }, "Sound was dropped"},
	} {
		t.Run(test.name, func(t *testing.T) {
			out, talk, mixer, err := calibrateIn(t, t.Context(), &test.card, calibration{json: true})
			var c calibrated
			if jsonErr := json.Unmarshal([]byte(out), &c); err != nil || jsonErr != nil {
				t.Fatalf("%v, %v in %q", err, jsonErr, out)
			}
			if !test.judge(c) || !strings.Contains(strings.Join(c.Sentences, "\n"), test.says) {
				c.Response, c.Impulse, c.Curve = nil, nil, nil
				told, _ := json.Marshal(c)
				t.Errorf("%s", told)
			}
			if got := fmt.Sprint(mixer); got != "[kept opened put back from speaker70 false]" {
				t.Errorf("the mixer was %s", got)
			}
			for _, progress := range []string{"1 of 7: silence", "4 of 7: a sweep", "7 of 7: noise like speech", "the microphone: ", "computing"} {
				if !strings.Contains(talk, progress) {
					t.Errorf("no %q in %s", progress, talk)
				}
			}
			if test.card.bends == nil {
				return
			}
			if loudest := 32768 * 0.18; len(test.card.played) == 0 || float64(test.card.played[len(test.card.played)/2]) > loudest {
				t.Error("it is louder than it was told to be")
			}
		})
	}
}

// What a person reads: curves, figures, sentences and lines for the board file.
func TestCalibrate_told_and_drawn(t *testing.T) {
	plot := filepath.Join(t.TempDir(), "room.svg")
	for _, test := range []struct {
		card  roomCard
		lines []string
		drawn int
	}{
		{roomCard{delay: 480, gain: 0.25, noise: 5}, []string{"impulse response", "frequency response", "taken out by the filter", "     28  ####", "1000  ##",
			"bulk delay, ms                                30\n", "handsfree: {echo: true, tail-ms: 64, late-ms: 0}", "All is well"}, 3},
		{roomCard{noise: 5}, []string{"bulk delay, ms                                –\n", "Nothing that was played"}, 0},
	} {
		out, _, _, err := calibrateIn(t, t.Context(), &test.card, calibration{plot: plot})
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range test.lines {
			if !strings.Contains(out, line) {
				t.Errorf("no %q in\n%s", line, out)
			}
		}
		picture, err := os.ReadFile(plot)
		if err != nil {
			t.Fatal(err)
		}
		for d := xml.NewDecoder(bytes.NewReader(picture)); ; {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatalf("the picture is no XML: %v", err)
			}
		}
		if n := bytes.Count(picture, []byte("<polyline")); n != test.drawn || bytes.Contains(picture, []byte("NaN")) || bytes.Contains(picture, []byte("Inf")) || bytes.Count(picture, []byte("not measured")) != 3-n {
			t.Errorf("%d curves in %s", n, picture)
		}
	}
}

// Whoever ends it has the card as it was.
func TestCalibrate_interrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c := &roomCard{delay: 100, gain: 0.2, limit: 200}
	c.hangs = cancel // what hangs is woken by it
	out, _, mixer, err := calibrateIn(t, ctx, c, calibration{})
	if err == nil || !strings.Contains(err.Error(), "interrupted") || strings.Contains(out, "bulk delay") {
		t.Errorf("%v: %s", err, out)
	}
	if got := fmt.Sprint(mixer); got != "[kept opened put back from speaker70 false]" {
		t.Errorf("the mixer was %s", got)
	}
}

func TestCalibrate_beside_a_running_telephone(t *testing.T) {
	socket := filepath.Join(t.TempDir(), "s")
	l, err := net.Listen("unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "{}") })}
	go func() { _ = server.Serve(l) }()
	defer server.Close()
	_, _, mixer, err := calibrateIn(t, t.Context(), &roomCard{}, calibration{socket: &socket})
	if err == nil || !strings.Contains(err.Error(), "the telephone is running") || len(mixer) > 0 {
		t.Errorf("%v, mixer %v", err, mixer)
	}
}

func TestCalibrate_refuses(t *testing.T) {
	for _, test := range []struct {
		args []string
		says string
	}{
		{[]string{"board", "audio"}, "--calibrate"},
		{[]string{"board", "audio", "--calibrate", "--plot", "x.png"}, "FILE.svg"},
		{[]string{"board", "audio", "--calibrate", "--volume", "200"}, "between 0 and 100"},
		{[]string{"board", "audio", "a", "--calibrate", "--board", "b"}, "named twice"},
		{[]string{"board", "audio", "--calibrate", "--board", "/nowhere/board.yaml"}, "/nowhere/board.yaml"},
	} {
		var out, complaint bytes.Buffer
		if status := execute(t.Context(), terminal{strings.NewReader(""), &out, &complaint}, test.args); status == exitOK || !strings.Contains(complaint.String(), test.says) {
			t.Errorf("%q: %d, %s", test.args, status, complaint.String())
		}
	}
	if _, _, mixer, err := calibrateIn(t, t.Context(), &roomCard{}, calibration{level: -1, volume: 60}); err == nil || !strings.Contains(err.Error(), "-40 to -3") || len(mixer) > 0 {
		t.Errorf("too loud: %v, mixer %v", err, mixer)
	}
	if _, _, mixer, err := calibrateIn(t, t.Context(), &roomCard{rate: 44100}, calibration{}); err == nil || !strings.Contains(err.Error(), "44100") || len(mixer) > 0 {
		t.Errorf("an odd rate: %v, mixer %v", err, mixer)
	}
}
