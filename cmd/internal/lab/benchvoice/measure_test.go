package benchvoice

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// made is a recording whose parts are noise that stands in for voices.
func made() *Recording {
	rng := rand.New(rand.NewPCG(7, 7))
	r := &Recording{Scene: Scenes()[0], noise: make(signal, samples(whole.to))}
	r.echo, r.near = make(signal, samples(whole.to)), make(signal, samples(whole.to))
	for _, s := range []span{{farFirst.from, changed.to}} {
		copy(s.of(r.echo), noise(rng, samples(s.long()), false).scale(0.05))
	}
	for _, s := range []span{both, nearOnly} {
		voice := noise(rng, samples(s.long()), false).scale(0.05)
		for i := range voice { // half a second of speech, then half a second of none
			if i/(rate/2)%2 == 1 {
				voice[i] = 0
			}
		}
		copy(s.of(r.near), voice)
	}
	r.noise = noise(rng, samples(whole.to), false).scale(0.0005)
	alone := append(signal{}, r.near...).add(r.noise)
	r.Far, r.Alone = r.echo.frame(), alone.frame()
	r.Mic = append(signal{}, alone...).add(r.echo).frame()
	return r
}

// cancelled is an attempt that leaves so much of the echo by time, and the near
// voice with a gain, later by some samples.
func (r *Recording) cancelled(left func(time.Duration) float64, gain float64, by int) attempt {
	near := append(signal{}, r.near...).add(r.noise).scale(gain)
	residual := append(signal{}, r.echo...)
	for i := range residual {
		residual[i] *= left(time.Duration(i) * time.Second / rate)
	}
	out := append(signal{}, near...).add(residual)
	alone := taken{out: near.later(by), linear: near}
	return attempt{r, taken{out: out.later(by), linear: out}, alone, alone}
}

func always(x float64) func(time.Duration) float64 {
	return func(time.Duration) float64 { return x }
}

func near(t *testing.T, what string, got, want, within float64) {
	t.Helper()
	if math.IsNaN(got) || math.Abs(got-want) > within {
		t.Errorf("%s: %.3f, not %.3f", what, got, want)
	}
}

func TestJudge_a_canceller_that_leaves_a_twentieth(t *testing.T) {
	v, _ := made().cancelled(always(0.05), 1, 0).levels()
	near(t, "ERLE single", v.Single, 26, 0.3)
	near(t, "ERLE double", v.Double, 26, 0.3)
	near(t, "ERLE restored", v.Restored, 26, 0.3)
	near(t, "in pauses", v.Residual, 26, 0.5)
	near(t, "first", v.First, 26, 0.3)
	near(t, "after change", v.Changed, 26, 0.3)
	near(t, "the next 2 s", v.Late, 26, 0.3)
	near(t, "steady", v.Steady, 26, 0.3)
	near(t, "t20", v.T20, window.Seconds(), 0.05)
	near(t, "again", v.Reconverge, window.Seconds(), 0.05)
	near(t, "gain", v.Gain, 1, 0.02)
	near(t, "delay", v.Delay, 0, 0)
	near(t, "noise", v.Noise, 0, 0.1)
}

func TestJudge_half_duplex_without_an_echo(t *testing.T) {
	a := made().cancelled(always(1), 1, 0)
	a.unechoed.out = append(signal{}, a.alone.out...).scale(0.1)
	v, _ := a.levels()
	near(t, "lost without echo", v.Unechoed, 20, 0.1)
}

func TestJudge_none(t *testing.T) {
	v, _ := made().cancelled(always(1), 1, 0).levels()
	near(t, "ERLE single", v.Single, 0, 0.1)
	near(t, "ERLE double", v.Double, 0, 0.1)
	near(t, "steady", v.Steady, 0, 0.1)
	near(t, "t20 of one that never reaches it", v.T20, farFirst.long().Seconds(), 0)
	near(t, "again of one that never reaches it", v.Reconverge, changed.long().Seconds(), 0)
}

// Two seconds after the far voice begins, and after the path changes, the echo goes.
func TestJudge_times(t *testing.T) {
	v, _ := made().cancelled(func(at time.Duration) float64 {
		began := farFirst.from
		if at >= changed.from {
			began = changed.from
		}
		if at < began+2*time.Second {
			return 0.5
		}
		return 0.02
	}, 1, 0).levels()
	near(t, "t20", v.T20, 2+window.Seconds(), 0.1)
	near(t, "again", v.Reconverge, 2+window.Seconds(), 0.1)
	near(t, "first", v.First, 7, 0.5)
	near(t, "after change", v.Changed, 6, 0.3)
	near(t, "the next 2 s", v.Late, 33, 0.3)
	near(t, "steady", v.Steady, 33, 0.3) // noise is left
}

// A lucky window is not convergence.
func TestReached_wants_it_to_last(t *testing.T) {
	r := made()
	residual := append(signal{}, r.echo...)
	copy(residual[samples(2*time.Second):], make(signal, samples(450*time.Millisecond)))
	near(t, "t20", reached(r.echo, residual, farFirst), farFirst.long().Seconds(), 0)
}

func TestJudge_what_it_does_to_the_near_voice(t *testing.T) {
	r := made()
	v, _ := r.cancelled(always(0.01), 0.8, 160).levels()
	near(t, "gain", v.Gain, 0.8, 0.02)
	near(t, "delay", v.Delay, 10, 0)
	near(t, "noise", v.Noise, -20*math.Log10(0.8), 0.1)
	near(t, "segmental SNR", v.Segmental, 14, 1.5)
	near(t, "ERLE double", v.Double, 40, 0.5)
}

// A scene without a change has no figures of one.
func TestJudge_no_change(t *testing.T) {
	r := made()
	r.Scene.Moved = false
	v, _ := r.cancelled(always(0.05), 1, 0).levels()
	if !math.IsNaN(v.Reconverge) || !math.IsNaN(v.Changed) {
		t.Errorf("%g s, %g dB", v.Reconverge, v.Changed)
	}
}

// Who does not tell of the linear filter is judged by what is sent.
func TestJudge_by_the_output(t *testing.T) {
	a := made().cancelled(always(0.05), 1, 0)
	a.scene.linear, a.alone.linear = nil, nil
	v, _ := a.levels()
	near(t, "ERLE single", v.Single, 26, 0.3)
	near(t, "ERLE double", v.Double, 26, 0.5)
	near(t, "t20", v.T20, window.Seconds(), 0.05)
}

// Speech over speech that is not one's own is bad, and speech alone is good.
func TestQuality(t *testing.T) {
	r, err := record(&speaker{}, Scenes()[0])
	if err != nil {
		t.Fatal(err)
	}
	v := attempt{r, taken{out: heard(r.Mic)}, taken{out: r.near}, taken{out: r.near}}.judge(true)
	if v.Quality > 1.8 || v.Alone < 4.3 {
		t.Errorf("with echo %.2f, alone %.2f", v.Quality, v.Alone)
	}
	if q := quality(make(signal, rate), make(signal, rate)); q != 1 {
		t.Errorf("silence: %.2f", q)
	}
}
