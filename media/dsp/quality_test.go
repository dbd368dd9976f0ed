package dsp_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/dsp"
	"offhook/media/mediatest"
	"offhook/media/mediatest/pesq"
)

// patched is speech of which frames are lost, and made up.
func patched(said media.Frame, rate int, frame time.Duration, lost func(i int) bool) media.Frame {
	c, heard := dsp.NewConcealer(rate), append(media.Frame(nil), said...)
	n := int(frame * time.Duration(rate) / time.Second)
	for i := 0; (i+1)*n <= len(heard); i++ {
		f := heard[i*n : (i+1)*n]
		if lost(i) {
			c.Conceal(f)
			continue
		}
		c.Merge(f)
		c.Observe(f)
	}
	return heard
}

// By P.862, concealment is worth much more than the frame before played again.
func TestConcealQuality(t *testing.T) {
	const n = 160
	for _, test := range []struct {
		name  string
		lost  func(i int) bool
		worth float64 // at least, in MOS, beyond repeating
	}{
		{"one of 19", func(i int) bool { return i%19 == 18 }, 0.15},
		{"two of 40", func(i int) bool { return i%40 >= 38 }, 0.05},
	} {
		var ours, again float64
		for _, s := range mediatest.Speakers() {
			said := s.Say(8000, 8*time.Second)
			repeated := append(media.Frame(nil), said...)
			for i := 1; (i+1)*n <= len(said); i++ {
				if test.lost(i) {
					copy(repeated[i*n:(i+1)*n], repeated[(i-1)*n:])
				}
			}
			ours += mos(t, said, patched(said, 8000, 20*time.Millisecond, test.lost)) / 4
			again += mos(t, said, repeated) / 4
		}
		t.Logf("%s lost: MOS %.2f, the frame before again %.2f", test.name, ours, again)
		if ours < again+test.worth {
			t.Errorf("%s lost: MOS %.2f, the frame before again %.2f: at least %.2f more is wanted", test.name, ours, again, test.worth)
		}
	}
}

func mos(t *testing.T, said, heard media.Frame) float64 {
	t.Helper()
	s, err := pesq.NarrowBand(said, heard, 8000)
	if err != nil {
		t.Fatal(err)
	}
	return s.MOS
}

// Whatever the rate and the frames: no click where a loss begins or ends, and nothing
// louder than what is near it.
func TestConcealSeams(t *testing.T) {
	for _, rate := range []int{8000, 16000, 48000} {
		said := mediatest.Speakers()[1].Say(rate, 6*time.Second)
		for _, frame := range []time.Duration{2500 * time.Microsecond, 10 * time.Millisecond, 20 * time.Millisecond, 60 * time.Millisecond} {
			t.Run(fmt.Sprint(rate, " ", frame), func(t *testing.T) {
				heard := patched(said, rate, frame, func(i int) bool { return i%9 >= 7 })
				near := rate / 50
				for at := near; at+near < len(said); at += near / 4 {
					loud, steep := peaks(said[at-near : at+near])
					made, step := peaks(heard[at : at+near/4+1])
					before, past := peaks(heard[at-near : at])
					loud, steep = max(loud, before), max(steep, past)
					if made > 1.5*loud+200 {
						t.Fatalf("%d ms: a burst of %.0f, %.0f is loud there", 1000*at/rate, made, loud)
					}
					if step > 1.7*steep+800 {
						t.Fatalf("%d ms: a click of %.0f, %.0f is steep there", 1000*at/rate, step, steep)
					}
				}
			})
		}
	}
}

// peaks are the greatest magnitude, and the greatest step from a sample to the next.
func peaks(f media.Frame) (loud, steep float64) {
	for i, s := range f {
		loud = max(loud, math.Abs(float64(s)))
		if i > 0 {
			steep = max(steep, math.Abs(float64(s)-float64(f[i-1])))
		}
	}
	return loud, steep
}
