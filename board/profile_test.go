package board

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"
)

const audioPart = "offhook-board: 1\nname: x\naudio:\n  compatible: card\n  sample-rate: 16000\n"

func TestProfiles_of_the_audio_part(t *testing.T) {
	const ms = time.Millisecond
	b, err := Load("b.yaml", []byte(audioPart+`  handsfree: {echo: true, tail-ms: 192, noise: true}
  profiles:
    handset:
      microphone: {high-pass: 120, gain: 3, equaliser: [{frequency: 2500, gain: 4, q: 1.2}, {type: low-shelf, frequency: 200, gain: -6}]}
      loudspeaker: {gain: -2.5}
      sidetone: -18
      agc: true
    headset: {processing: hardware}
    speaker:
      microphone: {high-pass: 150}
      noise: false
      agc: true
      duplex: duck
      ambient: {range: 12}
`))
	if err != nil {
		t.Fatal(err)
	}
	part, _ := b.Audio()
	want := &Profiles{
		Handset: Profile{
			Microphone:  Path{HighPass: 120, Gain: 3, Equaliser: []Band{{"", 2500, 4, 1.2}, {"low-shelf", 200, -6, 0}}},
			Loudspeaker: Path{Gain: -2.5}, Sidetone: -18, Gain: true, Tail: 192 * ms, Late: 500 * ms,
		},
		Headset: Profile{Processing: "hardware"},
		Speaker: Profile{
			Microphone: Path{HighPass: 150}, Echo: true, Gain: true, Duplex: "duck", Ambient: Ambient{Range: 12},
			Tail: 192 * ms, Late: 500 * ms,
		},
	}
	if !reflect.DeepEqual(part.Profiles, want) || len(part.Params) != 1 {
		t.Errorf("%+v\nwant %+v\nand the driver's %v", *part.Profiles, *want, part.Params)
	}
	if h := (HandsFree{Echo: true, Tail: 192 * ms, Late: 500 * ms, Gain: true}); part.HandsFree != h {
		t.Errorf("hands-free is %+v, want %+v", part.HandsFree, h)
	}
}

// What the codec does in hardware is not done twice, whatever handsfree says; a file
// without profiles has what it had.
func TestProfiles_and_hands_free(t *testing.T) {
	for _, test := range []struct {
		name, in string
		want     HandsFree
	}{
		{"no profiles", "", HandsFree{Echo: true, Tail: 128 * time.Millisecond, Late: mostLate}},
		{"of the handset alone", "  profiles: {handset: {noise: true}}\n", HandsFree{Echo: true, Tail: 128 * time.Millisecond, Late: mostLate}},
		{"in hardware", "  profiles: {speaker: {processing: hardware}}\n", HandsFree{Tail: 128 * time.Millisecond, Late: mostLate}},
	} {
		b, err := Load("b.yaml", []byte(audioPart+"  handsfree: {echo: true}\n"+test.in))
		if err != nil {
			t.Fatal(err)
		}
		if part, _ := b.Audio(); part.HandsFree != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, part.HandsFree, test.want)
		}
	}
}

