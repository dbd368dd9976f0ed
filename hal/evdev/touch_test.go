package evdev

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/holoplot/go-evdev"

	"offhook/hal"
	"offhook/hal/haltest"
)

// glass is a touch screen of 4096 steps each way.
var glass = map[evdev.EvCode]evdev.AbsInfo{evdev.ABS_X: {Maximum: 4095}, evdev.ABS_Y: {Maximum: 4095}}

func newTestTouch(t testing.TB, p hal.Params) *touch {
	t.Helper()
	all := hal.Params{"device": "/dev/input/event0", "width": 320, "height": 240, "long-press-ms": 60}
	for k, v := range p {
		all[k] = v
	}
	c, err := touchParams(all)
	if err != nil {
		t.Fatal(err)
	}
	panel, err := newTouch(c, glass)
	if err != nil {
		t.Fatal(err)
	}
	return panel
}

func TestTouch_report(t *testing.T) {
	// Events as a driver sends them: a position, the finger, the end of a report.
	at := func(x, y int32) []event {
		return []event{{uint16(evdev.EV_ABS), uint16(evdev.ABS_X), x}, {uint16(evdev.EV_ABS), uint16(evdev.ABS_Y), y}}
	}
	finger := func(down int32) event { return event{uint16(evdev.EV_KEY), uint16(evdev.BTN_TOUCH), down} }
	end := event{uint16(evdev.EV_SYN), uint16(evdev.SYN_REPORT), 0}
	join := func(parts ...any) (all []event) {
		for _, p := range parts {
			switch p := p.(type) {
			case []event:
				all = append(all, p...)
			case event:
				all = append(all, p)
			}
		}
		return all
	}
	slot := event{uint16(evdev.EV_ABS), uint16(evdev.ABS_MT_POSITION_X), 1}
	corners := hal.Params{"zones": map[string]any{"1": []any{0, 0, 100, 60}, "3": []any{220, 0, 100, 60}, "7": []any{0, 180, 100, 60}, "9": []any{220, 180, 100, 60}}}
	with := func(names ...string) hal.Params {
		p := hal.Params{"zones": corners["zones"]}
		for _, n := range names {
			p[n] = true
		}
		return p
	}
	topLeft, topRight, bottomLeft := at(100, 100), at(4000, 100), at(100, 4000)
	for _, test := range []struct {
		name   string
		params hal.Params
		events []event
		want   hal.Key // that is held; "" is none
	}{
		{"in a zone -> its key", corners, join(topLeft, finger(1), end), "1"},
		{"before the report's end -> nothing", corners, join(topLeft, finger(1)), ""},
		{"between zones -> nothing", corners, join(at(2000, 2000), finger(1), end), ""},
		{"lifted -> released", corners, join(topLeft, finger(1), end, finger(0), end), ""},
		{"moved within the zone -> held", corners, join(topLeft, finger(1), end, at(200, 300), end), "1"},
		{"slid out -> released", corners, join(topLeft, finger(1), end, at(2000, 2000), end), ""},
		{"slid into another -> nothing", corners, join(topLeft, finger(1), end, topRight, end), ""},
		{"slid out and back -> nothing", corners, join(topLeft, finger(1), end, at(2000, 2000), end, topLeft, end), ""},
		{"again at the same place, which is not told anew -> its key", corners, join(topLeft, finger(1), end, finger(0), end, finger(1), end), "1"},
		{"never told where -> where the kernel says", corners, join(finger(1), end), "1"},
		{"slots of several fingers -> the kernel's one counts", corners, join(slot, topRight, finger(1), end), "3"},
		{"beyond its own range -> the edge", corners, join(at(9000, -5), finger(1), end), "3"},
		{"inverted x -> the other side", with("inverted-x"), join(topLeft, finger(1), end), "3"},
		{"inverted y -> the other end", with("inverted-y"), join(topLeft, finger(1), end), "7"},
		{"swapped -> across", with("swapped-x-y"), join(topRight, finger(1), end), "7"},
		{"swapped and inverted x -> turned", with("swapped-x-y", "inverted-x"), join(bottomLeft, finger(1), end), "1"},
		{"the usual zones: lowest left -> soft1", nil, join(bottomLeft, finger(1), end), "soft1"},
		{"the usual zones: lowest right -> soft4", nil, join(at(4095, 4095), finger(1), end), "soft4"},
	} {
		panel := newTestTouch(t, test.params)
		closed := make([]bool, len(panel.config.zones))
		for _, e := range test.events {
			panel.step(e, closed)
		}
		var got hal.Key
		for i, c := range closed {
			if c {
				got += panel.config.zones[i].key
			}
		}
		if got != test.want {
			t.Errorf("%s: %q is held, want %q", test.name, got, test.want)
		}
	}
}

