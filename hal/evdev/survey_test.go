package evdev

import (
	"fmt"
	"slices"
	"strconv"
	"testing"
	"testing/fstest"
)

// bitmap is what the kernel of a machine with words as long as ours prints.
func bitmap(bits ...int) string {
	words := make([]uint64, slices.Max(bits)/strconv.IntSize+1)
	for _, b := range bits {
		words[b/strconv.IntSize] |= 1 << (b % strconv.IntSize)
	}
	slices.Reverse(words)
	text := ""
	for _, w := range words {
		text += fmt.Sprintf("%x ", w)
	}
	return text
}

func TestSurvey(t *testing.T) {
	text := "I: Bus=0003 Vendor=0001 Product=0001 Version=0111\nN: Name=\"USB Keypad\"\nH: Handlers=sysrq kbd event0 leds\nB: KEY=" +
		bitmap(79, 80, 28, 0x20a) + "\n\n" +
		"N: Name=\"Handset\"\nH: Handlers=event1\nB: SW=" + bitmap(2) + "\n\n" +
		"N: Name=\"goodix\"\nH: Handlers=mouse0 event2\nB: PROP=2\nB: KEY=" + bitmap(0x14a) + "\nB: ABS=" + bitmap(0, 1) + "\n\n" +
		"N: Name=\"no events\"\nH: Handlers=kbd\n\nB: KEY=zz\n"
	all, err := Survey(fstest.MapFS{"proc/bus/input/devices": {Data: []byte(text)}})
	if err != nil || len(all) != 3 {
		t.Fatalf("%d devices, %v: %+v", len(all), err, all)
	}
	if k := all[0]; k.Name != "USB Keypad" || k.Node != "event0" || fmt.Sprint(k.Usual) != "[* 1 2 ok]" {
		t.Errorf("keypad: %+v", k)
	}
	if h := all[1]; fmt.Sprint(h.Switches) != "[SW_HEADPHONE_INSERT]" || h.Touch {
		t.Errorf("handset: %+v", h)
	}
	if !all[2].Touch {
		t.Errorf("touch screen: %+v", all[2])
	}
	if _, err := Survey(fstest.MapFS{}); err == nil {
		t.Error("no list of devices, no error")
	}
}

func FuzzSurvey(f *testing.F) {
	f.Add([]byte("N: Name=\"x\"\nH: Handlers=event0\nB: KEY=10000 7\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		_, _ = Survey(fstest.MapFS{"proc/bus/input/devices": {Data: data}})
	})
}
