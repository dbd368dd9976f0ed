package app

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"offhook/board"
	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/media/engine"
	"offhook/ua"
)

// Echo is taken out where a loudspeaker is listened to, with a mixer and without.
func TestSound_hands_free_is_a_call_by_loudspeaker(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	e, err := engine.New(engine.Config{Device: newSilence(usualFormat), SampleRate: usualFormat.SampleRate, Period: usualFormat.Period})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	s := newSound(log, e, nil, newCallbook(log), t.TempDir())
	for _, test := range []struct {
		route phone.Route
		want  bool
	}{
		{phone.Route{Output: hal.Ringer}, false},
		{phone.Route{Output: hal.Speaker}, false}, // a dial tone: nobody hears the microphone
		{phone.Route{Output: hal.Speaker, Call: 1}, true},
		{phone.Route{Output: hal.Speaker, Call: 1, Mute: true}, true}, // the room is learnt all the same
		{phone.Route{Output: hal.Handset, Call: 1}, false},
		{phone.Route{Output: hal.Headset, Call: 1}, false},
		{phone.Route{Output: hal.Speaker, Call: 1, With: ua.CallID(2)}, true},
	} {
		s.route(test.route)
		if got := e.Patched().HandsFree; got != test.want {
			t.Errorf("%+v: hands-free is %v", test.route, got)
		}
	}
}

// What the board wants reaches a media process: one that cannot have it says so.
func TestSeparate_hands_free_reaches_the_media_process(t *testing.T) {
	w := newWorld(t, separateBoard)
	w.cfg.Media = (&mediaProcesses{}).command
	for i := range w.cfg.Board.Parts {
		if p := &w.cfg.Board.Parts[i]; p.Kind == board.Audio {
			p.HandsFree = board.HandsFree{Echo: true, Tail: time.Millisecond}
		}
	}
	w.registered()
	w.wait("what the media process says of it", func() bool {
		return strings.Contains(w.log.String(), "a tail of 1ms")
	}, func() any { return w.log.String() })
}

// A telephone whose card cannot have it calls without.
func TestAudioKeeper_hands_free_as_the_card_allows(t *testing.T) {
	want := board.HandsFree{Echo: true, Tail: 128 * time.Millisecond, Gain: true}
	b := &board.Board{Parts: []board.Part{{Kind: board.Audio, HandsFree: want}}}
	for _, test := range []struct {
		format hal.PCMFormat
		fits   bool
	}{{usualFormat, true}, {hal.PCMFormat{SampleRate: 16000, Period: 80}, false}, {hal.PCMFormat{SampleRate: 44100, Period: 441}, false}} {
		var told bytes.Buffer
		k := &audioKeeper{log: slog.New(slog.NewTextHandler(&told, nil)), format: test.format}
		k.useHandsFree(b)
		if k.handsFree.Echo != test.fits || strings.Contains(told.String(), "audio.handsfree of the board file is not done") == test.fits {
			t.Errorf("%+v: %+v, %s", test.format, k.handsFree, &told)
		}
	}
}
