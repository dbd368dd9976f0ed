package alsa

import (
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strings"

	"offhook/hal"
)

// Stream is what one direction of a sound device can do.
type Stream struct {
	Card      int      `json:"card"`
	ID        string   `json:"id"`
	Device    int      `json:"device"`
	Capture   bool     `json:"capture"`
	Formats   []string `json:"formats,omitzero"`
	Rates     []int    `json:"rates,omitzero"`
	Channels  [2]int   `json:"channels,omitzero"`   // least and most
	PeriodsUS [2]int   `json:"periods-us,omitzero"` // shortest and longest
	Busy      string   `json:"busy,omitzero"`       // why nothing is known of it
}

// Survey lists the machine's sound devices. None is set up or disturbed.
func Survey() ([]Stream, error) {
	l := linux{dev: "/dev/snd", proc: "/proc"}
	paths, err := filepath.Glob(filepath.Join(l.proc, "asound/card[0-9]*/pcm[0-9]*[pc]"))
	if err != nil {
		return nil, err
	}
	return surveyOn(l, paths)
}

func surveyOn(k kernel, paths []string) ([]Stream, error) {
	cards, err := k.cards()
	if err != nil {
		return nil, err
	}
	var all []Stream
	for _, p := range paths {
		var s Stream
		var way byte
		if n, _ := fmt.Sscanf(filepath.Base(filepath.Dir(p))+"/"+filepath.Base(p), "card%d/pcm%d%c", &s.Card, &s.Device, &way); n != 3 {
			continue
		}
		s.ID, s.Capture = cards[s.Card], direction(way) == capture
		s.ask(k, direction(way))
		all = append(all, s)
	}
	return all, nil
}

const paramPeriodTime = 12 // microseconds

func (s *Stream) ask(k kernel, d direction) {
	dev, err := k.openPCM(s.Card, s.Device, d)
	if err != nil {
		s.Busy = err.Error()
		return
	}
	defer dev.close()
	p := anything()
	if err := dev.refine(&p); err != nil {
		s.Busy = err.Error()
		return
	}
	s.Formats = p.masks[paramFormat].names()
	for _, rate := range []int{8000, 16000, 32000, 44100, 48000, 96000} {
		q := p
		if narrow(dev, &q, exactly(paramRate, rate)) == nil {
			s.Rates = append(s.Rates, rate)
		}
	}
	s.Channels, s.PeriodsUS = p.at(paramChannels).ends(), p.at(paramPeriodTime).ends()
}

func (i *interval) ends() [2]int {
	return [2]int{int(min(i.min, math.MaxInt32)), int(min(i.max, math.MaxInt32))}
}

// Fits tells what is wrong with an alsa-pcm part on a machine with these
// devices. A device that is in use, and so tells nothing, is believed.
func Fits(have []Stream, p hal.Params) error {
	c, err := pcmParams(p)
	if err != nil {
		return err
	}
	return errors.Join(
		fits(have, "", c.Card, c.Device, c, c.PlaybackChannels, false),
		fits(have, "capture-", c.CaptureCard, c.CaptureDevice, c, c.CaptureChannels, true))
}

func fits(have []Stream, prefix, card string, device int, want pcmConfig, channels int, capture bool) error {
	what, count := "play", "playback-channels"
	if capture {
		what, count = "capture", "capture-channels"
	}
	i := slices.IndexFunc(have, func(s Stream) bool {
		return s.Capture == capture && s.Device == device && (s.ID == card || fmt.Sprint(s.Card) == card)
	})
	if i < 0 {
		return hal.Faultf(prefix+"card", "this machine cannot %s on card %s device %d (offhook board probe lists what it can)", what, card, device)
	}
	s := have[i]
	switch {
	case s.Busy != "":
		return nil
	case !slices.Contains(s.Rates, want.SampleRate):
		return hal.Faultf("sample-rate", "card %s cannot %s %d Hz (it can %v)", card, what, want.SampleRate, s.Rates)
	case len(s.Formats) == 0:
		return hal.Faultf("format", "card %s cannot %s any of the formats S16_LE, S32_LE, S24_LE and S24_3LE", card, what)
	case want.Format != auto && !slices.Contains(s.Formats, want.Format):
		return hal.Faultf("format", "card %s cannot %s %s (it can %s)", card, what, want.Format, strings.Join(s.Formats, ", "))
	case channels < s.Channels[0] || channels > s.Channels[1]:
		return hal.Faultf(count, "card %s has no %d channels but %d to %d", card, channels, s.Channels[0], s.Channels[1])
	}
	return nil
}
