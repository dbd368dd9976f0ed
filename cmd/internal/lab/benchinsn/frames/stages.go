package main

import (
	"slices"
	"time"

	"offhook/media"
	"offhook/media/mediatest"
)

const ptime = 20 * time.Millisecond

// stage is one part of the path. Prepare makes what does one frame, and what
// ends it and says whether all was well.
type stage struct {
	name    string
	prepare func() (frame, end func() error, err error)
}

// stages are all of them, in the order of the table.
func stages() []stage {
	return slices.Concat(codecStages(), opusStages(), packetStages(), soundStages(), voiceStages(), callStages())
}

func nothing() error { return nil }

// samples are those of a frame.
func samples(rate int) int { return int(ptime * time.Duration(rate) / time.Second) }

// loop is speech that is said again and again, so that as many frames cost the
// same whenever they are.
type loop struct {
	speech media.Frame
	n, at  int
}

// repeat is how many frames the speech has.
const repeat = 100

func newLoop(rate int, seed uint64) *loop {
	return &loop{speech: mediatest.Voice(rate, repeat*ptime, seed), n: samples(rate)}
}

func (l *loop) next() media.Frame {
	f := l.speech[l.at : l.at+l.n]
	if l.at += l.n; l.at+l.n > len(l.speech) {
		l.at = 0
	}
	return f
}
