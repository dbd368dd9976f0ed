package alsa

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"offhook/hal"
)

func TestSurvey(t *testing.T) {
	m := newMachine(t) // fails the test if a device is left open
	m.refuse[capture] = errors.New("arecord uses it")
	all, err := surveyOn(m, []string{"/proc/asound/card1/pcm0c", "/proc/asound/card1/pcm0p", "/proc/asound/card1/pcmx"})
	if err != nil || len(all) != 2 {
		t.Fatalf("%v, %v", all, err)
	}
	if c := all[0]; !c.Capture || c.Busy != "arecord uses it" {
		t.Errorf("capture: %+v", c)
	}
	if p := all[1]; p.Capture || p.ID != "wm8960soundcard" || fmt.Sprint(p.Formats, p.Rates, p.Channels) != "[S16_LE] [8000 16000 44100 48000] [1 2]" {
		t.Errorf("playback: %+v", p)
	}
}

func TestFits(t *testing.T) {
	usb := Stream{Card: 1, ID: "Device", Formats: []string{"S16_LE"}, Rates: []int{48000}, Channels: [2]int{2, 2}}
	mic := Stream{Card: 1, ID: "Device", Capture: true, Formats: []string{"S16_LE"}, Rates: []int{48000}, Channels: [2]int{1, 1}}
	busy := Stream{Card: 0, ID: "Held", Busy: "aplay uses it"}
	held := Stream{Card: 0, ID: "Held", Busy: "aplay uses it", Capture: true}
	have := []Stream{usb, mic, busy, held}
	for _, c := range []struct {
		name string
		p    hal.Params
		want string
	}{
		{"fits -> no fault", hal.Params{"card": "Device", "sample-rate": 48000, "playback-channels": 2}, ""},
		{"by number -> no fault", hal.Params{"card": 1, "sample-rate": 48000, "playback-channels": 2}, ""},
		{"in use -> believed", hal.Params{"card": "Held"}, ""},
		{"impossible rate -> those there are", hal.Params{"card": "Device", "sample-rate": 16000, "playback-channels": 2}, "sample-rate: card Device cannot play 16000 Hz (it can [48000])"},
		{"too few channels -> said", hal.Params{"card": "Device", "sample-rate": 48000}, "playback-channels: card Device has no 1 channels but 2 to 2"},
		{"no such card -> those there are", hal.Params{"card": "Codec"}, "card: this machine cannot play on card Codec device 0 (offhook board probe"},
		{"no such microphone -> said", hal.Params{"card": 1, "sample-rate": 48000, "playback-channels": 2, "capture-card": 5}, "capture-card: this machine cannot capture on card 5"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			if err := Fits(have, c.p); err != nil {
				got = err.Error()
			}
			if !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
