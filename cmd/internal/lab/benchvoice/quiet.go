package benchvoice

import (
	"context"
	"fmt"
	"math"
	"math/cmplx"
	"math/rand/v2"
	"time"

	"offhook/media"
	"offhook/media/dsp/denoise"
	"offhook/media/mediatest/fourier"
)

// din is a voice in noise, without any echo.
type din struct {
	name  string
	voice string
	below float64 // dB by which the noise is below the voice
	hum   bool
	seed  uint64
}

func dins() []din {
	return []din{
		{"fan20", "anna", 20, false, 31}, {"fan15", "bert", 15, false, 32}, {"fan10", "cleo", 10, false, 33}, {"fan5", "dirk", 5, false, 34},
		{"street20", "ella", 20, true, 35}, {"street15", "fred", 15, true, 36}, {"street10", "gita", 10, true, 37}, {"street5", "hugo", 5, true, 38},
	}
}

// When the voice speaks; before and after there is noise alone.
var (
	dinSpoken = span{2 * time.Second, 12 * time.Second}
	dinHush   = span{12500 * time.Millisecond, 14 * time.Second}
)

// Quiet is how well noise was taken out of one of them.
type Quiet struct {
	Before, After float64 // P.862.2, MOS-LQO
	Better        float64 // dB by which the voice is further above what is not it
	Gain          float64 // of the voice
	Reduction     float64 // dB, of noise alone
	Delay         float64 // ms
	Cost          float64 // ns of processor time for 20 ms
}

// QuietRow is what a noise suppressor did.
type QuietRow struct {
	Key, Name string
	Dins      []Quiet
}

type quietMeasure struct {
	key, name string
	digits    int
	of        func(Quiet) float64
}

var quietMeasures = []quietMeasure{
	{"denoise_quality", "P.862.2", 2, func(q Quiet) float64 { return q.After }},
	{"denoise_better_mos", "better by", 2, func(q Quiet) float64 { return q.After - q.Before }},
	{"denoise_better_db", "SNR better by, dB", 1, func(q Quiet) float64 { return q.Better }},
	{"denoise_gain", "gain of the voice", 2, func(q Quiet) float64 { return q.Gain }},
	{"denoise_reduction_db", "noise, dB", 1, func(q Quiet) float64 { return q.Reduction }},
	{"denoise_delay_ms", "delay, ms", 1, func(q Quiet) float64 { return q.Delay }},
	{"denoise_ns_per_20ms", "ns for 20 ms", 0, func(q Quiet) float64 { return q.Cost }},
}

// Median is the middle of a measure over the dins.
func (r QuietRow) Median(of func(Quiet) float64) float64 {
	var all []float64
	for _, q := range r.Dins {
		if x := of(q); !math.IsNaN(x) {
			all = append(all, x)
		}
	}
	return median(all)
}

func (r QuietRow) keys(keys map[string]any) {
	for _, m := range quietMeasures {
		keys[r.Key+"_"+m.key] = number(r.Median(m.of), m.digits)
	}
}

// suppressor makes media/dsp/denoise what ours takes.
type suppressor struct{ *denoise.Suppressor }

func (s suppressor) Process(out, near, _, linear []float32) {
	copy(linear, near)
	s.Suppressor.Process(out, near)
}

func freshSuppressor() (Block, error) {
	s, err := denoise.New(denoise.Config{Rate: rate})
	return suppressor{s}, err
}

// quiet plays a voice in noise to all who suppress it.
func (b *bench) quiet(ctx context.Context, say *speaker, all []contestant, played []din) ([]QuietRow, error) {
	rows := make([]QuietRow, len(all))
	for i, c := range all {
		rows[i] = QuietRow{Key: c.key, Name: c.name, Dins: make([]Quiet, len(played))}
	}
	for k, d := range played {
		voice, heardNoise, err := d.sound(say)
		if err != nil {
			return nil, err
		}
		mic := append(signal{}, voice...).add(heardNoise).frame()
		work := make([]taken, len(all))
		for i, c := range all {
			for round := range b.cfg.Rounds {
				t, err := c.cancel(ctx, mic, make(media.Frame, len(mic)))
				if err != nil {
					return nil, fmt.Errorf("%s: %w", c.name, err)
				}
				if round > 0 {
					t.took = min(t.took, work[i].took)
				}
				work[i] = t
			}
		}
		each(len(all), func(i int) { rows[i].Dins[k] = quieter(voice, heard(mic), work[i], !b.cfg.Quick) })
		for i := range all {
			q := rows[i].Dins[k]
			b.say("%-8s %-12s P.862.2 %s (before %s), SNR better by %.1f dB, noise %.1f dB less, %.0f µs", d.name, all[i].name, cell(q.After, 2), cell(q.Before, 2), q.Better, q.Reduction, q.Cost/1000)
		}
	}
	return rows, nil
}

// sound is the voice and the noise at the microphone.
func (d din) sound(say *speaker) (voice, other signal, err error) {
	said, err := say.say(d.voice, dinSpoken.long(), 400*time.Millisecond, d.seed)
	if err != nil {
		return nil, nil, err
	}
	voice = make(signal, samples(dinHush.to))
	copy(voice[samples(dinSpoken.from):], said.scale(echoLevel))
	rng := rand.New(rand.NewPCG(d.seed, 0x0d19))
	return voice, noise(rng, len(voice), d.hum).scale(echoLevel * math.Pow(10, -d.below/20)), nil
}

// quieter measures what became of a voice in noise.
func quieter(voice, mic signal, t taken, listen bool) Quiet {
	lag := lagOf(dinSpoken.of(voice), dinSpoken.of(t.out))
	out := t.out.later(-lag)
	said, was, is := dinSpoken.of(voice), dinSpoken.of(mic), dinSpoken.of(out)
	q := Quiet{Before: math.NaN(), After: math.NaN(), Reduction: loss(mic, out, dinHush), Delay: 1000 * float64(lag) / rate}
	before, _ := spectral(said, was)
	after, gain := spectral(said, is)
	q.Better, q.Gain = after-before, gain
	q.Cost = float64(t.took) / (dinHush.to.Seconds() * 50)
	if listen {
		q.Before, q.After = quality(said, was), quality(said, is)
	}
	return q
}

// spectral is the segmental SNR of spectra's magnitudes, in dB, while somebody speaks, and the gain of the voice:
// a high-pass turns phases, which nobody hears.
func spectral(voice, x signal) (snr, gain float64) {
	const n, hop = 512, 256
	t := fourier.New(n)
	least := square(active(voice)) * n / 100
	a, b := make([]complex128, n), make([]complex128, n)
	var sum, pieces, both, one float64
	for at := 0; at+n <= len(voice); at += hop {
		if energy(voice[at:at+n]) < least {
			continue
		}
		for i := range n {
			w := math.Sin(math.Pi * (float64(i) + 0.5) / n)
			a[i], b[i] = complex(w*voice[at+i], 0), complex(w*x[at+i], 0)
		}
		t.Forward(a)
		t.Forward(b)
		var said, wrong float64
		for i := 4; i < n/2; i++ { // from 125 Hz on
			s, h := cmplx.Abs(a[i]), cmplx.Abs(b[i])
			said, wrong = said+s*s, wrong+square(s-h)
			both, one = both+s*h, one+s*s
		}
		sum, pieces = sum+min(max(decibels(said, wrong), -10), 35), pieces+1
	}
	return sum / max(pieces, 1), both / max(one, 1e-20)
}
