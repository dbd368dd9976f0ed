package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"offhook/hal"
)

// rigStereo is a card of two channels; it notes which is played on.
type rigStereo struct {
	rigSound
	on []int
}

func (s *rigStereo) PlaybackChannels() int { return 2 }
func (s *rigStereo) PlayOn(channel int)    { s.on = append(s.on, channel) }

func TestWalk_two_channels_each_is_heard_alone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		card := &rigStereo{rigSound: rigSound{newRig()}}
		var _ hal.Channels = card
		var out bytes.Buffer
		w := &walk{ctx: t.Context(), out: &out, answers: make(chan string, 2)}
		w.answers <- "y"
		w.answers <- "n"
		if err := w.playback("audio", card); err != nil {
			t.Fatal(err)
		}
		want := []partResult{{"audio playback left", true, ""}, {"audio playback right", false, "the tester said no"}}
		if !slices.Equal(w.results, want) {
			t.Errorf("results %v, want %v", w.results, want)
		}
		if got := fmt.Sprint(card.on); got != "[0 1 -1]" {
			t.Errorf("played on %s, want left, right and all again", got)
		}
		if !strings.Contains(out.String(), "on right alone") {
			t.Errorf("said %q", out.String())
		}
	})
}

// rigEar is a card; it notes what is played.
type rigEar struct {
	rigSound
	played map[int16]int
}

func (e *rigEar) WritePeriod(p []int16) error {
	e.played[p[0]]++
	return nil
}

func TestWalk_what_the_microphone_heard_is_played(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		card := &rigEar{rigSound{newRig()}, map[int16]int{}}
		w := &walk{ctx: t.Context(), out: &bytes.Buffer{}, answers: make(chan string, 3)}
		for _, a := range []string{"y", "y", "n"} {
			w.answers <- a
		}
		w.audio("audio", card, nil)
		want := []partResult{{"audio playback", true, ""}, {"audio capture", true, ""}, {"audio loopback", false, "the tester said no"}}
		if !slices.Equal(w.results, want) {
			t.Errorf("results %v, want %v", w.results, want)
		}
		if n := card.played[8000]; n != 50 { // five seconds of what rigSound captures
			t.Errorf("%d periods of what was captured are played, want 50: %v", n, card.played)
		}
	})
}
