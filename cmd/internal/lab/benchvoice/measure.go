package benchvoice

import (
	"math"
	"time"

	"offhook/media/mediatest/fourier"
	"offhook/media/mediatest/pesq"
)

// Verdict is how well a canceller did in a scene. Times are in seconds, levels
// in dB.
type Verdict struct {
	T20        float64 // from the far voice's first word until the echo is 20 dB less, at the linear filter
	Single     float64 // echo return loss enhancement of the linear filter, far voice alone
	Double     float64 // the same while both speak
	Restored   float64 // the same after both have spoken
	Residual   float64 // of what is sent, in the near voice's pauses while both speak
	Reconverge float64 // from a change of the path until 20 dB; NaN without a change
	First      float64 // microphone to output in the far voice's first 2.5 s
	Changed    float64 // the same in the first 2 s after a change; NaN without one
	Late       float64 // the same in the next 2 s
	Steady     float64 // the same, converged
	Quality    float64 // of the near voice while both speak: P.862.2, MOS-LQO
	Segmental  float64 // the same as segmental SNR
	Gain       float64 // of the near voice while both speak; 1 is untouched
	Alone      float64 // of the near voice alone: P.862.2
	Unechoed   float64 // what of the near voice is lost while the far one speaks and nothing of it comes back
	Noise      float64 // reduction of noise when nobody speaks
	Delay      float64 // added, in ms
	Cost       float64 // ns of processor time for 20 ms
}

// attempt is a canceller's work on a scene, and on the scene without echo: what
// it does to speech and noise themselves is no echo. Of the scene without echo it was
// told silence, and in unechoed what the far voice says.
type attempt struct {
	*Recording
	scene, alone, unechoed taken
}

// judge measures an attempt, and has it listened to if wanted.
func (a attempt) judge(listen bool) Verdict {
	v, lag := a.levels()
	if v.Quality, v.Alone = math.NaN(), math.NaN(); !listen {
		return v
	}
	said := both.of(a.near)
	v.Quality, v.Alone = quality(said, both.of(a.scene.out.later(-lag))), quality(said, both.of(a.alone.out.later(-lag)))
	return v
}

// levels measures all but what hearing is needed for; lag is by how many samples the output is late.
func (a attempt) levels() (v Verdict, lag int) {
	v = Verdict{Reconverge: math.NaN(), Changed: math.NaN(), Late: math.NaN()}
	residual := a.residual()
	v.T20 = reached(a.echo, residual, farFirst)
	v.Single = loss(a.echo, residual, steady)
	v.Double = loss(a.echo, residual, settled)
	v.Restored = loss(a.echo, residual, after)
	mic := heard(a.Mic)
	lag = lagOf(nearOnly.of(a.near), nearOnly.of(a.alone.out))
	out := a.scene.out.later(-lag)
	v.Residual = pauses(a.echo, a.near, out, settled)
	if a.scene.linear == nil {
		v.Double = v.Residual
	}
	v.First, v.Steady = loss(mic, out, first), loss(mic, out, steady)
	if a.Scene.changes() {
		v.Reconverge = reached(a.echo, residual, changed)
		v.Changed, v.Late = loss(mic, out, soon), loss(mic, out, later)
	}
	v.Segmental = segmental(settled.of(a.near), settled.of(out))
	v.Gain = project(settled.of(out), settled.of(a.near))
	v.Unechoed = loss(a.alone.out, a.unechoed.out, settled)
	v.Noise = loss(mic, out, hush)
	v.Delay = 1000 * float64(lag) / rate
	v.Cost = float64(a.scene.took) / (whole.long().Seconds() * 50)
	return v, lag
}

// residual is the echo that the linear filter leaves, or that is sent where the
// linear filter is not told.
func (a attempt) residual() signal {
	if a.scene.linear == nil {
		return a.scene.out
	}
	return a.scene.linear.minus(a.alone.linear)
}

// loss is the ratio of energies in a part of a scene.
func loss(before, left signal, s span) float64 {
	return decibels(energy(s.of(before)), energy(s.of(left)))
}

const (
	window = 400 * time.Millisecond // over which 20 dB are to be seen
	enough = 20.0
)

// reached is how long it takes in s until the echo is 20 dB less over a window,
// and over the next one; all of s when it never is.
func reached(echo, residual signal, s span) float64 {
	echo, residual = s.of(echo), s.of(residual)
	n, hop := samples(window), samples(20*time.Millisecond)
	least := square(active(echo)) * float64(n) / 30
	less := func(from int) bool {
		to := min(from+n, len(echo))
		e := energy(echo[from:to])
		return e < least || decibels(e, energy(residual[from:to])) >= enough
	}
	for end := n; end < len(echo); end += hop {
		if energy(echo[end-n:end]) >= least && less(end-n) && less(end) {
			return float64(end) / rate
		}
	}
	return s.long().Seconds()
}

// pauses is how much less of the echo is sent in the pauses of the near voice.
func pauses(echo, near, out signal, s span) float64 {
	echo, near, out = s.of(echo), s.of(near), s.of(out)
	const piece = rate / 100
	spoken := square(active(near)) * piece
	played := square(active(echo)) * piece
	var before, left float64
	quiet := 0
	for i := 0; i+piece <= len(echo); i += piece {
		quiet++
		if energy(near[i:i+piece]) > spoken/1e4 {
			quiet = 0
		}
		// A suppressor may take a moment to notice that a word is over.
		if e := energy(echo[i : i+piece]); quiet > 5 && e > played/100 {
			before, left = before+e, left+energy(out[i:i+piece])
		}
	}
	if before == 0 {
		return math.NaN()
	}
	return decibels(before, left)
}

// lagOf is by how many samples y is later than x, at most 100 ms.
func lagOf(x, y signal) (lag int) {
	const most = rate / 10
	t := fourier.New(fourier.Length(len(x) + most))
	c := t.Correlate(x, y[:min(len(x), len(y))], make([]complex128, t.Len()))
	for i := range most {
		if real(c[i]) > real(c[lag]) {
			lag = i
		}
	}
	return lag
}

// quality is P.862.2's verdict, 1 where it finds no speech.
func quality(said, sent signal) float64 {
	s, err := pesq.WideBand(said.frame(), sent.frame())
	if err != nil {
		return 1
	}
	return s.MOS
}

// segmental is the mean over 20 ms pieces of speech of the SNR, each held to -10..35 dB.
func segmental(said, sent signal) float64 {
	const piece = rate / 50
	least := square(active(said)) * piece / 100
	var sum, n float64
	for i := 0; i+piece <= len(said); i += piece {
		e := energy(said[i : i+piece])
		if e < least {
			continue
		}
		wrong := energy(sent[i : i+piece].minus(said[i : i+piece]))
		sum += min(max(decibels(e, wrong), -10), 35)
		n++
	}
	return sum / max(n, 1)
}
