package board

import (
	"strings"
	"testing"
	"time"
)

func TestHandsFree_of_the_audio_part(t *testing.T) {
	const ms = time.Millisecond
	for _, test := range []struct {
		name, in string
		want     HandsFree
		fault    string
	}{
		{"none -> nothing is done", "", HandsFree{}, ""},
		{"echo alone -> a tail of 128 ms", "  handsfree: {echo: true}\n", HandsFree{Echo: true, Tail: 128 * ms, Late: 500 * ms}, ""},
		{"all", "  handsfree: {echo: true, tail-ms: 200, noise: true, gain: true}\n", HandsFree{true, 200 * ms, 500 * ms, true, true}, ""},
		{"a card that is not late", "  handsfree: {echo: true, late-ms: 0}\n", HandsFree{Echo: true, Tail: 128 * ms}, ""},
		{"an echo too late", "  handsfree: {echo: true, late-ms: 800}\n", HandsFree{}, "b.yaml:5: audio.handsfree.late-ms: 800ms is more than 500 ms"},
		{"on is no value", "  handsfree:\n    echo: on\n", HandsFree{}, "b.yaml:6: audio.handsfree.echo: on is not true or false"},
		{"a tail too long", "  handsfree: {echo: true, tail-ms: 500}\n", HandsFree{}, "b.yaml:5: audio.handsfree.tail-ms: 500ms is not between 64 and 256 ms"},
		{"a tail too short", "  handsfree: {echo: true, tail-ms: 10ms}\n", HandsFree{}, "audio.handsfree.tail-ms: 10ms is not between 64 and 256 ms"},
		{"unknown", "  handsfree: {eco: true}\n", HandsFree{}, "audio.handsfree.eco: is not a parameter here (known: echo, gain, late-ms, noise, tail-ms)"},
		{"no mapping", "  handsfree: true\n", HandsFree{}, "b.yaml:5: audio.handsfree: is not a mapping"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, err := Load("b.yaml", []byte("offhook-board: 1\nname: x\naudio:\n  compatible: card\n"+test.in))
			if test.fault != "" {
				if err == nil || !strings.Contains(err.Error(), test.fault) {
					t.Errorf("%v\nwant %s", err, test.fault)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			part, _ := b.Audio()
			if part.HandsFree != test.want || len(part.Params) > 0 {
				t.Errorf("%+v, and the driver's %v", part.HandsFree, part.Params)
			}
		})
	}
}

// Of another part it is a parameter that its driver does not know.
func TestHandsFree_of_a_keypad(t *testing.T) {
	b, err := Load("b.yaml", []byte("offhook-board: 1\nname: x\nkeypads:\n  - compatible: good\n    rows: [GPIO1]\n    handsfree: {echo: true}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Validate(table(new(int))); err == nil || !strings.Contains(err.Error(), "keypads[0].handsfree: is not a parameter here") {
		t.Error(err)
	}
}