func TestProfiles_faults(t *testing.T) {
	for _, test := range []struct{ name, in, fault string }{
		{"no mapping", "profiles: true", "b.yaml:6: audio.profiles: is not a mapping"},
		{"another output", "profiles:\n    earpiece: {}", "b.yaml:7: audio.profiles.earpiece: is not a parameter here (known: handset, headset, speaker)"},
		{"another key", "profiles: {handset: {treble: 3}}", "audio.profiles.handset.treble: is not a parameter here (known: agc, ambient, duplex, echo, loudspeaker, microphone, noise, processing, sidetone)"},
		{"on is no value", "profiles:\n    handset:\n      noise: on", "b.yaml:8: audio.profiles.handset.noise: on is not true or false"},
		{"a high-pass in the voice", "profiles: {handset: {microphone: {high-pass: 2000}}}", "microphone.high-pass: 2000 is not between 20 and 1000"},
		{"a high-pass of 0", "profiles: {handset: {microphone: {high-pass: 0}}}", "microphone.high-pass: 0 is not between 20"},
		{"a gain", "profiles: {handset: {loudspeaker: {gain: 30}}}", "loudspeaker.gain: 30 is not between -40 and 20"},
		{"above what the rate has", "profiles:\n    headset:\n      microphone:\n        equaliser:\n          - {frequency: 100, gain: 1}\n          - {frequency: 7500, gain: 1}",
			"b.yaml:11: audio.profiles.headset.microphone.equaliser[1].frequency: 7500 is more than 7200, which is what a sample-rate of 16000 has: remove the band, or choose a higher rate"},
		{"no frequency", "profiles: {headset: {microphone: {equaliser: [{gain: 1}]}}}", "equaliser[0].frequency: is required"},
		{"a frequency of 0", "profiles: {headset: {microphone: {equaliser: [{frequency: 0, gain: 1}]}}}", "equaliser[0].frequency: 0 is not between"},
		{"a band's gain", "profiles: {headset: {microphone: {equaliser: [{frequency: 100, gain: 40}]}}}", "equaliser[0].gain: 40 is not between -20 and 20"},
		{"a band's q", "profiles: {headset: {microphone: {equaliser: [{frequency: 100, gain: 4, q: 50}]}}}", "equaliser[0].q: 50 is not between 0.1 and 10"},
		{"a band's type", "profiles: {headset: {microphone: {equaliser: [{type: notch, frequency: 100, gain: 4}]}}}", `equaliser[0].type: "notch" is none of peak, low-shelf and high-shelf`},
		{"seven bands", "profiles: {headset: {loudspeaker: {equaliser: [" + strings.Repeat("{frequency: 100, gain: 1}, ", 7) + "]}}}", "loudspeaker.equaliser: has more than 6 bands"},
		{"a loud sidetone", "profiles: {handset: {sidetone: -3}}", "sidetone: -3 is not between -40 and -6"},
		{"a sidetone of 0", "profiles: {handset: {sidetone: 0}}", "sidetone: 0 is not between"},
		{"a loudspeaker's sidetone", "profiles: {speaker: {sidetone: -18}}", "audio.profiles.speaker.sidetone: is for handset and headset: a loudspeaker would howl; remove it"},
		{"sidetone and echo", "profiles: {handset: {sidetone: -18, echo: true}}", "sidetone: does not go with echo"},
		{"a handset that takes turns", "profiles: {handset: {duplex: half}}", "duplex: is for speaker: remove it"},
		{"another duplex", "profiles: {speaker: {duplex: simplex}}", `duplex: "simplex" is none of full, duck and half`},
		{"ambient of no range", "profiles: {speaker: {ambient: {}}}", "ambient.range: is required"},
		{"ambient", "profiles: {speaker: {ambient: {range: 40}}}", "ambient.range: 40 is not between 1 and 20"},
		{"quiet", "profiles: {speaker: {ambient: {range: 10, quiet: 55}}}", "ambient.quiet: 55 is not between -80 and -20"},
		{"in hardware and here", "profiles:\n    speaker:\n      processing: hardware\n      echo: true", "b.yaml:8: audio.profiles.speaker.processing: hardware does all that is to be done: remove the other keys, or this one"},
		{"processing", "profiles: {speaker: {processing: none}}", `processing: "none" is neither software nor hardware`},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := Load("b.yaml", []byte(audioPart+"  "+test.in+"\n"))
			if err == nil || !strings.Contains(err.Error(), test.fault) {
				t.Errorf("%v\nwant %s", err, test.fault)
			}
			var fault *Fault
			if !errors.As(err, &fault) || fault.Line < 6 {
				t.Errorf("%v has no line", err)
			}
		})
	}
}

// Of another part it is a parameter that its driver does not know.
func TestProfiles_of_a_keypad(t *testing.T) {
	b, err := Load("b.yaml", []byte("offhook-board: 1\nname: x\nkeypads:\n  - compatible: good\n    rows: [GPIO1]\n    profiles: {handset: {noise: true}}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Validate(table(new(int))); err == nil || !strings.Contains(err.Error(), "keypads[0].profiles: is not a parameter here") {
		t.Error(err)
	}
}
