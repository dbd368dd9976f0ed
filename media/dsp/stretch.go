package dsp

import "offhook/media"

// Stretcher changes the length of sound by one pitch period, by overlapping
// what is similar (WSOLA). It works at a place of a line of sound: what is
// before the place has been heard already and stays as it is.
type Stretcher struct {
	pitch   Pitch
	context int // compared on either side of the place
	moved   media.Frame
}

// NewStretcher makes a Stretcher for sound at rate Hz.
func NewStretcher(rate int) *Stretcher {
	p := NewPitch(rate)
	return &Stretcher{pitch: p, context: rate / 200, moved: make(media.Frame, p.Max)}
}

// Past is how much sound must be before the place, in samples.
func (s *Stretcher) Past() int { return s.pitch.Max + s.context }

// Shortest is the least change of length, in samples.
func (s *Stretcher) Shortest() int { return s.pitch.Min }

// Longest is the greatest change of length, in samples.
func (s *Stretcher) Longest() int { return s.pitch.Max }

// Context is how much sound must be after the place for Expand; Compress needs
// what it takes out besides.
func (s *Stretcher) Context() int { return s.context }

// Compress looks for the best period of at most longest samples to take out
// at line[at:] and does so if the similarity is at least accept. It returns
// the number of samples taken out: line is shorter by it.
func (s *Stretcher) Compress(line media.Frame, at, longest int, accept float32) int {
	longest = min(longest, s.pitch.Max, len(line)-at-s.context)
	if longest < s.pitch.Min || at < s.context {
		return 0
	}
	lag, corr := s.pitch.After(line, at-s.context, 2*s.context, s.pitch.Min, longest)
	if corr < accept {
		return 0
	}
	n := s.context
	for i := range n {
		t := float32(i+1) / float32(n+1)
		line[at+i] = clip((1-t)*float32(line[at+i]) + t*float32(line[at+lag+i]))
	}
	copy(line[at+n:], line[at+lag+n:])
	return lag
}

// Expand looks for the period before line[at] that fits best and plays it once
// more, if the similarity is at least accept. line[:end] is the sound; there
// must be room for a period more behind it. It returns the number of samples put in.
func (s *Stretcher) Expand(line media.Frame, at, end int, accept float32) int {
	if at < s.Past() || end-at < s.context || len(line) < end+s.pitch.Max {
		return 0
	}
	lag, corr := s.pitch.Before(line, at-s.context, 2*s.context, s.pitch.Min, s.pitch.Max)
	if corr < accept {
		return 0
	}
	n := min(s.context, lag)
	past := s.moved[:lag]
	copy(past, line[at-lag:at])
	for i := range n {
		t := float32(i+1) / float32(n+1)
		past[i] = clip((1-t)*float32(line[at+i]) + t*float32(past[i]))
	}
	copy(line[at+lag:end+lag], line[at:end])
	copy(line[at:], past)
	return lag
}
