package alsa

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"offhook/hal"
	"offhook/hal/haltest"
)

var mixerPart = hal.Params{
	"card": "wm8960soundcard",
	"outputs": map[string]any{
		"handset": map[string]any{"volume": "Headphone Playback Volume", "switch": "Headphone Switch", "route": map[string]any{"Output Mux": "Headphone", "Boost,1": 2}},
		"speaker": map[string]any{"volume": "Speaker Playback Volume", "switch": "Speaker Switch", "route": map[string]any{"Output Mux": "Speaker", "Boost,1": 0}},
		"ringer":  map[string]any{"volume": "Speaker Playback Volume", "switch": "Speaker Switch", "route": map[string]any{"Output Mux": "Speaker"}},
	},
	"capture": map[string]any{"volume": "Capture Volume", "level": 100, "switch": "Capture Switch"},
}

func openMixerOn(t *testing.T, d *desk, p hal.Params) (hal.Mixer, error) {
	m := newMachine(t)
	m.control = d
	return openMixerIn(t, m, p)
}

func openMixerIn(t *testing.T, m *machine, p hal.Params) (hal.Mixer, error) {
	return driversOn(m).Mixers["alsa-mixer"].Open(t.Context(), p, silentLog)
}

func (d *desk) value(name string) string {
	for _, k := range d.knobs {
		if k.name == name {
			return fmt.Sprint(k.values)
		}
	}
	return "no such control"
}

func TestMixer_conforms(t *testing.T) {
	haltest.Mixer(t, []hal.Output{hal.Handset, hal.Speaker, hal.Ringer}, func(testing.TB) hal.Mixer {
		m, err := openMixerOn(t, newDesk(t), mixerPart)
		if err != nil {
			t.Fatal(err)
		}
		return m
	})
}

func TestMixer(t *testing.T) {
	d := newDesk(t)
	m, err := openMixerOn(t, d, mixerPart)
	if err != nil {
		t.Fatal(err)
	}
	steps := []struct {
		name string
		do   func() error
		want map[string]string
	}{
		{"opened -> the microphone is on at its level", func() error { return nil }, map[string]string{"Capture Volume": "[63]", "Capture Switch": "[1 1]"}},
		{"route to the handset -> its path, the others off", func() error { return m.Route(hal.Handset) },
			map[string]string{"Output Mux": "[0]", "Headphone Switch": "[1 1]", "Speaker Switch": "[0 0]", "Boost": "[2]"}},
		{"speaker's volume -> its control, 45 dB as 100 percent", func() error { return m.Volume(hal.Speaker, 50) }, map[string]string{"Speaker Playback Volume": "[105 105]"}}, // 127 is 6 dB; 22.5 dB below is between 104 and 105
		{"route to the speaker -> its path at its level", func() error { return m.Route(hal.Speaker) },
			map[string]string{"Output Mux": "[1]", "Headphone Switch": "[0 0]", "Speaker Switch": "[1 1]", "Boost": "[0]", "Speaker Playback Volume": "[105 105]"}},
		{"ringer's volume while the speaker is routed -> kept for later", func() error { return m.Volume(hal.Ringer, 100) }, map[string]string{"Speaker Playback Volume": "[105 105]"}},
		{"route to the ringer -> at its level", func() error { return m.Route(hal.Ringer) }, map[string]string{"Speaker Playback Volume": "[127 127]", "Speaker Switch": "[1 1]"}},
		{"back to the speaker -> at its own", func() error { return m.Route(hal.Speaker) }, map[string]string{"Speaker Playback Volume": "[105 105]"}},
		{"0 percent -> the lowest", func() error { return m.Volume(hal.Speaker, 0) }, map[string]string{"Speaker Playback Volume": "[0 0]"}},
		{"mute -> the switch is off", func() error { return m.Mute(true) }, map[string]string{"Capture Switch": "[0 0]"}},
		{"and on", func() error { return m.Mute(false) }, map[string]string{"Capture Switch": "[1 1]"}},
	}
	for _, s := range steps {
		if err := s.do(); err != nil {
			t.Errorf("%s: %v", s.name, err)
		}
		for name, want := range s.want {
			if got := d.value(name); got != want {
				t.Errorf("%s: %s is %s, want %s", s.name, name, got, want)
			}
		}
	}
	if err := m.Route(hal.Headset); err == nil || !strings.Contains(err.Error(), `no output "headset"`) {
		t.Errorf("an output that the board has not: %v", err)
	}
	d.gone = true
	if err := m.Mute(true); !errors.Is(err, hal.ErrGone) {
		t.Errorf("unplugged: %v", err)
	}
	if err := m.Close(); err != nil {
		t.Error(err)
	}
}

