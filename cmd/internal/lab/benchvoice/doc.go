// Package benchvoice measures the echo canceller beside those of others.
//
// Seeded scenes are made: people speak (espeak-ng), a loudspeaker that is not
// linear plays the far one into a room by the image method, the near one speaks
// over it, there is noise, and paths, delays and clocks change. Each scene is played to
// media/dsp/echo, to speexdsp's canceller with its preprocessor, and to WebRTC's audio
// processing, in one run, and each is judged alike. What makes a
// scene is known, so that echo left over is told from near speech and noise.
package benchvoice
