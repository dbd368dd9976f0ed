package benchvoice

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// A voice in noise that is made 10 dB quieter, 10 ms later, and all with a gain of a half.
func TestQuieter(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 5))
	voice := make(signal, samples(dinHush.to))
	copy(dinSpoken.of(voice), noise(rng, samples(dinSpoken.long()), false).scale(0.1))
	other := noise(rng, len(voice), false).scale(0.02)
	mic := append(signal{}, voice...).add(other)
	less := append(signal{}, other...).scale(math.Pow(10, -0.5))
	out := append(signal{}, voice...).add(less).scale(0.5).later(160)
	q := quieter(voice, mic, taken{out: out, took: 7 * time.Millisecond}, false)
	near(t, "noise", q.Reduction, 16, 0.3)
	near(t, "delay", q.Delay, 10, 0)
	near(t, "gain", q.Gain, 0.5, 0.03)
	near(t, "cost", q.Cost, 1e4, 1)
	same := quieter(voice, mic, taken{out: append(signal{}, voice...).add(less)}, false)
	if same.Better < 6 || same.Better > 11 {
		t.Errorf("better by %.1f dB", same.Better)
	}
	if worse := quieter(voice, mic, taken{out: append(signal{}, mic...).add(other)}, false); worse.Better > -3 {
		t.Errorf("with more noise it is better by %.1f dB", worse.Better)
	}
}

func TestLoud(t *testing.T) {
	rng := rand.New(rand.NewPCG(6, 6))
	out := noise(rng, samples(pauseLate.to), false).scale(0.01)
	copy(loudSpoken.of(out), noise(rng, samples(loudSpoken.long()), false).scale(0.1))
	pauseLate.of(out).scale(2)
	out[0], out[1] = 1, -1
	l := loud(taken{out: out})
	near(t, "level", l.Level, -20, 0.3)
	near(t, "pause", l.Pause, 6, 0.3)
	near(t, "clipped", l.Clip, 2e6/float64(len(out)), 1e-6)
}

func TestLoudnessRow_Spread(t *testing.T) {
	r := LoudnessRow{Key: "ours", Levels: []Loudness{{Level: -25, Pause: 1}, {Level: -22, Pause: 3}, {Level: -23}}}
	near(t, "spread", r.Spread(), 3, 0)
	f := Figures{Loud: []LoudnessRow{r}, Quiet: []QuietRow{{Key: "ours", Name: "offhook", Dins: []Quiet{{After: 2}, {After: 3}, {After: math.NaN()}}}}}
	line, err := json.Marshal(f)
	if err != nil || !strings.Contains(string(line), `"ours_agc_pause_db":3`) || !strings.Contains(string(line), `"ours_denoise_quality":2.5`) {
		t.Errorf("%v: %s", err, line)
	}
	var b bytes.Buffer
	if err := f.Table(&b); err != nil || !strings.Contains(b.String(), "-25.0 -22.0 -23.0 | 3.0") {
		t.Errorf("%v: %s", err, b.String())
	}
}

// Our own two do what they are for.
func TestOurs_without_echo(t *testing.T) {
	b := &bench{cfg: Config{Rounds: 1, Quick: true}}
	quiet, err := b.quiet(t.Context(), &speaker{}, []contestant{{"ours", "offhook", "", ours{rate / 100, freshSuppressor}}}, dins()[:1])
	if err != nil {
		t.Fatal(err)
	}
	if less := quiet[0].Median(func(q Quiet) float64 { return q.Reduction }); less < 10 {
		t.Errorf("noise is %.1f dB less", less)
	}
	loud, err := b.loudness(t.Context(), &speaker{}, []contestant{{"ours", "offhook", "", ours{rate / 100, freshControl}}})
	if err != nil {
		t.Fatal(err)
	}
	if s := loud[0].Spread(); s > 6 {
		t.Errorf("levels are %.1f dB apart", s)
	}
}
