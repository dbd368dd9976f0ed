package alsa

import (
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"offhook/hal"
)

func TestOpen_faults(t *testing.T) {
	limited := func(change func(*abilities)) func(*machine) {
		return func(m *machine) {
			a := able
			change(&a)
			m.can = map[direction]abilities{playback: a, capture: a}
		}
	}
	cases := []struct {
		name string
		p    hal.Params
		set  func(*machine)
		want string
	}{
		{"other card -> those there are", hal.Params{"card": "Headset"}, nil, "sound card Headset does not exist; there are: 1 (wm8960soundcard)"},
		{"other number -> those there are", hal.Params{"card": 0}, nil, "sound card 0 does not exist; there are: 1 (wm8960soundcard)"},
		{"no card at all -> said", nil, func(m *machine) { m.ids = nil }, "this machine has no sound card"},
		{"no capture -> said, and playback closed", nil, func(m *machine) { m.refuse[capture] = unix.ENOENT }, "device 0, capture: no such file"},
		{"rate it has not -> those it has", hal.Params{"sample-rate": 48000}, limited(func(a *abilities) { a.rates = []int{8000, 44100} }), "it has no 48000 Hz but 8000, 44100: set sample-rate"},
		{"channels it has not -> those it has", nil, limited(func(a *abilities) { a.channelsMin, a.channelsMax = 2, 8 }), "it has no 1 channels but 2 to 8: set playback-channels"},
		{"floating point only -> said", nil, limited(func(a *abilities) { a.formats = []int{14} }), "it has no samples of the format auto but []: set format"},
		{"format it has not -> those it has", hal.Params{"format": "S16_LE"}, limited(func(a *abilities) { a.formats = []int{formatS24LE, formatS32LE} }), "device 0, playback: it has no samples of the format S16_LE but [S32_LE S24_LE]: set format"},
		{"driver that sets up another rate -> said", nil, func(m *machine) {
			m.sly = func(p *hwParams) { *p.at(paramRate) = interval{min: 15990, max: 15990} }
		}, "granted 16000 Hz, 1 channels, S16_LE and periods of at most 160 samples, and set up [15990 15990] Hz, [1 1] channels, [S16_LE] and periods of [160 160]"},
		{"driver that sets up other channels -> said", nil, func(m *machine) {
			m.sly = func(p *hwParams) { *p.at(paramChannels) = interval{min: 2, max: 2} }
		}, "set up [16000 16000] Hz, [2 2] channels"},
		{"driver that sets up another format -> said", nil, func(m *machine) {
			m.sly = func(p *hwParams) { p.only(paramFormat, formatS32LE) }
		}, "[1 1] channels, [S32_LE] and"},
		{"driver that sets up another period -> said", nil, func(m *machine) {
			m.sly = func(p *hwParams) { *p.at(paramPeriodSize) = interval{min: 700, max: 700} }
		}, "periods of [700 700]"},
		{"long periods only -> how long", hal.Params{"period-ms": 5}, limited(func(a *abilities) { a.periodMin = 160 }), "its periods are 10.0 to 256.0 ms long, which does not serve 5 ms"},
		{"small buffer -> said", hal.Params{"period-ms": 20}, limited(func(a *abilities) { a.bufferMax = 600 }), "its buffer holds at most 600 samples; 640 are needed"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			m := newMachine(t)
			if c.set != nil {
				c.set(m)
			}
			_, err := driversOn(m).Audio["alsa-pcm"].Open(t.Context(), part(c.p), silentLog)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestOpen_buffer_smaller_than_asked_is_taken(t *testing.T) {
	m := newMachine(t)
	small := able
	small.bufferMax = 400
	m.can = map[direction]abilities{playback: small, capture: small}
	a := openOn(t, m, part(hal.Params{"periods": 16}))
	if d := a.(*PCM); d.playback.buffer != 400 {
		t.Errorf("a buffer of %d", d.playback.buffer)
	}
	echo(t, a, 5)
	closeIt(t, a)
}

func TestCheck_pcm(t *testing.T) {
	check := Drivers().Audio["alsa-pcm"].Check
	cases := []struct {
		name string
		p    hal.Params
		want string
	}{
		{"nothing -> defaults", hal.Params{}, ""},
		{"by id, two channels -> good", hal.Params{"card": "wm8960soundcard", "capture-channels": 2, "capture-channel": 1}, ""},
		{"rate -> said", hal.Params{"sample-rate": 44100}, "sample-rate: 44100 is none of"},
		{"period -> said", hal.Params{"period-ms": 15}, "period-ms: 15ms is none of"},
		{"periods -> said", hal.Params{"periods": 1}, "periods: 1 is not between 2 and 16"},
		{"hw: -> said", hal.Params{"card": "hw:1"}, `card: "hw:1" is neither`},
		{"channel there is not -> said", hal.Params{"capture-channel": 1}, `capture-channel: "1" is neither`},
		{"format -> said", hal.Params{"format": "S8"}, `format: "S8" is none of auto, S16_LE`},
		{"slots of a TDM codec -> good", hal.Params{"format": "S32_LE", "playback-channels": 8, "playback-slots": []any{0, 5}, "capture-channels": 8, "capture-channel": 7}, ""},
		{"slot there is not -> said", hal.Params{"playback-channels": 2, "playback-slots": []any{0, 2}}, "playback-slots[1]: 2 is not between 0 and 1"},
		{"slot twice -> said", hal.Params{"playback-channels": 2, "playback-slots": []any{1, 1}}, "playback-slots[1]: 1 is there twice"},
		{"two faults -> both", hal.Params{"periods": 99, "device": -3, "capture-device": 0}, "device: -3 is not between 0 and 63\nperiods: 99"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := check(c.p)
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}
