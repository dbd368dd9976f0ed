package alsa

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"golang.org/x/sys/unix"
)

// anything is every configuration; refining it gives what the card can do.
func anything() hwParams {
	p := hwParams{rmask: math.MaxUint32, info: math.MaxUint32}
	for i := range p.masks[:3] {
		for j := range p.masks[i] {
			p.masks[i][j] = math.MaxUint32
		}
	}
	for i := range p.intervals[:lastInterval-firstInterval+1] {
		p.intervals[i] = interval{max: math.MaxUint32}
	}
	return p
}

func (p *hwParams) at(param int) *interval { return &p.intervals[param-firstInterval] }

func (p *hwParams) only(param, bit int) {
	p.masks[param] = mask{}
	p.masks[param][bit/32] = 1 << (bit % 32)
}

// narrow refines p with one more wish, or leaves it as it was.
func narrow(s pcm, p *hwParams, wish func(*hwParams)) error {
	q := *p
	wish(&q)
	q.rmask = math.MaxUint32
	if err := s.refine(&q); err != nil {
		return err
	}
	*p = q
	return nil
}

func exactly(param, value int) func(*hwParams) {
	return func(p *hwParams) {
		*p.at(param) = interval{min: uint32(value), max: uint32(value), flags: intervalInteger}
	}
}

// setup is how a stream is to be.
type setup struct {
	rate, channels, period, periods int // period in frames
	past                            int // frames by which one may be longer
	format                          string
}

// granted is how the card will be, in frames.
type granted struct{ period, buffer int }

// shape narrows what the card can do to the samples wanted, one wish at a time,
// so that the first that the card refuses can be named together with what the
// card has. Which formats are left depends on them.
func shape(s pcm, want setup) (hwParams, error) {
	p := anything()
	if err := s.refine(&p); err != nil {
		return p, fmt.Errorf("asking what the card can do: %w", err)
	}
	steps := []struct {
		wish    func(*hwParams)
		refused func() string
	}{
		{func(p *hwParams) { p.only(paramAccess, accessInterleaved) }, func() string {
			return "it does not take interleaved samples"
		}},
		{exactly(paramChannels, want.channels), func() string {
			return fmt.Sprintf("it has no %d channels but %s: set playback-channels or capture-channels", want.channels, p.at(paramChannels).span())
		}},
		{exactly(paramRate, want.rate), func() string {
			return fmt.Sprintf("it has no %d Hz but %s: set sample-rate", want.rate, rates(s, p))
		}},
	}
	for _, step := range steps {
		if err := narrow(s, &p, step.wish); errors.Is(err, unix.EINVAL) {
			return p, errors.New(step.refused())
		} else if err != nil {
			return p, err
		}
	}
	return p, nil
}

// formats are those that a stream can have.
func formats(s pcm, want setup) (mask, error) {
	p, err := shape(s, want)
	return p.masks[paramFormat], err
}

// configure sets a stream up. Of other it is known which formats it has.
func configure(s pcm, want setup, other mask) (layout, granted, error) {
	p, err := shape(s, want)
	if err != nil {
		return layout{}, granted{}, err
	}
	l, ok := pick(want.format, p.masks[paramFormat], other)
	if !ok {
		return l, granted{}, noFormat(want.format, p.masks[paramFormat])
	}
	if err := narrow(s, &p, func(p *hwParams) { p.only(paramFormat, l.bit) }); err != nil {
		return l, granted{}, fmt.Errorf("%s: %w", l.name, err)
	}
	got, err := size(s, &p, want)
	if err != nil {
		return l, got, err
	}
	return l, got, p.keeps(l, want)
}

func noFormat(want string, have mask) error {
	return fmt.Errorf("it has no samples of the format %s but %v: set format (offhook speaks S16_LE, S32_LE, S24_LE and S24_3LE)", want, have.names())
}

// keeps looks whether the card was set up as it had granted.
func (p *hwParams) keeps(l layout, want setup) error {
	rate, channels, period, have := p.at(paramRate), p.at(paramChannels), p.at(paramPeriodSize), p.masks[paramFormat].names()
	if rate.is(want.rate) && channels.is(want.channels) && period.max > 0 && int(min(period.max, math.MaxInt32)) <= want.period && len(have) == 1 && have[0] == l.name {
		return nil
	}
	return fmt.Errorf("its driver granted %d Hz, %d channels, %s and periods of at most %d samples, and set up %v Hz, %v channels, %v and periods of %v",
		want.rate, want.channels, l.name, want.period, rate.ends(), channels.ends(), have, period.ends())
}

