package evdev

import (
	"bufio"
	"io/fs"
	"math/bits"
	"slices"
	"strconv"
	"strings"

	"github.com/holoplot/go-evdev"

	"offhook/hal"
)

// Input is an input device of the machine.
type Input struct {
	Name     string    `json:"name"`
	Node     string    `json:"node"`                    // event3
	Keys     int       `json:"keys,omitzero"`           // how many
	Usual    []hal.Key `json:"telephone-keys,omitzero"` // what they are without a keymap
	Switches []string  `json:"switches,omitzero"`       // as the kernel calls them
	Touch    bool      `json:"touch,omitzero"`          // a touch screen
}

// Survey lists the input devices of proc/bus/input/devices; nothing is opened.
func Survey(root fs.FS) ([]Input, error) {
	data, err := fs.ReadFile(root, "proc/bus/input/devices")
	if err != nil {
		return nil, err
	}
	var all []Input
	for _, text := range strings.Split(string(data), "\n\n") {
		if in, ok := input(text); ok {
			all = append(all, in)
		}
	}
	return all, nil
}

func input(text string) (in Input, ok bool) {
	direct, abs := false, false
	for s := bufio.NewScanner(strings.NewReader(text)); s.Scan(); {
		_, line, _ := strings.Cut(s.Text(), ": ")
		name, value, _ := strings.Cut(line, "=")
		switch name {
		case "Name":
			in.Name = strings.Trim(value, `"`)
		case "Handlers":
			for _, h := range strings.Fields(value) {
				if strings.HasPrefix(h, "event") {
					in.Node, ok = h, true
				}
			}
		case "KEY":
			keys := set(value)
			in.Keys = len(keys)
			for name, key := range usual() {
				if slices.Contains(keys, int(evdev.KEYFromString[name])) && !slices.Contains(in.Usual, key) {
					in.Usual = append(in.Usual, key)
				}
			}
			slices.Sort(in.Usual)
		case "SW":
			for name, code := range evdev.SWFromString {
				if slices.Contains(set(value), int(code)) {
					in.Switches = append(in.Switches, name)
				}
			}
			slices.Sort(in.Switches)
		case "ABS":
			abs = len(set(value)) > 1
		case "PROP":
			direct = slices.Contains(set(value), 1) // INPUT_PROP_DIRECT
		}
	}
	in.Touch = direct && abs
	return in, ok
}

// set is a bitmap as the kernel prints it: words as long as ours, the highest
// first, in hexadecimal.
func set(text string) []int {
	var all []int
	words := strings.Fields(text)
	for i, w := range words {
		v, err := strconv.ParseUint(w, 16, 64)
		if err != nil {
			return nil
		}
		for ; v != 0; v &= v - 1 {
			all = append(all, (len(words)-1-i)*strconv.IntSize+bits.TrailingZeros64(v))
		}
	}
	return all
}
