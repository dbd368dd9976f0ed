package benchvoice

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestRow_Median(t *testing.T) {
	r := Row{Scenes: []Verdict{{Single: 3, Reconverge: math.NaN()}, {Single: 1, Reconverge: 2}, {Single: 2, Reconverge: 4}}}
	if m := r.Median(func(v Verdict) float64 { return v.Single }); m != 2 {
		t.Errorf("of three: %g", m)
	}
	if m := r.Median(func(v Verdict) float64 { return v.Reconverge }); m != 3 {
		t.Errorf("of the two that have it: %g", m)
	}
	if m := (Row{}).Median(func(v Verdict) float64 { return v.Single }); !math.IsNaN(m) {
		t.Errorf("of none: %g", m)
	}
}

func TestFigures_MarshalJSON(t *testing.T) {
	f := Figures{Scenes: []string{"desk", "hall"}, Rows: []Row{
		{Key: "ours", Scenes: []Verdict{{T20: 1.234, Quality: 3.5}, {T20: 1.256, Quality: 3, Reconverge: math.NaN()}}},
		{Key: "speexdsp", Scenes: []Verdict{{Quality: 3.1}, {Quality: 3.2, Reconverge: math.NaN()}}},
	}, Instructions: map[string]any{"ours_armv6_insns": (*int)(nil), "ours_call_percent": 87.5}}
	line, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"ours_t20_s":1.25`, `"ours_quality_double":3.25`, `"webrtc_t20_s":null`, `"ours_armv6_insns":null`, `"ours_call_percent":87.5`, `"ours_quality_least_above_speexdsp":-0.2`, `"scenes":2`} {
		if !strings.Contains(string(line), want) {
			t.Errorf("no %s in %s", want, line)
		}
	}
	for _, who := range []string{"ours", "speexdsp", "webrtc"} {
		for _, what := range []string{"t20_s", "erle_single_db", "erle_double_db", "reconverge_s", "first_db", "after_change_db", "steady_db", "quality_double", "near_gain", "ns_per_20ms"} {
			if !strings.Contains(string(line), `"`+who+"_"+what+`":`) {
				t.Errorf("no %s_%s", who, what)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Table(&b); err != nil || !strings.Contains(b.String(), "| hall | 1.26 | 0.00 |") {
		t.Errorf("%v: %s", err, b.String())
	}
}

// pass lets everything through, a little quieter.
type pass struct{}

func (pass) Process(out, near, _, linear []float32) {
	copy(linear, near)
	for i, x := range near {
		out[i] = 0.5 * x
	}
}

func TestOurs(t *testing.T) {
	r := made()
	got, err := ours{160, func() (Block, error) { return pass{}, nil }}.cancel(t.Context(), r.Mic, r.Far)
	if err != nil {
		t.Fatal(err)
	}
	mic := heard(r.Mic)
	n := len(mic) / 160 * 160
	near(t, "linear", decibels(energy(mic[:n]), energy(got.linear)), 0, 0.01)
	near(t, "output", decibels(energy(mic[:n]), energy(got.out)), 6.02, 0.01)
	wrong := errors.New("wrong")
	if _, err := (ours{160, func() (Block, error) { return nil, wrong }}).cancel(t.Context(), r.Mic, r.Far); !errors.Is(err, wrong) {
		t.Errorf("%v", err)
	}
}

// The programs of the peers are built where their packages are, and take echo out.
func TestPeers(t *testing.T) {
	r := made() // its path is none at all: seconds are enough
	n := samples(steady.to)
	r.Mic, r.Far = r.Mic[:n], r.Far[:n]
	for _, s := range []source{speexSource, webrtcSource} {
		program, err := s.build(t.Context(), t.TempDir())
		if err != nil {
			if !errors.Is(err, ErrNoTools) || !strings.Contains(err.Error(), "install the packages "+s.packages) {
				t.Errorf("%s: %v", s.file, err)
			}
			continue
		}
		p := peer{program: program}
		if s == speexSource {
			p = speexdsp(program, 320, tail)
		}
		got, err := p.cancel(t.Context(), r.Mic, r.Far)
		if err != nil {
			t.Errorf("%s: %v", s.file, err)
			continue
		}
		if less := loss(heard(r.Mic), got.out, steady); less < 12 {
			t.Errorf("%s: %.1f dB less echo", s.file, less)
		}
		if got.took <= 0 || (got.linear != nil) != (s == speexSource) {
			t.Errorf("%s: %v, %d", s.file, got.took, len(got.linear))
		}
	}
}

func TestBuild_without_a_compiler(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	if _, err := speexSource.build(t.Context(), t.TempDir()); !errors.Is(err, ErrNoTools) || !strings.Contains(err.Error(), "libspeexdsp-dev") {
		t.Errorf("%v", err)
	}
}

func TestPeer_that_fails(t *testing.T) {
	for _, program := range []string{"false", "true"} { // true does not say what it took
		path, err := exec.LookPath(program)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := (peer{program: path}).cancel(t.Context(), make([]int16, 10), make([]int16, 10)); err == nil {
			t.Errorf("%s: no error", program)
		}
	}
}

// Without peers and voices the whole goes through, keeps what is to be listened to, and says what is missing.
func TestRun(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	out := t.TempDir()
	var progress bytes.Buffer
	cfg := Config{Scenes: []string{"fast"}, Rounds: 1, Out: out, Progress: &progress, Block: 160, Quick: true, Canceller: func() (Block, error) { return pass{}, nil }}
	f, err := Run(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	if len(f.Rows) != 2 || f.Rows[0].Key != "ours" || len(f.Rows[0].Scenes) != 1 {
		t.Errorf("%+v", f)
	}
	near(t, "steady", f.Rows[0].Scenes[0].Steady, 6.02, 0.1)
	for _, word := range []string{"espeak-ng", "libspeexdsp-dev", "libwebrtc-audio-processing-dev"} {
		if !strings.Contains(progress.String(), word) {
			t.Errorf("nothing of %s in\n%s", word, progress.String())
		}
	}
	for _, name := range []string{"voice/fast-far.wav", "voice/fast-near.wav", "voice/fast-microphone.wav", "voice/fast-ours.wav", "voice-fast.svg", "voice.svg"} {
		if info, err := os.Stat(filepath.Join(out, name)); err != nil || info.Size() < 1000 {
			t.Errorf("%s: %v", name, err)
		}
	}
	cfg.Scenes = []string{"nowhere"}
	if _, err := Run(t.Context(), cfg); err == nil || !strings.Contains(err.Error(), "nowhere") {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	cfg.Scenes = []string{"fast"}
	if _, err := Run(ctx, cfg); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
