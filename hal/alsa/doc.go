// Package alsa plays and captures through the kernel's sound devices
// (/dev/snd), and sets their mixer controls. It speaks the kernel's interface
// of <sound/asound.h> itself: no C library, no configuration files, no plug-ins
// between the telephone and the card.
//
// A PCM (compatible: alsa-pcm) is the clock of the audio path. Playback and
// capture of one card are linked, so that they start on the same sample, and
// playback begins with two periods of silence: one that is being played and one
// in which to make the next. What is captured can therefore be played two
// periods later, and that stays so after an overrun or underrun. Only when
// underruns follow one another does playback start one period further ahead, at
// most as many as the buffer holds.
//
// A jack (alsa-jack) is a key: what is plugged in holds it down.
package alsa
