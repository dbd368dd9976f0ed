package alsa

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"offhook/hal"
)

// script is what a desk was told since, in order, by the names' initials.
func (d *desk) script() string {
	all := strings.Join(d.log, " ")
	d.log = nil
	return all
}

// A volume goes to its new level in steps that are no jump, in the time given.
func TestMixer_ramps(t *testing.T) {
	for _, c := range []struct {
		name     string
		from, to int // percent
		ramp     int // ms; -1 is not given
		steps    int
		took     time.Duration
	}{
		{"loud to soft -> six steps", 100, 0, -1, 6, 25 * time.Millisecond},
		{"soft to loud -> six steps", 0, 100, -1, 6, 25 * time.Millisecond},
		{"a little louder -> as many steps as there are values", 90, 95, -1, 2, 0},
		{"the same -> none but that", 50, 50, -1, 1, 0},
		{"12 ms -> sooner", 0, 100, 12, 6, 10 * time.Millisecond},
		{"no ramp -> at once", 0, 100, 0, 1, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, p := newDesk(t), hal.Params{"card": 1, "outputs": mixerPart["outputs"]}
				if c.ramp >= 0 {
					p["ramp-ms"] = c.ramp
				}
				m, err := openMixerOn(t, d, p)
				if err != nil {
					t.Fatal(err)
				}
				if err := m.Volume(hal.Speaker, c.from); err != nil {
					t.Fatal(err)
				}
				k := d.knobs[0]
				k.told = nil
				before, begin := k.values[0], time.Now()
				if err := m.Volume(hal.Speaker, c.to); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(begin); len(k.told) != c.steps || c.took > 0 && took != c.took {
					t.Errorf("%v took %v, want %d steps in %v", k.told, took, c.steps, c.took)
				}
				largest, last := 0, before
				for _, v := range k.told {
					largest, last = max(largest, int(math.Abs(float64(v-last)))), v
				}
				if way := int(math.Abs(float64(last - before))); c.ramp != 0 && largest > way/rampSteps+1 {
					t.Errorf("from %d: %v jumps by %d", before, k.told, largest)
				}
				if err := m.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// On the way from one output to another nothing is switched while it is loud.
func TestMixer_route_fades(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newDesk(t)
		m, err := openMixerOn(t, d, mixerPart)
		if err != nil {
			t.Fatal(err)
		}
		tell := func(name string, do error, want string) {
			t.Helper()
			if do != nil {
				t.Fatal(do)
			}
			if got := d.script(); got != want {
				t.Errorf("%s:\ngot  %s\nwant %s", name, got, want)
			}
		}
		d.script()
		_ = m.Volume(hal.Handset, 100)
		_ = m.Volume(hal.Speaker, 100)
		d.script()
		tell("the first -> from nothing", m.Route(hal.Handset),
			"SS=0 SS=0 B=2 OM=0 HPV=0 HS=1 HPV=21 HPV=42 HPV=63 HPV=84 HPV=105 HPV=127")
		tell("the same again -> nothing moves", m.Route(hal.Handset), "SS=0 SS=0 B=2 OM=0 HPV=127 HS=1")
		tell("to the speaker -> the handset fades before anything is switched, and the speaker after", m.Route(hal.Speaker),
			"HPV=106 HPV=85 HPV=64 HPV=43 HPV=22 HPV=0 HS=0 B=0 OM=1 HPV=127 SPV=0 SS=1 SPV=21 SPV=42 SPV=63 SPV=84 SPV=105 SPV=127")
		if err := m.Volume(hal.Ringer, 0); err != nil {
			t.Fatal(err)
		}
		tell("the ringer, on the same way -> its level alone", m.Route(hal.Ringer),
			"HS=0 OM=1 SPV=127 SS=1 SPV=106 SPV=85 SPV=64 SPV=43 SPV=22 SPV=0")
		if err := m.Close(); err != nil {
			t.Error(err)
		}
	})
}

// A level that nobody told is the card's own, before and after.
func TestMixer_route_keeps_a_level_of_the_cards(t *testing.T) {
	for _, unreadable := range []bool{false, true} {
		t.Run(fmt.Sprintf("unreadable %v -> as it was", unreadable), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDesk(t)
				for _, i := range []int{0, 2} {
					d.knobs[i].values, d.knobs[i].writeOnly = []int{90, 90}, unreadable
				}
				m, err := openMixerOn(t, d, mixerPart)
				if err != nil {
					t.Fatal(err)
				}
				for _, o := range []hal.Output{hal.Speaker, hal.Handset, hal.Ringer, hal.Speaker} {
					if err := m.Route(o); err != nil {
						t.Fatal(err)
					}
					if s, h := d.value("Speaker Playback Volume"), d.value("Headphone Playback Volume"); s != "[90 90]" || h != "[90 90]" {
						t.Errorf("%s: the speaker is at %s, the handset at %s", o, s, h)
					}
				}
				if err := m.Close(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}
