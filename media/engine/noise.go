package engine

import (
	"time"

	"offhook/media"
	"offhook/media/cn"
	"offhook/media/jitter"
)

// noise is heard where the far end sends nothing, because nobody speaks: as it
// describes it (RFC 3389) or, of a codec that has no descriptions, as it sounded
// before. The engine's thread owns it.
type noise struct {
	generator *cn.Generator
	analyser  *cn.Analyser
	known     bool
	fade      fade
	frame     media.Frame

	// Of a codec that is silent without a word (Opus): its last sound.
	trail  media.Frame // nil: not needed
	filled int
	rest   int // samples for which the trail's noise may go on
}

const (
	trailTime = 60 * time.Millisecond
	// Longer than the longest silence between two packets of Opus in DTX.
	trailLasts = time.Second
	// What is louder was no pause, what is quieter is none to be filled.
	loudNoise, quietNoise = 40, 80 // -dBov
)

// newNoise makes noise for frames of up to chunk samples. Wordless tells of a
// format whose senders do not describe the noise.
func newNoise(rate, chunk int, wordless bool) *noise {
	n := &noise{
		generator: cn.NewGenerator(rate, uint32(rate)), analyser: cn.NewAnalyser(rate),
		fade: newFade(rate, noiseRamp), frame: make(media.Frame, chunk),
	}
	if wordless {
		n.trail = make(media.Frame, int(trailTime*time.Duration(rate)/time.Second))
	}
	return n
}

// describe takes a description; one that is malformed changes nothing.
func (n *noise) describe(payload []byte) {
	if d, err := cn.Parse(payload); err == nil {
		n.generator.Set(d)
		n.known = true
	}
}

// fill adds noise to a chunk of that kind where that is due.
func (n *noise) fill(chunk media.Frame, kind jitter.Playout) {
	silent := kind == jitter.Empty
	switch {
	case n.trail == nil:
	case kind == jitter.Played || kind == jitter.Accelerated:
		n.remember(chunk)
	case silent:
		n.listen()
		n.rest = max(0, n.rest-len(chunk))
		silent = n.rest > 0
	}
	n.fade.to(silent && n.known)
	if !n.known || n.fade.silent() {
		return
	}
	frame := n.frame[:len(chunk)]
	_ = n.generator.ReadFrame(frame)
	n.fade.process(frame)
	for i, s := range frame {
		chunk[i] = clip(int32(chunk[i]) + int32(s))
	}
}

// remember keeps the latest sound.
func (n *noise) remember(chunk media.Frame) {
	chunk = chunk[max(0, len(chunk)-len(n.trail)):]
	copy(n.trail, n.trail[len(chunk):])
	copy(n.trail[len(n.trail)-len(chunk):], chunk)
	n.filled = min(n.filled+len(chunk), len(n.trail))
}

// listen describes the sound before a silence, once.
func (n *noise) listen() {
	if n.filled < len(n.trail)/2 {
		return
	}
	n.analyser.Reset()
	_ = n.analyser.WriteFrame(n.trail[len(n.trail)-n.filled:])
	n.filled = 0
	d := n.analyser.Noise()
	if n.known = d.Level >= loudNoise && d.Level <= quietNoise; n.known {
		n.generator.Set(d)
		n.rest = int(trailLasts.Seconds() * n.fade.rate)
	}
}
