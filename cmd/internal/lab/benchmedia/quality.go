package benchmedia

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"sync"
	"time"

	"offhook/media"
	"offhook/media/dsp"
	"offhook/media/g711"
	"offhook/media/mediatest"
	"offhook/media/mediatest/pesq"
)

// Quality is speech judged by ITU-T P.862.1: mean MOS-LQO of several speakers, by G.711 in
// packets of 20 ms.
type Quality struct {
	Clean     float64 `json:"mos_clean"` // the codec alone
	Conceal3  float64 `json:"mos_conceal_3"`
	Conceal5  float64 `json:"mos_conceal_5"`
	Conceal10 float64 `json:"mos_conceal_10"`
	Burst5    float64 `json:"mos_conceal_burst_5"` // lost two or three in a row
	Repeat5   float64 `json:"mos_repeat_5"`
	Appendix5 float64 `json:"mos_appendix1_5"`
	Silence5  float64 `json:"mos_silence_5"`
	BurstOf5  float64 `json:"mos_appendix1_burst_5"`
	Stretched float64 `json:"mos_stretch"` // a pitch period more or less each second
	Buffer    float64 `json:"mos_buffer"`  // the whole play-out buffer, mean of the networks
}

// curve is the MOS-LQO at a share of lost packets, by what is played in place of them.
type curve struct {
	loss                              float64
	burst                             bool // lost two or three in a row, not one by one
	ours, appendix, repeated, silence float64
}

// heldOut are speakers that nothing was tuned on.
func heldOut() []media.Frame {
	var voices []media.Frame
	for _, s := range []mediatest.Speaker{{Pitch: 118, Tract: 0.98, Pace: 4.6, Seed: 11}, {Pitch: 205, Tract: 1.17, Pace: 4.4, Seed: 12},
		{Pitch: 92, Tract: 1.02, Pace: 4.9, Seed: 13}, {Pitch: 240, Tract: 1.22, Pace: 4.1, Seed: 14}} {
		voices = append(voices, s.Say(8000, 8*time.Second))
	}
	return voices
}

// spokenIn is the speech of a WAV file, at 8000 Hz.
func spokenIn(name string) ([]media.Frame, error) {
	sound, rate, err := mediatest.LoadWAV(name)
	if err != nil {
		return nil, err
	}
	if rate != 8000 {
		r := dsp.NewResampler(rate, 8000)
		out := make(media.Frame, len(sound)*8000/rate+samples(100*ms))
		sound = out[:r.Process(out, sound)]
	}
	if len(sound) < samples(4*time.Second) {
		return nil, fmt.Errorf("%s: %v of speech, at least 4 s are wanted", name, time.Duration(len(sound))*time.Second/8000)
	}
	return []media.Frame{sound[:len(sound)/samples(ptime)*samples(ptime)]}, nil
}

// quality judges concealment with more and more loss.
func quality(ctx context.Context, voices []media.Frame) ([]curve, error) {
	var curves []curve
	for _, burst := range []bool{false, true} {
		for _, loss := range []float64{0, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2} {
			curves = append(curves, curve{loss: loss, burst: burst})
		}
	}
	jobs := make([]func() error, 0, len(curves))
	for i := range curves {
		jobs = append(jobs, func() error { return curves[i].measure(voices) })
	}
	return curves, parallel(ctx, jobs)
}

// parallel runs jobs on all processors.
func parallel(ctx context.Context, jobs []func() error) error {
	errs := make([]error, len(jobs))
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i, job := range jobs {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if errs[i] = ctx.Err(); errs[i] == nil {
				errs[i] = job()
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *curve) measure(voices []media.Frame) error {
	for k, voice := range voices {
		coded, err := coded(voice)
		if err != nil {
			return err
		}
		gone := c.erasures(len(voice)/samples(ptime), uint64(k))
		for mos, fill := range map[*float64]func(media.Frame, []bool) media.Frame{
			&c.ours: concealed, &c.appendix: byAppendix1, &c.repeated: repeated, &c.silence: silenced,
		} {
			s, err := pesq.NarrowBand(voice, fill(coded, gone), 8000)
			if err != nil {
				return err
			}
			*mos += s.MOS / float64(len(voices))
		}
	}
	return nil
}

// erasures are the packets that are lost: of one seed, those of a lower share are among
// those of a higher one.
func (c *curve) erasures(n int, seed uint64) []bool {
	rng := rand.New(rand.NewPCG(seed, 0x1055))
	gone := make([]bool, n)
	for i := 0; i < n; i++ {
		x, length := rng.Float64(), 1
		if c.burst {
			x, length = x*2.5, 2+rng.IntN(2)
		}
		if x < c.loss {
			for k := i; k < min(i+length, n); k++ {
				gone[k] = true
			}
		}
	}
	return gone
}

// coded is speech through G.711.
func coded(voice media.Frame) (media.Frame, error) {
	format := g711.PCMA.Formats()[0]
	encoder, err := g711.PCMA.NewEncoder(format)
	if err != nil {
		return nil, err
	}
	decoder, err := g711.PCMA.NewDecoder(format)
	if err != nil {
		return nil, err
	}
	payload, out := make([]byte, len(voice)), make(media.Frame, len(voice))
	n, err := encoder.Encode(payload, voice)
	if err == nil {
		_, err = decoder.Decode(out, payload[:n])
	}
	return out, err
}

// each lets fill change the packets of a copy of voice.
func each(voice media.Frame, gone []bool, fill func(f media.Frame, lost bool)) media.Frame {
	n := samples(ptime)
	out := append(media.Frame(nil), voice...)
	for i, lost := range gone {
		fill(out[i*n:(i+1)*n], lost)
	}
	return out
}

func concealed(voice media.Frame, gone []bool) media.Frame {
	c := dsp.NewConcealer(8000)
	return each(voice, gone, func(f media.Frame, lost bool) {
		if lost {
			c.Conceal(f)
			return
		}
		c.Merge(f)
		c.Observe(f)
	})
}

func byAppendix1(voice media.Frame, gone []bool) media.Frame {
	a := &appendix1{}
	late := each(voice, gone, func(f media.Frame, lost bool) {
		for ; len(f) >= appendixFrame; f = f[appendixFrame:] {
			if lost {
				a.lost(f[:appendixFrame])
			} else {
				a.received(f[:appendixFrame])
			}
		}
	})
	return append(late[appendixDelay:], a.rest()...)
}

func repeated(voice media.Frame, gone []bool) media.Frame {
	last := make(media.Frame, samples(ptime))
	return each(voice, gone, func(f media.Frame, lost bool) {
		if lost {
			copy(f, last)
		}
		copy(last, f)
	})
}

func silenced(voice media.Frame, gone []bool) media.Frame {
	return each(voice, gone, func(f media.Frame, lost bool) {
		if lost {
			clear(f)
		}
	})
}
