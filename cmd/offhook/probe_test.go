package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"offhook/hal/alsa"
	"offhook/hal/gpio"
	"offhook/hal/probe"
)

// hostile is a machine whose devices have the worst of names.
func hostile() probe.Inventory {
	name := "a: \"b\" #\tc\\ é\u2028- [x]"
	root := fstest.MapFS{
		"proc/device-tree/model":                 {Data: []byte(name)},
		"proc/device-tree/compatible":            {Data: []byte("acme,Board: 2\"\x00x")},
		"proc/bus/input/devices":                 {Data: []byte("N: Name=\"" + name + "\"\nH: Handlers=event0\nB: KEY=ffc\n")},
		"sys/class/graphics/fb0/name":            {Data: []byte(name)},
		"sys/class/leds/mmc0::\"/max_brightness": {Data: []byte("0")},
		"sys/class/watchdog/watchdog0/identity":  {Data: []byte("line\nname: broken")},
	}
	rates := func(capture bool) alsa.Stream {
		return alsa.Stream{ID: "Codec", Capture: capture, Formats: []string{"S16_LE"}, Rates: []int{16000}, Channels: [2]int{1, 2}}
	}
	return probe.Read(probe.Config{Root: root,
		Lines: func() ([]gpio.Controller, error) { return nil, fs.ErrPermission },
		Cards: func() ([]alsa.Stream, error) { return []alsa.Stream{rates(false), rates(true)}, nil }})
}

func TestProbe_a_draft_is_a_good_board_file(t *testing.T) {
	for name, machine := range map[string]probe.Inventory{
		"this machine": lookAround(nil), "a machine of the worst names": hostile(),
	} {
		text := machine.Draft()
		if err := lintBoard("draft.yaml", []byte(text), nil); err != nil {
			t.Errorf("%s: %v:\n%s", name, err, text)
		}
		if name != "this machine" && !strings.Contains(text, "evdev-keypad") {
			t.Errorf("%s: no keypad:\n%s", name, text)
		}
	}
}

func TestCheck_here_tells_what_is_not_on_this_machine(t *testing.T) {
	file := filepath.Join(t.TempDir(), "b.yaml")
	text := "offhook-board: 1\nname: x\nlamps:\n  ring: {compatible: sysfs-led, led: no-such-lamp}\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if c := checkFile(file, nil); len(c.Faults) > 0 {
		t.Errorf("without a machine: %q", c.Faults)
	}
	machine := hostile()
	if c := checkFile(file, &machine); len(c.Faults) != 1 || !strings.Contains(c.Faults[0], `b.yaml:4: lamps.ring.led: this machine has no lamp "no-such-lamp"`) {
		t.Errorf("with one: %q", c.Faults)
	}
}