// A card that is plugged in again does what the one before it was told, what was
// told while it was away too.
func TestMixer_plugged_in_again(t *testing.T) {
	machine := newMachine(t)
	machine.control = newDesk(t)
	m, err := openMixerIn(t, machine, mixerPart)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(m.Volume(hal.Speaker, 50), m.Route(hal.Speaker), m.Mute(true)); err != nil {
		t.Fatal(err)
	}
	machine.control.gone = true
	ids := machine.ids
	for _, there := range []map[int]string{ids, {}} { // unplugged just now, and noticed
		machine.ids = there
		for name, err := range map[string]error{"Route": m.Route(hal.Handset), "Volume": m.Volume(hal.Handset, 100), "Mute": m.Mute(true)} {
			if !errors.Is(err, hal.ErrGone) || !strings.Contains(err.Error(), "wm8960soundcard") {
				t.Errorf("%s while the card is away: %v", name, err)
			}
		}
	}
	machine.ids, machine.control = map[int]string{3: "wm8960soundcard"}, newDesk(t)
	if err := m.Route(hal.Handset); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Output Mux": "[0]", "Headphone Switch": "[1 1]", "Speaker Switch": "[0 0]", "Boost": "[2]", "Capture Volume": "[63]", "Capture Switch": "[0 0]",
		"Headphone Playback Volume": "[127 127]", "Speaker Playback Volume": "[105 105]",
	} {
		if got := machine.control.value(name); got != want {
			t.Errorf("plugged in again: %s is %s, want %s", name, got, want)
		}
	}
	if err := errors.Join(m.Mute(false), m.Close(), m.Close()); err != nil || machine.control.value("Capture Switch") != "[1 1]" {
		t.Errorf("%v; the capture switch is %s", err, machine.control.value("Capture Switch"))
	}
}

// One that does not come back can be closed all the same.
func TestMixer_unplugged_for_good(t *testing.T) {
	machine := newMachine(t)
	machine.control = newDesk(t)
	m, err := openMixerIn(t, machine, mixerPart)
	if err != nil {
		t.Fatal(err)
	}
	machine.control.gone = true
	if err := m.Route(hal.Speaker); !errors.Is(err, hal.ErrGone) {
		t.Errorf("got %v", err)
	}
	if err := errors.Join(m.Close(), m.Close()); err != nil {
		t.Error(err)
	}
	if err := m.Route(hal.Speaker); !errors.Is(err, hal.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func TestMixer_without_a_capture_switch_mutes_nothing(t *testing.T) {
	m, err := openMixerOn(t, newDesk(t), hal.Params{"card": 1, "outputs": map[string]any{"speaker": map[string]any{"switch": "Speaker Switch"}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(m.Mute(true), m.Volume(hal.Speaker, 20), m.Route(hal.Speaker), m.Close()); err != nil {
		t.Error(err)
	}
}

func TestOpenMixer_faults(t *testing.T) {
	speaker := func(controls map[string]any) hal.Params {
		return hal.Params{"card": 1, "outputs": map[string]any{"speaker": controls}}
	}
	route := func(control, to string) hal.Params {
		return speaker(map[string]any{"route": map[string]any{control: to}})
	}
	cases := []struct {
		name string
		p    hal.Params
		want []string
	}{
		{"no such control -> those there are", speaker(map[string]any{"volume": "Master"}), []string{`no control "Master"; it has: "Boost,1", "Capture Switch", `, `"Speaker Switch"`}},
		{"two faults -> both", speaker(map[string]any{"volume": "Master", "switch": "Mute"}), []string{`"Master"`, `"Mute"`}},
		{"switch for a volume -> said", speaker(map[string]any{"volume": "Speaker Switch"}), []string{`"Speaker Switch" is not a volume`}},
		{"item for a switch -> said", speaker(map[string]any{"switch": "Output Mux"}), []string{`"Output Mux" is not a switch`}},
		{"read-only -> said", speaker(map[string]any{"switch": "Jack"}), []string{`"Jack" can be read but not set`}},
		{"no such item -> those there are", route("Output Mux", "Earpiece"), []string{`"Output Mux" has no item "Earpiece"; it has: ["Headphone" "Speaker"]`}},
		{"odd word for a switch -> said", route("Speaker Switch", "maybe"), []string{`"Speaker Switch" is on or off, not "maybe"`}},
		{"number out of range -> the range", route("Boost,1", "9"), []string{`"Boost,1" is a number from 0 to 3, not "9"`}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, err := openMixerOn(t, newDesk(t), c.p)
			for _, want := range c.want {
				if err == nil || !strings.Contains(err.Error(), want) {
					t.Errorf("got %v, want %s", err, want)
				}
			}
		})
	}
	gone := newDesk(t)
	gone.gone = true
	if _, err := openMixerOn(t, gone, mixerPart); !errors.Is(err, hal.ErrGone) {
		t.Errorf("unplugged: %v", err)
	}
}

func TestCheck_mixer(t *testing.T) {
	check := Drivers().Mixers["alsa-mixer"].Check
	if err := check(mixerPart); err != nil {
		t.Error(err)
	}
	for _, c := range []struct {
		p    hal.Params
		want string
	}{
		{hal.Params{}, "outputs: is required"},
		{hal.Params{"outputs": map[string]any{}}, "outputs: names no output"},
		{hal.Params{"outputs": map[string]any{"kitchen": map[string]any{"volume": "x"}}}, "outputs.kitchen: is not an output"},
		{hal.Params{"outputs": map[string]any{"speaker": map[string]any{}}}, "outputs.speaker: has no control"},
		{hal.Params{"outputs": map[string]any{"speaker": map[string]any{"gain": "x"}}}, "outputs.speaker.gain: is not a parameter"},
		{hal.Params{"outputs": map[string]any{"speaker": map[string]any{"volume": "x"}}, "capture": map[string]any{"level": 101}}, "capture.level: 101 is not between"},
	} {
		if err := check(c.p); err == nil || !strings.HasPrefix(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
}