func TestTouch_queue_overflows(t *testing.T) {
	r, w := node(t)
	k := newTestTouch(t, nil).keypad(r)
	put := func(x int32, down int32) {
		send(t, w, evdev.EV_ABS, evdev.ABS_X, x)
		send(t, w, evdev.EV_ABS, evdev.ABS_Y, 4000)
		send(t, w, evdev.EV_KEY, evdev.BTN_TOUCH, down)
		send(t, w, evdev.EV_SYN, evdev.SYN_REPORT, 0)
	}
	put(100, 1)
	expect(t, k, hal.KeySoft1, hal.KeyPress)
	expect(t, k, hal.KeySoft1, hal.KeyLong) // by time alone
	send(t, w, evdev.EV_SYN, evdev.SYN_DROPPED, 0)
	expect(t, k, hal.KeySoft1, hal.KeyRelease)
	send(t, w, evdev.EV_ABS, evdev.ABS_X, 200)
	send(t, w, evdev.EV_SYN, evdev.SYN_REPORT, 0) // the same finger presses nothing
	put(4000, 1)
	expect(t, k, hal.KeySoft4, hal.KeyPress)
	w.Close()
	expect(t, k, hal.KeySoft4, hal.KeyRelease)
	if _, err := k.ReadKey(); !errors.Is(err, hal.ErrGone) {
		t.Errorf("unplugged: %v", err)
	}
}

func TestConform_touch(t *testing.T) {
	haltest.Keypad(t, hal.KeySoft1, func(testing.TB) (hal.Keypad, func(hal.Key, bool)) {
		r, w := node(t)
		return newTestTouch(t, nil).keypad(r), func(_ hal.Key, down bool) {
			send(t, w, evdev.EV_ABS, evdev.ABS_Y, 4000)
			send(t, w, evdev.EV_KEY, evdev.BTN_TOUCH, value(down))
			send(t, w, evdev.EV_SYN, evdev.SYN_REPORT, 0)
		}
	})
}

func TestTouch_params(t *testing.T) {
	good := func(extra hal.Params) hal.Params {
		p := hal.Params{"name": "ft5x06", "width": 480, "height": 272}
		for k, v := range extra {
			p[k] = v
		}
		return p
	}
	zones := func(key string, at ...any) hal.Params { return good(hal.Params{"zones": map[string]any{key: at}}) }
	for _, test := range []struct {
		name   string
		params hal.Params
		want   string // "" is no error
	}{
		{"a name and the picture", good(nil), ""},
		{"no device", hal.Params{"width": 480, "height": 272}, "give either device"},
		{"no picture", hal.Params{"name": "x"}, "width"},
		{"a key that is none", zones("green", 0, 0, 10, 10), `zones.green: "green" is not a key`},
		{"three numbers", zones("1", 0, 0, 10), "zones.1: is not [x, y, width, height] in pixels"},
		{"beyond the picture", zones("1", 470, 0, 20, 10), "zones.1: [470 0 20 10] is not within the picture, which is 480 by 272 pixels"},
		{"nothing", zones("1", 10, 10, 0, 10), "is not within the picture"},
		{"one over another", good(hal.Params{"zones": map[string]any{"1": []any{0, 0, 20, 20}, "2": []any{19, 19, 20, 20}}}), "zones.2: overlaps zones.1"},
	} {
		_, err := touchParams(test.params)
		if got := fmt.Sprint(err); test.want == "" && err != nil || !strings.Contains(got, test.want) && test.want != "" {
			t.Errorf("%s: %v, want %q", test.name, err, test.want)
		}
	}
}

func TestTouch_of_what_is_none(t *testing.T) {
	c, err := touchParams(hal.Params{"name": "a mouse", "width": 320, "height": 240})
	if err != nil {
		t.Fatal(err)
	}
	for _, axes := range []map[evdev.EvCode]evdev.AbsInfo{nil, {evdev.ABS_X: {Maximum: 10}}, {evdev.ABS_X: {Maximum: 10}, evdev.ABS_Y: {}}} {
		if _, err := newTouch(c, axes); err == nil || !strings.Contains(err.Error(), "it is no touch screen: it tells of no ABS_") {
			t.Errorf("%v: %v", axes, err)
		}
	}
}

func FuzzTouch(f *testing.F) {
	f.Add([]byte{3, 0, 10, 3, 1, 255, 1, 74, 1, 0, 0, 0})
	panel := newTestTouch(f, nil)
	f.Fuzz(func(t *testing.T, script []byte) {
		p, closed := *panel, make([]bool, len(panel.config.zones))
		for ; len(script) >= 3; script = script[3:] {
			code := uint16(script[1])
			if script[0] == uint8(evdev.EV_KEY) {
				code = uint16(evdev.BTN_TOUCH)
			}
			p.step(event{uint16(script[0] % 4), code, int32(int8(script[2])) << 24}, closed)
			if script[0] > 250 {
				p.lost()
				clear(closed)
			}
			held := 0
			for _, c := range closed {
				if c {
					held++
				}
			}
			if held > 1 {
				t.Fatalf("%d keys are held by one finger", held)
			}
		}
	})
}

func TestAxis_place(t *testing.T) {
	for _, test := range []struct {
		value int32
		want  int
	}{{-100, 0}, {100, 0}, {500, 160}, {899, 319}, {5000, 319}} {
		if got := (axis{100, 899}).place(test.value, 320, false); got != test.want {
			t.Errorf("%d -> %d, want %d", test.value, got, test.want)
		}
	}
	if got := (axis{-1 << 31, 1<<31 - 1}).place(0, 320, true); got != 159 && got != 160 {
		t.Errorf("the middle of all numbers is %d", got)
	}
}
