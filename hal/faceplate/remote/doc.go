// Package remote is the Go side of the faceplate's protocol: it does what the
// page does, for demonstrations and tests, and measures what a page cannot.
//
// The sound is in sync mode: WriteMic and ReadSpeaker lose and invent nothing,
// and positions are in samples of one clock, the panel's. Position 0 is the
// start of the panel's first period. A mouth-to-ear delay is the position at
// which ReadSpeaker found a sound, less the MicPosition at which it was said.
package remote
