package biquad

import (
	"errors"
	"fmt"
	"math"
	"testing"
)

// measure is by how many dB a tone of a frequency is louder after the filters.
func measure(sections []Section, frequency float64, rate int) float64 {
	long := rate // a second settles even what rings
	x := make([]float32, 2*long)
	for i := range x {
		x[i] = float32(0.1 * math.Sin(2*math.Pi*frequency*float64(i)/float64(rate)))
	}
	var before, after float64
	for _, v := range x[long:] {
		before += float64(v) * float64(v)
	}
	for i := range sections {
		sections[i].Reset()
		for k := 0; k < len(x); k += 160 {
			sections[i].Process(x[k:min(k+160, len(x))])
		}
	}
	for _, v := range x[long:] {
		after += float64(v) * float64(v)
	}
	return 10 * math.Log10(after/before)
}

// The analogue filters that these stand for, where frequencies are far enough
// below half the rate: Butterworth of the second order, and the cookbook's
// prototypes H(s), by what they are at given points.
func TestResponse(t *testing.T) {
	type point struct{ hz, db float64 }
	for _, test := range []struct {
		name   string
		band   Band
		points []point
	}{
		{"high-pass at 100 Hz", Band{Kind: HighPass, Frequency: 100},
			[]point{{25, -24.1}, {50, -12.3}, {100, -3.0}, {200, -0.3}, {1000, 0}, {3000, 0}}},
		{"high-pass at 300 Hz", Band{Kind: HighPass, Frequency: 300},
			[]point{{75, -24.1}, {150, -12.3}, {300, -3.0}, {600, -0.3}, {2000, 0}}},
		{"high-pass at 20 Hz", Band{Kind: HighPass, Frequency: 20},
			[]point{{10, -12.3}, {20, -3.0}, {40, -0.3}, {400, 0}}},
		{"peak up", Band{Frequency: 1000, Gain: 6, Q: 1},
			[]point{{100, 0.04}, {1000, 6}, {500, 1.6}, {3000, 0.6}}},
		{"peak down, narrow", Band{Kind: Peak, Frequency: 500, Gain: -12, Q: 4},
			[]point{{250, -0.3}, {500, -12}, {1000, -0.3}, {2000, 0}}},
		{"peak of no Q", Band{Frequency: 400, Gain: -6}, []point{{40, -0.04}, {400, -6}, {200, -1.6}, {2000, -0.2}}},
		{"low shelf", Band{Kind: LowShelf, Frequency: 300, Gain: -9},
			[]point{{20, -9}, {75, -8.9}, {300, -4.5}, {1200, -0.1}, {3000, 0}}},
		{"high shelf", Band{Kind: HighShelf, Frequency: 800, Gain: 8},
			[]point{{80, 0}, {200, 0.1}, {800, 4}, {3500, 8}}},
		{"no gain", Band{Frequency: 1000, Q: 2}, []point{{100, 0}, {1000, 0}, {3000, 0}}},
	} {
		for _, rate := range []int{8000, 16000, 48000} {
			s, err := test.band.Section(rate)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range test.points {
				if got := measure([]Section{s}, p.hz, rate); math.Abs(got-p.db) > 0.5 {
					t.Errorf("%s at %d Hz: %.2f dB at %g Hz; want %g", test.name, rate, got, p.hz, p.db)
				}
			}
		}
	}
}

func TestResponse_of_six_bands_is_their_sum(t *testing.T) {
	var all []Section
	for i := range 6 {
		s, err := (&Band{Frequency: 150 * math.Pow(2, float64(i)), Gain: 6 - 12*float64(i%2), Q: 6}).Section(16000)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	for i := range 6 {
		want := 6 - 12*float64(i%2)
		if got := measure(all, 150*math.Pow(2, float64(i)), 16000); math.Abs(got-want) > 0.5 {
			t.Errorf("band %d: %.2f dB, want %g", i, got, want)
		}
	}
}

func TestSection_refuses(t *testing.T) {
	nan := math.NaN()
	for _, b := range []Band{
		{}, {Frequency: -5}, {Frequency: 7300}, {Frequency: nan}, {Frequency: 100, Gain: 21}, {Frequency: 100, Gain: nan},
		{Frequency: 100, Q: 0.01}, {Frequency: 100, Q: -1}, {Frequency: 100, Q: nan}, {Kind: HighPass}, {Kind: "notch", Frequency: 100}, {Kind: HighPass, Frequency: 7201}, {Kind: LowShelf, Frequency: 100, Q: 11},
	} {
		if _, err := b.Section(16000); !errors.Is(err, ErrConfig) {
			t.Errorf("%+v: %v", b, err)
		}
	}
}

// Every filter that can be had dies away, whatever the sound was.
func TestSection_is_stable(t *testing.T) {
	for _, rate := range []int{8000, 48000} {
		for _, kind := range []string{Peak, LowShelf, HighShelf, HighPass} {
			for _, q := range []float64{LeastQ, 0.7, MostQ} {
				for _, f := range []float64{20, 300, highest * float64(rate)} {
					for _, gain := range []float64{-MostGain, MostGain} {
						s, err := (&Band{kind, f, gain, q}).Section(rate)
						if err != nil {
							t.Fatal(err)
						}
						x := make([]float32, 4*rate)
						x[0], x[1] = 1, -1
						s.Process(x)
						for i, v := range x {
							if !(v < 30 && v > -30) || i > 3*rate && (v > 1e-4 || v < -1e-4) {
								t.Fatalf("%s of %g dB, Q %g at %g Hz of %d: %g at sample %d", kind, gain, q, f, rate, v, i)
							}
						}
					}
				}
			}
		}
	}
}

func TestProcess_allocates_nothing(t *testing.T) {
	s, _ := (&Band{Kind: HighPass, Frequency: 100}).Section(16000)
	x := make([]float32, 160)
	if n := testing.AllocsPerRun(50, func() { s.Process(x) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// BenchmarkProcess is 10 ms of a high-pass, and of it with all bands.
func BenchmarkProcess(b *testing.B) {
	for _, n := range []int{1, 1 + Bands} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			all := make([]Section, n)
			for i := range all {
				all[i], _ = (&Band{Frequency: 100 * float64(i+1), Gain: 3}).Section(16000)
			}
			x := make([]float32, 160)
			for i := range x {
				x[i] = float32(math.Sin(float64(i)))
			}
			b.ReportAllocs()
			for b.Loop() {
				for i := range all {
					all[i].Process(x)
				}
			}
		})
	}
}
