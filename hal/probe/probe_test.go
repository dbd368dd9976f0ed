package probe

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"offhook/hal"
	"offhook/hal/alsa"
	"offhook/hal/gpio"
)

func file(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

// keys is the bitmap of KEY_1 to KEY_0 for words as long as ours.
const keys = "ffc"

// pi is a machine with one of everything.
func pi() Config {
	root := fstest.MapFS{
		"proc/device-tree/model":                 file("Acme Board 2\x00"),
		"proc/device-tree/compatible":            file("acme,board-2\x00acme,chip\x00"),
		"proc/bus/input/devices":                 file("N: Name=\"Pad \\\"x\"\nH: Handlers=kbd event0\nB: KEY=" + keys + "\n"),
		"sys/class/i2c-dev/i2c-1/name":           file("bcm2835 I2C\n"),
		"sys/bus/i2c/devices/1-001a/name":        file("wm8960\n"),
		"sys/bus/i2c/devices/1-001a/modalias":    file("i2c:wm8960"),
		"sys/bus/i2c/devices/i2c-1/name":         file("bus\n"),
		"sys/class/spidev/spidev0.0/dev":         file("153:0\n"),
		"sys/class/graphics/fbcon/x":             file(""),
		"sys/class/graphics/fb0/name":            file("fb_ili9341\n"),
		"sys/class/graphics/fb0/virtual_size":    file("320,240\n"),
		"sys/class/graphics/fb0/bits_per_pixel":  file("16\n"),
		"sys/class/drm/card0-HDMI-A-1/status":    file("connected\n"),
		"sys/class/drm/card0-HDMI-A-1/modes":     file("1920x1080\n1280x720\n"),
		"sys/class/drm/version":                  file("drm"),
		"sys/class/leds/ACT/max_brightness":      file("255"),
		"sys/class/backlight/rpi/max_brightness": file("31"),
		"sys/class/watchdog/watchdog0/identity":  file("Broadcom Watchdog\n"),
		"sys/class/watchdog/watchdog0/state":     file("inactive\n"),
		"dev/watchdog0":                          file(""),
		"dev/spidev0.0":                          file(""),
	}
	lines := []gpio.Line{{Name: "ID_SDA"}, {Name: "GPIO4"}, {Name: "GPIO7", Used: true, By: "spi0 CS1"}, {Name: "GPIO9", Used: true, By: "offhook"}}
	sound := func(capture bool) alsa.Stream {
		return alsa.Stream{Card: 0, ID: "Codec", Capture: capture, Formats: []string{"S16_LE"}, Rates: []int{8000, 48000}, Channels: [2]int{2, 2}}
	}
	return Config{Root: root,
		Lines: func() ([]gpio.Controller, error) {
			return []gpio.Controller{{Name: "gpiochip0", Label: "pinctrl-acme", Lines: lines}}, nil
		},
		Cards: func() ([]alsa.Stream, error) { return []alsa.Stream{sound(true), sound(false)}, nil },
	}
}

func TestRead_and_Draft(t *testing.T) {
	c := pi()
	c.Scan = func(bus int) ([]int, error) { return []int{0x1a, 0x3c}, nil }
	inv := Read(c)
	text := inv.Draft()
	for _, want := range []string{
		"# machine: Acme Board 2 acme,board-2, acme,chip\n",
		"# gpiochip0 (pinctrl-acme), 4 lines; free with a name: ID_SDA GPIO4\n",
		"#   taken: 2 GPIO7 by \"spi0 CS1\", 3 GPIO9 by \"offhook\"\n",
		"# I2C bus i2c-1: bcm2835 I2C\n",
		"# I2C device of the kernel's 1-001a: i2c:wm8960, wm8960\n",
		"# I2C address that answers 1-003c: \n",
		"# SPI device spidev0.0: 153:0\n",
		"# frame buffer fb0: fb_ili9341, 320,240, 16\n",
		"# connector card0-HDMI-A-1: connected, 1920x1080 1280x720\n",
		"# LED ACT: 255, \n",
		"# backlight rpi: 31\n",
		"# watchdog watchdog0: Broadcom Watchdog, inactive\n",
		"name: my-board-2\nmodel: \"Acme Board 2\"\ncompatible: [\"acme,board-2\"]",
		"  - compatible: evdev-keypad\n",
		"  card: Codec\n  device: 0\n  sample-rate: 48000\n  playback-channels: 2\n  capture-channels: 2\n",
		"  compatible: linux-fb\n  device: /dev/fb0\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("the draft lacks %q:\n%s", want, text)
		}
	}
	if len(inv.Troubles) > 0 {
		t.Errorf("troubles: %q", inv.Troubles)
	}
}

func TestRead_what_cannot_be_seen_is_said(t *testing.T) {
	inv := Read(Config{Root: fstest.MapFS{}, Lines: func() ([]gpio.Controller, error) { return nil, errors.New("permission denied") },
		Cards: func() ([]alsa.Stream, error) { return nil, nil }})
	if !slices.Equal(inv.Troubles, []string{"GPIO: permission denied"}) {
		t.Errorf("troubles: %q", inv.Troubles)
	}
	if text := inv.Draft(); !strings.Contains(text, "# could not look at GPIO: permission denied\n") || !strings.Contains(text, "\nname: my-board\n") {
		t.Errorf("draft:\n%s", text)
	}
}

