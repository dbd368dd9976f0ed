package app

import (
	"fmt"

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
type codecTable []struct {
	name  string
	codec media.Codec
	named bool // offered only where an account names it
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
	return codecTable{
		{"g722", g722.Rate64, false},
		{"opus", voice, slowest},
		{"pcma", g711.PCMA, false},
		{"pcmu", g711.PCMU, false},
		{"l16", l16.Wide, true},
	}, nil
}

// of are those that an account names, in its order, or the usual ones.
func (t codecTable) of(names []string) []media.Codec {
	var named, usual []media.Codec
	for _, n := range names {
		for _, c := range t {
			if c.name == n {
				named = append(named, c.codec)
			}
		}
	}
	if len(named) > 0 {
		return named
	}
	for _, c := range t {
		if !c.named {
			usual = append(usual, c.codec)
		}
	}
	return usual
}

// all are for the engine.
func (t codecTable) all() []media.Codec {
	var all []media.Codec
	for _, c := range t {
		all = append(all, c.codec)
	}
	return all
}
