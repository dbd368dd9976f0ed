package alsa

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/hal"
)

// average is the capture-channel that is all of them.
const average = "average"

// auto is the format that is the first that the card has.
const auto = "auto"

type pcmConfig struct {
	Card             string        `param:"card"` // number or id
	Device           int           `param:"device" range:"0..63"`
	CaptureCard      string        `param:"capture-card"`
	CaptureDevice    int           `param:"capture-device" range:"0..63"`
	SampleRate       int           `param:"sample-rate" values:"8000 16000 48000"`
	Format           string        `param:"format" values:"auto S16_LE S32_LE S24_LE S24_3LE"`
	Period           time.Duration `param:"period-ms"`
	Periods          int           `param:"periods" range:"2..16"`
	PlaybackChannels int           `param:"playback-channels" range:"1..32"`
	PlaybackSlots    []int         `param:"playback-slots"` // those that are heard; none: all
	CaptureChannels  int           `param:"capture-channels" range:"1..32"`
	CaptureChannel   string        `param:"capture-channel"` // number, or average
}

func pcmDefaults() pcmConfig {
	return pcmConfig{
		Card: "0", CaptureDevice: -1, SampleRate: 16000, Format: auto, Period: 10 * time.Millisecond, Periods: 3,
		PlaybackChannels: 1, CaptureChannels: 1, CaptureChannel: "0",
	}
}

func pcmParams(p hal.Params) (pcmConfig, error) {
	c := pcmDefaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	if c.CaptureCard == "" {
		c.CaptureCard = c.Card
	}
	if c.CaptureDevice == -1 {
		c.CaptureDevice = c.Device
	}
	faults := []error{
		checkCard("card", c.Card), checkCard("capture-card", c.CaptureCard),
	}
	if !slices.Contains([]time.Duration{5 * time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond}, c.Period) {
		faults = append(faults, hal.Faultf("period-ms", "%s is none of 5, 10 and 20 ms", c.Period))
	}
	for i, slot := range c.PlaybackSlots {
		path := fmt.Sprintf("playback-slots[%d]", i)
		faults = append(faults, within(path, slot, 0, c.PlaybackChannels-1))
		if slices.Contains(c.PlaybackSlots[:i], slot) {
			faults = append(faults, hal.Faultf(path, "%d is there twice", slot))
		}
	}
	if n, err := strconv.Atoi(c.CaptureChannel); c.CaptureChannel != average && (err != nil || n < 0 || n >= c.CaptureChannels) {
		faults = append(faults, hal.Faultf("capture-channel", "%q is neither one of the card's %d capture-channels, counted from 0, nor %s", c.CaptureChannel, c.CaptureChannels, average))
	}
	return c, errors.Join(faults...)
}

// period is the number of samples in one.
func (c pcmConfig) period() int {
	return int(time.Duration(c.SampleRate) * c.Period / time.Second)
}

// microphone is the channel to take; negative is all of them.
func (c pcmConfig) microphone() int {
	if n, err := strconv.Atoi(c.CaptureChannel); err == nil {
		return n
	}
	return -1
}

func within(path string, n, least, most int) error {
	if n < least || n > most {
		return hal.Faultf(path, "%d is not between %d and %d", n, least, most)
	}
	return nil
}

// longestID is the room that the kernel has for a card's id.
const longestID = 15

func checkCard(path, card string) error {
	if n, err := strconv.Atoi(card); err == nil {
		return within(path, n, 0, 31)
	}
	if card == "" || len(card) > longestID || strings.ContainsAny(card, "/ :,\x00") {
		return hal.Faultf(path, "%q is neither the number nor the id of a sound card (cat /proc/asound/cards: the word in brackets)", card)
	}
	return nil
}
