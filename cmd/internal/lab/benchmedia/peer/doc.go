// Package peer plays networks to real programs, in real time, and measures what they
// make of it.
//
// Packets of G.711 go out when the trace says that they arrive. What the program plays
// comes back by RTP: its sound card is a bridge to its own microphone. Every sixteen
// samples of the sound are found only once in it, so that each sample that is
// heard tells which one it is, and when it was sent.
package peer
