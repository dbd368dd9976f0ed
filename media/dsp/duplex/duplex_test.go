package duplex

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

const rate, block = 16000, 160

// level is the power of so many dBov.
func level(db float64) float64 { return 32768 * 32768 * math.Pow(10, db/10) }

// room is a telephone on a table: what is said on both sides, the loudspeaker's
// echo, and noise.
type room struct {
	s          *Switch
	coupling   float64 // power of the echo, of what is played
	mic, loud  float64 // as the switch said last
	played     [4]float64
	n          int
	sung       *rand.Rand
	switchings int
}

func newRoom(mode string, couplingDB float64) *room {
	return &room{s: New(mode, rate, block), coupling: math.Pow(10, couplingDB/10), mic: 1, loud: 1, sung: rand.New(rand.NewPCG(1, 2))}
}

// say lets so many blocks pass in which each side speaks at a level, as syllables go:
// up and down, four times a second, with 50 ms of nothing between them and chance in all.
func (r *room) say(far, near float64, blocks int) {
	for range blocks {
		swing := 3*math.Sin(2*math.Pi*float64(r.n)/25) + r.sung.NormFloat64()
		if r.n%25 >= 20 {
			swing = -50
		}
		power := level(far+swing) + level(-62)
		echo := r.played[r.n%len(r.played)] * r.coupling // 40 ms later
		r.s.Far(power)
		r.played[r.n%len(r.played)] = power * r.loud * r.loud
		was := r.mic
		r.mic, r.loud = r.s.Near(level(near+swing)+level(-60)+echo, r.played[r.n%len(r.played)])
		if r.mic != was {
			r.switchings++
		}
		r.n++
	}
}

const silent = -120

func TestSwitch_turns(t *testing.T) {
	type step struct {
		name      string
		far, near float64
		blocks    int
		mic, loud float64 // after them
	}
	for _, test := range []struct {
		mode  string
		steps []step
	}{
		{Half, []step{
			{"at rest -> the far side is heard", silent, silent, 50, Closed, 1},
			{"the far side speaks", -25, silent, 300, Closed, 1},
			{"a pause of its words", silent, silent, 15, Closed, 1},
			{"it speaks on", -25, silent, 100, Closed, 1},
			{"it ends", silent, silent, 40, Closed, 1},
			{"the near side speaks -> within 30 ms", silent, -30, 3, 1, Closed},
			{"it speaks on", silent, -30, 200, 1, Closed},
			{"a pause of its words", silent, silent, 20, 1, Closed},
			{"the far side speaks into it", -25, -30, 50, 1, Closed},
			{"the near side ends", -25, silent, 30, Closed, 1},
			{"the near side is louder than the echo -> it has the turn after a moment", -30, -12, 30, 1, Closed},
		}},
		{Duck, []step{
			{"the far side speaks", -25, silent, 300, 1, 1},
			{"both speak", -25, -15, 30, 1, Ducked},
			{"a pause of the near side's words", -25, silent, 15, 1, Ducked},
			{"it ends", -25, silent, 30, 1, 1},
		}},
	} {
		for _, coupling := range []float64{-10, -20, -40} {
			r := newRoom(test.mode, coupling)
			for _, s := range test.steps {
				r.say(s.far, s.near, s.blocks)
				if r.mic != s.mic || r.loud != s.loud {
					t.Errorf("%s, an echo of %g dB: %s: the microphone %g, the loudspeaker %g; want %g, %g", test.mode, coupling, s.name, r.mic, r.loud, s.mic, s.loud)
				}
			}
		}
	}
}

// The echo alone never opens the microphone, be it as loud as what is played.
func TestSwitch_echo_has_no_turn(t *testing.T) {
	for _, coupling := range []float64{-30, -10, 0, 4} {
		for _, far := range []float64{-40, -25, -15} {
			r := newRoom(Half, coupling)
			for range 8 {
				r.say(far, silent, 150)
				r.say(silent, silent, 60)
			}
			if r.switchings > 1 || r.mic != Closed { // 1: closed at first
				t.Errorf("far speech at %g dBov, an echo of %g dB: %d switchings, the microphone %g", far, coupling, r.switchings, r.mic)
			}
		}
	}
}

