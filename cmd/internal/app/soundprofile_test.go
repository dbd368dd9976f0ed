package app

import (
	"bytes"
	"log/slog"
	"reflect"
	"strings"
	"testing"
	"time"

	"offhook/board"
	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/media/dsp/biquad"
	"offhook/media/engine"
	"offhook/ua"
)

// Each output has its profile, whatever is heard there; a ringer has none.
func TestSound_the_output_is_the_route(t *testing.T) {
	log := slog.New(slog.DiscardHandler)
	e, err := engine.New(engine.Config{Device: newSilence(usualFormat), SampleRate: usualFormat.SampleRate, Period: usualFormat.Period})
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	s := newSound(log, e, nil, newCallbook(log), t.TempDir())
	for _, test := range []struct {
		route phone.Route
		want  engine.Route
	}{
		{phone.Route{}, engine.NoRoute},
		{phone.Route{Output: hal.Ringer}, engine.NoRoute},
		{phone.Route{Output: hal.Handset}, engine.Handset}, // a dial tone
		{phone.Route{Output: hal.Handset, Call: 1}, engine.Handset},
		{phone.Route{Output: hal.Headset, Call: 1, Mute: true}, engine.Headset},
		{phone.Route{Output: hal.Speaker, Call: 1, With: ua.CallID(2)}, engine.Speaker},
	} {
		s.route(test.route)
		if got := e.Patched().Route; got != test.want {
			t.Errorf("%+v: route %d, want %d", test.route, got, test.want)
		}
	}
}

const profiled = `offhook-board: 1
name: x
audio:
  compatible: card
  handsfree: {echo: true, tail-ms: 192}
  profiles:
    handset:
      microphone: {high-pass: 120, gain: 3, equaliser: [{type: low-shelf, frequency: 200, gain: -6, q: 0.5}]}
      loudspeaker: {gain: -2}
      sidetone: -18
      noise: true
      agc: true
    speaker: {duplex: duck, noise: true, ambient: {range: 12, quiet: -60}}
`

func TestProfilesOf_a_board_file(t *testing.T) {
	b, err := board.Load("b.yaml", []byte(profiled))
	if err != nil {
		t.Fatal(err)
	}
	const ms = time.Millisecond
	part, _ := b.Audio()
	want := &engine.Profiles{
		Handset: engine.Profile{
			Clean: engine.HandsFree{Tail: 192 * ms, Late: 500 * ms, Noise: true, Gain: true},
			Microphone: engine.Path{Gain: 3, Equaliser: []biquad.Band{
				{Kind: biquad.HighPass, Frequency: 120}, {Kind: biquad.LowShelf, Frequency: 200, Gain: -6, Q: 0.5}}},
			Loudspeaker: engine.Path{Gain: -2}, Sidetone: -18,
		},
		Headset: engine.Profile{Clean: engine.HandsFree{Tail: 192 * ms, Late: 500 * ms}},
		Speaker: engine.Profile{Duplex: "duck", Ambient: engine.Ambient{Range: 12, Quiet: -60}},
	}
	if got := profilesOf(part); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
	if h := engine.HandsFree(part.HandsFree); h != (engine.HandsFree{Echo: true, Tail: 192 * ms, Late: 500 * ms, Noise: true}) {
		t.Errorf("hands-free is %+v", h)
	}
	if got := profilesOf(board.Part{}); !reflect.DeepEqual(got, &engine.Profiles{}) {
		t.Errorf("of no profiles: %+v", got)
	}
}

// A telephone whose card cannot have a profile calls without it, and with the others.
func TestAudioKeeper_profiles_as_the_card_allows(t *testing.T) {
	want := engine.Profiles{
		Handset: engine.Profile{Microphone: engine.Path{Equaliser: []biquad.Band{{Frequency: 6000, Gain: 3}}}},
		Headset: engine.Profile{Sidetone: -20},
	}
	for _, test := range []struct {
		format hal.PCMFormat
		fits   bool
	}{{usualFormat, true}, {hal.PCMFormat{SampleRate: 8000, Period: 80}, false}} {
		var told bytes.Buffer
		k, own := &audioKeeper{log: slog.New(slog.NewTextHandler(&told, nil)), format: test.format}, want
		k.useProfiles(&own)
		said := strings.Contains(told.String(), "key=audio.profiles.handset") && strings.Contains(told.String(), "6000 Hz")
		if fits := len(k.profiles.Handset.Microphone.Equaliser) == 1; fits != test.fits || said == test.fits || k.profiles.Headset.Sidetone != -20 {
			t.Errorf("%+v: %+v, %s", test.format, k.profiles, &told)
		}
	}
}

// What the board wants reaches a media process: one that cannot have it says so.
func TestSeparate_profiles_reach_the_media_process(t *testing.T) {
	w := newWorld(t, separateBoard)
	w.cfg.Media = (&mediaProcesses{}).command
	for i := range w.cfg.Board.Parts {
		if p := &w.cfg.Board.Parts[i]; p.Kind == board.Audio {
			p.Profiles = &board.Profiles{Headset: board.Profile{Sidetone: 3}}
		}
	}
	w.registered()
	w.wait("what the media process says of it", func() bool {
		return strings.Contains(w.log.String(), "audio.profiles.headset") && strings.Contains(w.log.String(), "a sidetone beside an echo canceller")
	}, func() any { return w.log.String() })
}
