// Package soundfile is a sound card made of files: the microphone is a WAV file
// played again and again, the loudspeaker another that is recorded, or nothing.
// With it a telephone runs where there is no sound card: to try a PBX, to take
// part in a test, to measure.
//
// Its clock is the kernel's, with deadlines counted from the start, so that
// lateness does not add up. It keeps time as a card does (see hal/alsa): sample
// n of both files belongs to the same instant, what is captured can be played
// two periods later, and a period that comes too late is heard as silence and
// counted as an underrun.
package soundfile