func (i *interval) is(n int) bool { return i.min == uint32(n) && i.max == i.min }

// size chooses period and buffer and sets the card up.
func size(s pcm, p *hwParams, want setup) (granted, error) {
	if err := largestPeriod(s, p, want.period); err != nil {
		ms := func(frames uint32) float64 { return float64(frames) * 1000 / float64(want.rate) }
		return granted{}, fmt.Errorf("its periods are %.1f to %.1f ms long, which does not serve %.0f ms: set period-ms: %w",
			ms(p.at(paramPeriodSize).min), ms(p.at(paramPeriodSize).max), ms(uint32(want.period)), err)
	}
	if err := smallestBuffer(s, p, want); err != nil {
		return granted{}, fmt.Errorf("its buffer holds at most %d samples; %d are needed: set a smaller period-ms: %w", p.at(paramBufferSize).max, 2*want.period, err)
	}
	if err := s.setHardware(p); err != nil {
		return granted{}, fmt.Errorf("setting it up: %w", err)
	}
	return granted{period: int(p.at(paramPeriodSize).max), buffer: int(p.at(paramBufferSize).max)}, nil
}

// tries bounds the search for a length that the card's other rules allow too.
const tries = 64

// largestPeriod takes the period wanted, or the largest below it: the card may
// wake us more often than we need, never less.
func largestPeriod(s pcm, p *hwParams, want int) error {
	limit := want
	return search(s, p, paramPeriodSize, func(i *interval) {
		i.max, i.flags = uint32(limit), i.flags&^intervalOpenMax
	}, func(found interval) int {
		limit = int(found.max) - 1
		return int(found.max)
	})
}

// smallestBuffer takes the buffer wanted, or the next larger, or the largest
// that there is. What is longer than needed adds no delay: the delay is what is
// written before the start.
func smallestBuffer(s pcm, p *hwParams, want setup) error {
	limit := want.period * want.periods
	if most := int(min(p.at(paramBufferSize).max, math.MaxInt32)); limit > most {
		limit = max(most, 2*want.period)
	}
	return search(s, p, paramBufferSize, func(i *interval) {
		i.min, i.flags = uint32(limit), i.flags&^intervalOpenMin
	}, func(found interval) int {
		limit = int(found.min) + 1
		return int(found.min)
	})
}

// search bounds a length, takes the end of what the card leaves, and tries the
// next when the card's other rules (alignment, multiples) refuse that.
func search(s pcm, p *hwParams, param int, bound func(*interval), pick func(interval) int) error {
	var err error
	for range tries {
		q := *p
		if err := narrow(s, &q, func(p *hwParams) { bound(p.at(param)) }); err != nil {
			return err
		}
		if err = narrow(s, p, exactly(param, pick(*q.at(param)))); err == nil {
			return nil
		}
	}
	return err
}

func (i interval) span() string {
	if i.min == i.max {
		return fmt.Sprint(i.min)
	}
	return fmt.Sprintf("%d to %d", i.min, i.max)
}

// rates lists the usual ones that the card has.
func rates(s pcm, p hwParams) string {
	var have []string
	for _, rate := range []int{8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000, 96000, 192000} {
		q := p
		if narrow(s, &q, exactly(paramRate, rate)) == nil {
			have = append(have, fmt.Sprint(rate))
		}
	}
	if have == nil {
		return p.at(paramRate).span()
	}
	return strings.Join(have, ", ")
}

// program sets when a stream wakes us, and that it stops by itself at an
// overrun or underrun but never starts by itself. It returns the boundary at
// which the stream's pointers wrap.
//
// Every period of the card's wakes us, however little there is to move: after a
// late call some of our period has been moved already, and to wait for a whole
// one more would be late again.
func program(s pcm, buffer int) (boundary uint, err error) {
	p := swParams{
		periodStep: 1, availMin: 1, xferAlign: 1,
		startThreshold: math.MaxInt32, stopThreshold: uint(buffer),
	}
	err = s.setSoftware(&p)
	return p.boundary, err
}
