package app

import (
	"fmt"
	"slices"

	"offhook/media"
	"offhook/media/g711"
	"offhook/media/g722"
	"offhook/media/l16"
	"offhook/media/opus"
)

// codecTable are the codecs by their names in the document, best first.
//
// G.722 comes before Opus: it is as wide, costs a fraction of the work and 6 ms less
// of delay, and every exchange has it. Opus is for who does not, and for networks
// that lose packets; a far end that prefers it gets it. Some codecs are for accounts
// that name them: L16 takes four times the network that G.722 does, and Opus is
// too much for the slowest processors beside an echo canceller.
type codecTable []codecEntry

type codecEntry struct {
	name  string
	codec media.Codec
	named bool        // offered only where an account names it
	dtx   media.Codec // instead, where an account wants silence in pauses; nil: the same
}

// newCodecTable makes the codecs for a sound device of a rate.
func newCodecTable(rate int) (codecTable, error) {
	// More than wideband is a telephone call's cost without its benefit. No loss is
	// expected until the far end reports some: redundancy costs sound, and garbage.
	cfg := opus.Config{SampleRate: 16000, Complexity: opusComplexity}
	if rate < cfg.SampleRate {
		cfg.SampleRate = 8000
	}
	voice, err := opus.New(cfg)
	if err != nil {
		return nil, fmt.Errorf("codecs: %w", err)
	}
	cfg.DTX = true
	pausing, err := opus.New(cfg)
	if err != nil {
		return nil, fmt.Errorf("codecs: %w", err)
	}
	full, err := opus.New(opus.Config{SampleRate: widest(rate), Complexity: opusComplexity})
	if err != nil {
		return nil, fmt.Errorf("codecs: %w", err)
	}
	return codecTable{
		{name: "g722", codec: g722.Rate64},
		{name: "opus", codec: voice, dtx: pausing, named: slowest},
		{name: "opus-fullband", codec: full, named: true},
		{name: "pcma", codec: g711.PCMA},
		{name: "pcmu", codec: g711.PCMU},
		{name: "l16", codec: l16.Wide, named: true},
	}, nil
}

// of are those that an account names, in its order, or the usual ones; with dtx
// they ask the far end to be silent in pauses, if they can.
func (t codecTable) of(names []string, dtx bool) []media.Codec {
	var named, usual []media.Codec
	for _, n := range names {
		for _, c := range t {
			if c.name == n && !offers(named, c.codec) {
				named = append(named, c.pausing(dtx))
			}
		}
	}
	if len(named) > 0 {
		return named
	}
	for _, c := range t {
		if !c.named {
			usual = append(usual, c.pausing(dtx))
		}
	}
	return usual
}

// offers tells whether a codec's encoding is among some already: of two kinds of
// Opus the first counts, for they differ in nothing that a far end is told.
func offers(codecs []media.Codec, codec media.Codec) bool {
	f := codec.Formats()[0]
	return slices.ContainsFunc(codecs, func(other media.Codec) bool {
		o := other.Formats()[0]
		return o.Encoding == f.Encoding && o.ClockRate == f.ClockRate
	})
}

// widest is the rate of Opus that a sound device makes the most of.
func widest(rate int) int {
	for _, r := range []int{48000, 24000, 16000, 12000} {
		if rate >= r {
			return r
		}
	}
	return 8000
}

func (c codecEntry) pausing(dtx bool) media.Codec {
	if dtx && c.dtx != nil {
		return c.dtx
	}
	return c.codec
}

// all are for the engine.
func (t codecTable) all() []media.Codec {
	var all []media.Codec
	for _, c := range t {
		all = append(all, c.codec)
	}
	return all
}