func TestMisfit(t *testing.T) {
	inv := Read(pi())
	line := func(name, on string) hal.Claim { return hal.Claim{Path: "line", What: "line", Name: name, On: on} }
	for _, c := range []struct {
		name  string
		claim hal.Claim
		want  string
	}{
		{"free line -> fits", line("GPIO4", "pinctrl-acme"), ""},
		{"free line by offset -> fits", line("gpiochip0:1", ""), ""},
		{"taken line -> by whom", line("GPIO7", ""), `line: line GPIO7 is taken by "spi0 CS1"`},
		{"taken by offset -> by whom", line("gpiochip0:2", ""), `line: line gpiochip0:2 is taken by "spi0 CS1"`},
		{"our own -> said", line("GPIO9", ""), "line: line GPIO9 is held by an offhook that runs here"},
		{"no such line -> said", line("GPIO99", ""), "line: this machine has no line GPIO99"},
		{"free line by its controller's label -> fits", line("pinctrl-acme:1", ""), ""},
		{"offset too high -> said", line("gpiochip0:4", ""), "line: this machine has no line gpiochip0:4"},
		{"on another controller -> said", line("GPIO4", "pinctrl-rp1"), "line: this machine has no line GPIO4 of pinctrl-rp1"},
		{"device there -> fits", hal.Claim{Path: "device", What: "device", Name: "/dev/watchdog0"}, ""},
		{"no device -> said", hal.Claim{Path: "device", What: "device", Name: "/dev/fb7"}, "device: this machine has no /dev/fb7"},
		{"a strip's light, no such bus -> said", hal.Claim{Path: "pixel", What: "pixel", Name: "3", On: "spidev7.0"}, "pixel: this machine has no /dev/spidev7.0"},
		{"a panel's bus, not there -> said", hal.Claim{Path: "spi", What: "spi", Name: "spidev7.0"}, "spi: this machine has no /dev/spidev7.0"},
		{"a panel's bus, there -> fits", hal.Claim{Path: "spi", What: "spi", Name: "spidev0.0"}, ""},
		{"lamp there -> fits", hal.Claim{Path: "led", What: "lamp", Name: "ACT"}, ""},
		{"no lamp -> those there are", hal.Claim{Path: "led", What: "lamp", Name: "ring"}, `led: this machine has no lamp "ring" (it has: ACT)`},
		{"address free -> fits", hal.Claim{Path: "address", What: "address", Name: "0x3c", On: "1"}, ""},
		{"address of a kernel driver -> whose", hal.Claim{Path: "address", What: "address", Name: "0x1a", On: "1"}, "address: 0x1a on I2C bus 1 is taken by the kernel's driver of wm8960"},
		{"no such bus -> said", hal.Claim{Path: "address", What: "address", Name: "0x3c", On: "7"}, "address: this machine has no I2C bus 7"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := ""
			if err := inv.Misfit(hal.Spec{}, []hal.Claim{c.claim}); err != nil {
				got = err.Error()
			}
			if !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
	if err := inv.Misfit(hal.Spec{Compatible: "alsa-pcm", Params: hal.Params{"card": "Codec", "playback-channels": 2}}, nil); err == nil || !strings.Contains(err.Error(), "sample-rate: card Codec cannot play 16000 Hz") {
		t.Errorf("an impossible rate: %v", err)
	}
}

func TestDraft_audio(t *testing.T) {
	stream := func(capture bool, formats []string, rates ...int) alsa.Stream {
		return alsa.Stream{ID: "Codec", Capture: capture, Formats: formats, Rates: rates, Channels: [2]int{1, 2}}
	}
	s16, s32 := []string{"S16_LE"}, []string{"S32_LE", "S24_3LE"}
	const none = "# no two of the sound devices"
	for _, c := range []struct {
		name  string
		sound []alsa.Stream
		want  string
	}{
		{"nothing -> nothing", nil, ""},
		{"both of 16 bits -> a part", []alsa.Stream{stream(true, s16, 8000, 16000), stream(false, s16, 16000)}, "sample-rate: 16000"},
		{"32 bits one way and 16 the other -> a part", []alsa.Stream{stream(true, s32, 48000), stream(false, s16, 48000)}, "sample-rate: 48000"},
		{"formats of one way only -> none", []alsa.Stream{stream(true, nil, 16000), stream(false, s16, 16000)}, none},
		{"formats of the other way only -> none", []alsa.Stream{stream(true, s16, 16000), stream(false, nil, 16000)}, none},
		{"no rate of both -> none", []alsa.Stream{stream(true, s16, 16000), stream(false, s16, 48000)}, none},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := &draft{}
			(&Inventory{Sound: c.sound}).audio(d)
			if got := d.String(); !strings.Contains(got, c.want) || c.want == "" && got != "" || strings.Contains(got, none) != (c.want == none) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
