package benchvoice

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"time"

	"offhook/media"
	"offhook/media/dsp/agc"
)

// Loudness is what a gain control makes of speech of a level, followed by a pause with faint noise.
type Loudness struct {
	Level float64 // dBov of the speech after 6 s
	Pause float64 // dB by which the noise becomes louder within 4 s of pause
	Clip  float64 // samples at full scale, in a million
	Cost  float64 // ns of processor time for 20 ms
}

// LoudnessRow is what a gain control did at each of the levels.
type LoudnessRow struct {
	Key, Name string
	Levels    []Loudness
}

// loudnesses are the levels of speech that come in, in dBov.
var loudnesses = []float64{-40, -30, -22, -12}

var (
	loudSpoken = span{1 * time.Second, 13 * time.Second}
	loudLate   = span{7 * time.Second, 13 * time.Second}
	pauseEarly = span{13500 * time.Millisecond, 14500 * time.Millisecond}
	pauseLate  = span{17 * time.Second, 18 * time.Second}
)

// Spread is how many dB are between the loudest and the faintest that came out.
func (r LoudnessRow) Spread() float64 {
	low, high := math.Inf(1), math.Inf(-1)
	for _, l := range r.Levels {
		low, high = min(low, l.Level), max(high, l.Level)
	}
	return high - low
}

// worst is the greatest of a measure over the levels.
func (r LoudnessRow) worst(of func(Loudness) float64) float64 {
	most := math.Inf(-1)
	for _, l := range r.Levels {
		most = max(most, of(l))
	}
	return most
}

func (r LoudnessRow) keys(keys map[string]any) {
	keys[r.Key+"_agc_spread_db"] = number(r.Spread(), 1)
	keys[r.Key+"_agc_pause_db"] = number(r.worst(func(l Loudness) float64 { return l.Pause }), 1)
	keys[r.Key+"_agc_clipped_ppm"] = number(r.worst(func(l Loudness) float64 { return l.Clip }), 0)
	keys[r.Key+"_agc_ns_per_20ms"] = number(r.worst(func(l Loudness) float64 { return l.Cost }), 0)
}

// control makes media/dsp/agc what ours takes.
type control struct{ *agc.Control }

func (c control) Process(out, near, _, linear []float32) {
	copy(linear, near)
	copy(out, near)
	c.Control.Process(out)
}

func freshControl() (Block, error) {
	c, err := agc.New(agc.Config{Rate: rate})
	return control{c}, err
}

// loudness plays a voice of several levels to all who control it.
func (b *bench) loudness(ctx context.Context, say *speaker, all []contestant) ([]LoudnessRow, error) {
	said, err := say.say(loudVoice, loudSpoken.long(), 400*time.Millisecond, 41)
	if err != nil {
		return nil, err
	}
	var rows []LoudnessRow
	for _, c := range all {
		row := LoudnessRow{Key: c.key, Name: c.name}
		for _, level := range loudnesses {
			mic := make(signal, samples(pauseLate.to))
			copy(mic[samples(loudSpoken.from):], said)
			mic.scale(math.Pow(10, level/20))
			mic.add(noise(rand.New(rand.NewPCG(42, 0)), len(mic), false).scale(math.Pow(10, -70.0/20)))
			frame := mic.frame()
			t, err := c.cancel(ctx, frame, make(media.Frame, len(frame)))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", c.name, err)
			}
			row.Levels = append(row.Levels, loud(t))
		}
		rows = append(rows, row)
		b.say("gain control %-12s speech of -40 to -12 dBov comes out within %.1f dB, pauses swell by %.1f dB", c.name, row.Spread(), row.worst(func(l Loudness) float64 { return l.Pause }))
	}
	return rows, nil
}

const loudVoice = "ella"

// loud measures what became of a voice.
func loud(t taken) Loudness {
	l := Loudness{
		Level: 20 * math.Log10(active(loudLate.of(t.out))+1e-9),
		Pause: decibels(energy(pauseLate.of(t.out)), energy(pauseEarly.of(t.out))),
		Cost:  float64(t.took) / (pauseLate.to.Seconds() * 50),
	}
	for _, v := range t.out {
		if math.Abs(v) >= float64(full-1)/full {
			l.Clip += 1e6 / float64(len(t.out))
		}
	}
	return l
}
