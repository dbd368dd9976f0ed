package benchmedia

import (
	"context"
	"fmt"
	"slices"
	"time"

	"offhook/media"
	"offhook/media/dsp"
	"offhook/media/mediatest/pesq"
)

// listening judges all that is done to speech: concealment, stretching, and the whole buffer.
func listening(ctx context.Context, voices []media.Frame, say func(string, ...any)) (Quality, []curve, error) {
	curves, err := quality(ctx, voices)
	if err != nil {
		return Quality{}, nil, err
	}
	q := Quality{}
	for _, c := range curves {
		how := "one by one"
		if c.burst {
			how = "two or three in a row"
		}
		say("%4.1f %% lost %s: MOS-LQO by concealment %.2f, Appendix I's rules %.2f, the last packet again %.2f, silence %.2f",
			100*c.loss, how, c.ours, c.appendix, c.repeated, c.silence)
		q.keep(c)
	}
	if q.Stretched, err = stretching(ctx, voices); err != nil {
		return q, nil, err
	}
	say("a pitch period more or less each second: MOS-LQO %.2f", q.Stretched)
	q.Buffer, err = buffered(ctx, voices, say)
	return q, curves, err
}

func (q *Quality) keep(c curve) {
	switch {
	case c.burst && c.loss == 0.05:
		q.Burst5, q.BurstOf5 = c.ours, c.appendix
	case c.burst:
	case c.loss == 0:
		q.Clean = c.ours
	case c.loss == 0.03:
		q.Conceal3 = c.ours
	case c.loss == 0.05:
		q.Conceal5, q.Appendix5, q.Repeat5, q.Silence5 = c.ours, c.appendix, c.repeated, c.silence
	case c.loss == 0.1:
		q.Conceal10 = c.ours
	}
}

// stretching judges speech that is now a pitch period longer, now one shorter.
func stretching(ctx context.Context, voices []media.Frame) (float64, error) {
	scores := make([]float64, len(voices))
	var jobs []func() error
	for i, voice := range voices {
		jobs = append(jobs, func() error {
			s, err := pesq.NarrowBand(voice, stretched(voice, time.Second), 8000)
			scores[i] = s.MOS
			return err
		})
	}
	err := parallel(ctx, jobs)
	return average(scores), err
}

func average(x []float64) (sum float64) {
	for _, v := range x {
		sum += v / float64(len(x))
	}
	return sum
}

// stretched changes the length of speech each so often, where it can.
func stretched(voice media.Frame, every time.Duration) media.Frame {
	const similar = 0.7
	s := dsp.NewStretcher(8000)
	line := slices.Clone(voice)
	longer := true
	for at := s.Past(); at+samples(every) < len(line); at += samples(20 * ms) {
		end := len(line)
		changed := 0
		if longer {
			line = append(line, make(media.Frame, s.Longest())...)
			changed = s.Expand(line, at, end, similar)
			line = line[:end+changed]
		} else {
			changed = s.Compress(line, at, s.Longest(), similar)
			line = line[:end-changed]
		}
		if changed > 0 {
			longer = !longer
			at += samples(every)
		}
	}
	return line
}

// moments are networks that do within 8 s what others do within minutes.
func moments() []Network {
	return []Network{
		{"jitter of 15 ms", true, func(p *path) { p.jitter(15*ms, 0) }},
		{"Wi-Fi stalls", false, wifi},
		{"jitter, 5 % lost", true, func(p *path) { p.jitter(5*ms, 0); p.lose(0.05, 1.5) }},
		{"+80 ms step", false, func(p *path) {
			p.jitter(3*ms, 0)
			for i := len(p.late) / 2; i < len(p.late); i++ {
				p.late[i] += 80 * ms
			}
		}},
	}
}

// buffered judges what the play-out buffer makes of each of them.
func buffered(ctx context.Context, voices []media.Frame, say func(string, ...any)) (float64, error) {
	networks := moments()
	scores := make([]float64, len(networks))
	var jobs []func() error
	for i, n := range networks {
		jobs = append(jobs, func() error {
			for k, voice := range voices {
				h, err := Ours(n.record(uint64(101+k), len(voice)/samples(ptime)), voice)
				if err != nil {
					return fmt.Errorf("%s: %w", n.Name, err)
				}
				s, err := pesq.NarrowBand(voice, h.Sound, 8000)
				if err != nil {
					return fmt.Errorf("%s: %w", n.Name, err)
				}
				scores[i] += s.MOS / float64(len(voices))
			}
			return nil
		})
	}
	err := parallel(ctx, jobs)
	for i, n := range networks {
		say("%-18s through the buffer: MOS-LQO %.2f", n.Name, scores[i])
	}
	return average(scores), err
}
