package app

import (
	"strings"
	"testing"
	"time"

	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/hal/haltest"
	"offhook/media"
	"offhook/media/mediatest"
)

// says has the microphone hear a voice from now on; no voice is silence.
func (c *card) says(voice media.Frame) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if voice == nil {
		voice = make(media.Frame, c.format.SampleRate)
	}
	c.voice = voice
}

// hear is what is played within so many half seconds.
func (w *world) hear(halves int) (all media.Frame) {
	w.t.Helper()
	for range halves {
		w.parts.card.forget()
		w.wait("half a second of sound", func() bool {
			w.parts.card.mu.Lock()
			defer w.parts.card.mu.Unlock()
			return len(w.parts.card.played) >= w.parts.card.format.SampleRate/2
		}, func() any { return nil })
		w.parts.card.mu.Lock()
		all = append(all, w.parts.card.played...)
		w.parts.card.mu.Unlock()
	}
	return all
}

// Two telephones lie on tables, each in its room: who speaks hears 45 dB less of itself
// than comes back there, once each has heard the other for a few seconds.
func TestJourney_hands_free_at_both_ends(t *testing.T) {
	file := strings.Replace(boardFile, "audio: {compatible: fake}", "audio: {compatible: fake, handsfree: {echo: true, tail-ms: 192}}", 1)
	a := newWorld(t, file)
	a.registered()
	b := a.neighbourOn(file, "1002", "00:00:5e:00:53:08")
	b.registered()
	for i, w := range []*world{a, b} {
		w.parts.card.says(nil)
		w.parts.card.mu.Lock()
		w.parts.card.room = haltest.NewRoom(w.parts.card.format.SampleRate, uint64(i+1))
		w.parts.card.mu.Unlock()
	}
	a.parts.keys.tap("1", "0", "0", "2", hal.KeySpeaker)
	b.view("the ringing", kind(phone.KindRinging))
	b.parts.keys.tap(hal.KeySpeaker)
	b.callIn("confirmed")
	a.callIn("confirmed")

	for i, turn := range []struct {
		name            string
		speaks, listens *world
	}{{"who called speaks", a, b}, {"who answered speaks", b, a}} {
		voice := mediatest.Voice(16000, 10*time.Second, uint64(i+1))
		turn.listens.parts.card.says(nil)
		turn.speaks.parts.card.says(voice)
		turn.listens.hear(12) // the room is learned
		heard, there := mediatest.Level(turn.speaks.hear(6)), mediatest.Level(turn.listens.hear(6))
		less := mediatest.Level(voice) - haltest.RoomLoss - heard
		t.Logf("%s: heard at %.1f dB there, and by itself %.1f dB less than its echo is in that room", turn.name, there, less)
		if there < -30 || less < 45 {
			t.Errorf("%s: heard at %.1f dB there, and by itself %.1f dB less than its echo is in that room; want 45", turn.name, there, less)
		}
	}
	a.parts.keys.tap(hal.KeySpeaker)
	a.quiet()
	b.quiet()
}
