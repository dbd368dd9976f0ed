package opus

import (
	"fmt"
	"runtime"
	"slices"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/mediatest"
)

func mallocs(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.Mallocs - before.Mallocs
}

// What a coder was warmed with is not heard.
func TestWarm_is_forgotten(t *testing.T) {
	for _, rate := range []int{8000, 12000, 16000, 24000, 48000} {
		c, err := New(Config{SampleRate: rate})
		if err != nil {
			t.Fatal(err)
		}
		e, err := c.NewEncoder(c.Formats()[0])
		if err != nil {
			t.Fatal(err)
		}
		d, err := c.NewDecoder(c.Formats()[0])
		if err != nil {
			t.Fatal(err)
		}
		frame, payload := make(media.Frame, rate/50), make([]byte, 1200)
		for range 5 {
			clear(frame)
			n, err := e.Encode(payload, frame)
			if err == nil {
				_, err = d.Decode(frame, payload[:n])
			}
			if err != nil {
				t.Fatal(err)
			}
			if level := mediatest.Level(frame); level > -85 {
				t.Errorf("%d Hz: silence is heard at %.1f dB", rate, level)
			}
		}
	}
}

// What is warm codes as what is not, but for the dither, and has all its memory.
func TestWarm(t *testing.T) {
	for _, rate := range []int{8000, 16000, 48000} {
		for _, ptime := range []time.Duration{10 * time.Millisecond, 20 * time.Millisecond, 60 * time.Millisecond} {
			t.Run(fmt.Sprint(rate, ptime), func(t *testing.T) {
				c, err := New(Config{SampleRate: rate, Complexity: 5})
				if err != nil {
					t.Fatal(err)
				}
				f := c.Formats()[0]
				f.PTime = ptime
				cold, err := newEncoder(c.cfg, f)
				if err != nil {
					t.Fatal(err)
				}
				coldDecoder, err := newDecoder(rate)
				if err != nil {
					t.Fatal(err)
				}
				listener, err := newDecoder(rate)
				if err != nil {
					t.Fatal(err)
				}
				e, err := c.NewEncoder(f)
				if err != nil {
					t.Fatal(err)
				}
				d, err := c.NewDecoder(f)
				if err != nil {
					t.Fatal(err)
				}
				n := samplesIn(ptime, rate)
				said := mediatest.Voice(rate, time.Second, 1)
				one, two := make([]byte, 1200), make([]byte, 1200)
				heard, reheard := make(media.Frame, n), make(media.Frame, n)
				var warm, other media.Frame
				var taken uint64
				for at := 0; at+n <= len(said); at += n {
					var i, k int
					taken += mallocs(func() {
						i, err = e.Encode(one, said[at:at+n])
						if err == nil {
							_, err = d.Decode(heard, one[:i])
						}
					})
					if err != nil {
						t.Fatal(err)
					}
					if _, err = coldDecoder.Decode(reheard, one[:i]); err != nil || !slices.Equal(heard, reheard) {
						t.Fatalf("packet at %d: %v, heard otherwise than by a decoder that is not warm", at, err)
					}
					warm = append(warm, heard...)
					if k, err = cold.Encode(two, said[at:at+n]); err != nil {
						t.Fatal(err)
					}
					if _, err = listener.Decode(reheard, two[:k]); err != nil {
						t.Fatal(err)
					}
					other = append(other, reheard...)
				}
				_, like := mediatest.Delay(said, warm, rate)
				if _, want := mediatest.Delay(said, other, rate); like < want-0.005 {
					t.Errorf("likeness %.3f, of an encoder that is not warm %.3f", like, want)
				}
				begin := mediatest.Level(warm[:rate/5]) - mediatest.Level(other[:rate/5])
				if begin < -1 || begin > 1 {
					t.Errorf("the beginning is %.1f dB louder than of an encoder that is not warm", begin)
				}
				if taken > 16 {
					t.Errorf("%d allocations in the first second", taken)
				}
			})
		}
	}
}
