package alsa

import (
	"errors"
	"fmt"
	"testing"

	"offhook/hal"
)

// values are all knobs, to be compared.
func (d *desk) all() string {
	out := ""
	for _, k := range d.knobs {
		out += fmt.Sprint(k.name, k.values, " ")
	}
	return out
}

func TestKeep_puts_back_what_a_mixer_changed(t *testing.T) {
	for _, unreadable := range []bool{false, true} {
		m := newMachine(t)
		d := newDesk(t)
		for i, k := range d.knobs {
			for c := range k.count {
				k.values = append(k.values, min((i+int(c))%2+k.min, max(k.max, len(k.items)-1))) // channels that differ
			}
		}
		m.control = d
		before := d.all()
		d.knobs[8].writeOnly = unreadable
		if unreadable {
			before = "" // one cannot be put back
		}
		back, err := keepOn(newMachineCards(m), mixerPart)
		if err != nil {
			t.Fatal(err)
		}
		d.closed = 0
		mixer, err := openMixerIn(t, m, mixerPart)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(mixer.Volume(hal.Speaker, 60), mixer.Route(hal.Speaker), mixer.Close()); err != nil {
			t.Fatal(err)
		}
		d.closed = 0
		changed := d.all()
		if err := back(); err != nil {
			t.Fatal(err)
		}
		if got := d.all(); changed == before || before != "" && got != before || got == changed {
			t.Errorf("was     %s\nchanged %s\nis      %s", before, changed, got)
		}
	}
}

func TestKeep_refuses(t *testing.T) {
	for name, p := range map[string]hal.Params{
		"no such card": {"card": "Other", "outputs": mixerPart["outputs"]},
		"no outputs":   {"card": "wm8960soundcard"},
	} {
		m := newMachine(t)
		m.control = newDesk(t)
		m.control.closed = 1 // where it is not even opened
		if _, err := keepOn(newMachineCards(m), p); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestKeep_of_a_card_that_went_away(t *testing.T) {
	m := newMachine(t)
	m.control = newDesk(t)
	back, err := keepOn(newMachineCards(m), mixerPart)
	if err != nil {
		t.Fatal(err)
	}
	m.control.closed, m.control.gone = 0, true
	if err := back(); !errors.Is(err, hal.ErrGone) {
		t.Errorf("%v", err)
	}
}
