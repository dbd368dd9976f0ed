// Package benchbeat measures how well the sound keeps its beat on one core that
// has too much to do.
//
// A sound device that is simulated by the kernel's clock gives a period every
// 5 ms; the engine sends a packet of SRTP for each; the packet's lateness is
// what the kernel's stamp at the receiving socket says it is. Everything but
// the receiver is pinned to one core: the engine, a control that parses and
// writes JSON, shakes hands for TLS and parses SIP as fast as it can, and a
// neighbour that burns what it gets.
//
// Three structures take turns: the engine in a process of its own, the engine
// inside control, and a C program that does nothing but send, as the yardstick
// of what this machine can do at this time.
package benchbeat

import "time"

const (
	period     = 5 * time.Millisecond
	sampleRate = 16000
	clockRate  = 8000 // of the timestamps
	samples    = int(sampleRate * period / time.Second)
	// buffer is what a sound device holds before it loses sound.
	buffer = 3
)
