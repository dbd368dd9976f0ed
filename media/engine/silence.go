package engine

import (
	"time"

	"offhook/media"
	"offhook/media/cn"
)

// silencer finds the pauses in what is sent, and describes their noise instead
// (RFC 3389). The engine's thread owns it.
type silencer struct {
	detector *cn.Detector
	analyser *cn.Analyser
	least    int // packets between two descriptions
	most     int // packets after which one is repeated
	since    int // packets since the last
	silent   bool
	told     cn.Noise
	payload  [1 + cn.MaxOrder]byte
}

const (
	leastNoise = 100 * time.Millisecond
	mostNoise  = time.Second // a lost one is made good, and no NAT forgets the call
	louder     = 2           // dB that are worth another description
	other      = 0.15        // of a coefficient
)

func newSilencer(rate int, ptime time.Duration) *silencer {
	return &silencer{
		detector: cn.NewDetector(rate), analyser: cn.NewAnalyser(rate),
		least: int((leastNoise + ptime - 1) / ptime), most: int(mostNoise / ptime),
	}
}

// hushes takes the next packet's frame, and tells whether it is not to be sent.
// Voice is sent from the packet in which it begins: none is held back for it.
func (s *silencer) hushes(frame media.Frame) bool {
	voice := s.detector.Voice(frame)
	if !s.detector.Speaks() {
		_ = s.analyser.WriteFrame(frame)
	}
	if voice {
		s.silent = false
	}
	return !voice
}

// noise is the description to be sent in place of a frame that is hushed: at the
// beginning of a silence, when the noise has become another, and now and then.
func (s *silencer) noise() ([]byte, bool) {
	s.since++
	begins := !s.silent
	s.silent = true
	if !begins && s.since < s.least {
		return nil, false
	}
	n := s.analyser.Noise()
	if !begins && s.since < s.most && alike(n, s.told) {
		return nil, false
	}
	s.told, s.since = n, 0
	return n.Append(s.payload[:0]), true
}

func alike(a, b cn.Noise) bool {
	if d := int(a.Level) - int(b.Level); d >= louder || d <= -louder {
		return false
	}
	for i := range a.Reflection {
		if d := a.Reflection[i] - b.Reflection[i]; d > other || d < -other {
			return false
		}
	}
	return true
}
