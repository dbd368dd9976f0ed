package benchpeers

import (
	"context"

	"offhook/cmd/internal/lab"
)

// codec is one that the programs are measured with.
type codec struct {
	name  string // in figures
	title string // for people
	ours  string // as each program calls it
	bare  string
	pj    string
	rate  int // of the file for programs whose clock is the codec's
}

func codecs() []codec {
	return []codec{
		{name: "g711", title: "G.711", ours: "pcmu", bare: "PCMU/8000/1", pj: "PCMU/8000", rate: 8000},
		{name: "g722", title: "G.722", ours: "g722", bare: "G722/16000/1", pj: "G722/16000", rate: 16000},
		{name: "opus", title: "Opus", ours: "opus", bare: "opus/48000/1", pj: "opus/48000", rate: 48000},
	}
}

// place is where a program runs and whom it calls.
type place struct {
	dir       string
	speech    string // WAV at the codec's rate
	extension lab.Extension
	at        lab.Addresses
	codec     codec
	number    string // that it calls
	answers   bool   // it takes calls by itself
	card      *card  // its sound device, for those that need one; nil where speech is all
}

// environment is what a program with such a sound device is started with.
func (p place) environment() []string {
	if p.card == nil {
		return nil
	}
	return p.card.environment(p.dir)
}

// telephone is a program that registers and calls.
type telephone interface {
	name() string
	title() string
	// missing says why it cannot be measured here, "" when it can.
	missing() string
	// start starts it in its place; it registers by itself.
	start(place) (*child, error)
	// speech is the form that it takes a file in.
	speech(codec) (rate, channels int)
	// dial calls the echo.
	dial(context.Context, *child, place) error
}