// An echo that becomes louder, as when the volume is turned up or a hand lies over the
// microphone, is mistaken for a voice for a few seconds, not for ever.
func TestSwitch_an_echo_becomes_louder(t *testing.T) {
	for _, mode := range []string{Half, Duck} {
		r := newRoom(mode, -35)
		r.say(-22, silent, 500)
		r.coupling = math.Pow(10, -5.0/10)
		r.say(-22, silent, 2000)
		was := r.switchings
		for range 500 {
			if r.say(-22, silent, 1); r.loud != 1 {
				t.Errorf("%s: after 20 s the echo is still taken for a voice", mode)
				break
			}
		}
		if r.switchings > was {
			t.Errorf("%s: %d switchings", mode, r.switchings-was)
		}
	}
}

// What goes on at one level is no speech: it is heard while nobody speaks, and the near
// side has its turn.
func TestSwitch_music_and_noise(t *testing.T) {
	s := New(Half, rate, block)
	run := func(far, near float64, blocks int) (mic, loud float64) {
		for range blocks {
			s.Far(level(far))
			mic, loud = s.Near(level(near), level(far)*0.0001)
		}
		return mic, loud
	}
	run(silent, -60, 100)
	run(-30, -60, 600)
	if mic, _ := run(-30, -25, 20); mic != 1 {
		t.Errorf("the near side is not heard against a tone")
	}
	if _, loud := run(-30, -60, 100); loud != Closed {
		t.Errorf("its turn is over with the word")
	}
	if _, loud := run(-30, -60, 100); loud != 1 {
		t.Errorf("the tone does not come back")
	}
}

func TestSwitch_begins_anew(t *testing.T) {
	r := newRoom(Half, -20)
	r.say(-20, silent, 300)
	learned := r.s.coupling
	r.say(silent, -20, 50)
	if r.s.coupling > 1.1*learned {
		t.Errorf("of the near side's voice the coupling becomes %g", r.s.coupling)
	}
	learned = r.s.coupling
	r.s.Restart()
	r.say(silent, silent, 1)
	if r.mic != Closed || r.loud != 1 {
		t.Errorf("the microphone %g, the loudspeaker %g", r.mic, r.loud)
	}
	if r.s.coupling != learned || learned > 0.1 {
		t.Errorf("the coupling was %g, and is %g", learned, r.s.coupling)
	}
}

func TestNew_of_each_mode(t *testing.T) {
	for mode, want := range map[string][2]bool{"": {true, false}, Full: {true, false}, Duck: {true, true}, Half: {true, true}, "x": {false, false}} {
		if got := [2]bool{Known(mode), New(mode, rate, block) != nil}; got != want {
			t.Errorf("%q: known, and one is made: %v; want %v", mode, got, want)
		}
	}
}

func TestSwitch_allocates_nothing(t *testing.T) {
	r := newRoom(Duck, -10)
	if n := testing.AllocsPerRun(50, func() { r.say(-20, -30, 1) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkSwitch(b *testing.B) {
	s := New(Half, rate, block)
	powers := []float64{level(-20), level(-60), level(-25), level(-50)}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		s.Far(powers[i%4])
		s.Near(powers[(i+1)%4], powers[(i+2)%4])
		i++
	}
}

func ExampleSwitch() {
	s := New(Duck, rate, block)
	for range 5 {
		s.Far(level(-90))
		s.Near(level(-70), 0)
	}
	s.Near(level(-20), 0)
	s.Near(level(-20), 0)
	fmt.Println(s.Near(level(-20), 0))
	// Output: 1 0.2
}
