package phone

import (
	"slices"
	"strings"
	"testing"

	"offhook/hal"
)

// shownLines are the open list's lines with their right columns.
func shownLines(s State) string {
	var out []string
	for _, it := range s.View().List.Items {
		line := strings.TrimSpace(it.Title + " " + it.Detail)
		switch it.Icon {
		case IconLocked:
			line += " (locked)"
		case IconGood:
			line += " *"
		}
		out = append(out, line)
	}
	return strings.Join(out, "|")
}

// down presses the down key so often, and then ok.
func down(n int) []hal.Key { return append(slices.Repeat([]hal.Key{hal.KeyDown}, n), hal.KeyOK) }

func keysOf(parts ...[]hal.Key) []hal.Key { return slices.Concat(parts...) }

var toSettings = keysOf([]hal.Key{hal.KeyMenu}, down(7))

func device() Input {
	return Device{Model: "Desk 4", Version: "1.2", MAC: "00:04:f2:a8:1c:55", Dims: true}
}

func TestView_settings(t *testing.T) {
	lit := configured(t, func(c *Config) { c.Backlight.Active = 80 })
	locked := configured(t, func(c *Config) {
		c.Backlight.Active, c.Locked, c.Hour12, c.RingTone, c.Language = 80, UserPaths(), true, "ding.wav", "de"
	})
	for _, c := range []struct {
		arrow string
		given []Input
		want  string
	}{
		{"a light that can be set", then(lit, device()), "Language English|Volume|Ring tone Bell|Screen light 80 %|12-hour clock Off"},
		{"a light that nobody has set -> all of it", then(device()), "Language English|Volume|Ring tone Bell|Screen light 100 %|12-hour clock Off"},
		{"no light -> no such line", then(lit), "Language English|Volume|Ring tone Bell|12-hour clock Off"},
		{"the administrator's -> so marked", then(locked, device()), "Sprache Deutsch (locked)|Lautstärke|Klingelton ding.wav (locked)|Helligkeit 80 % (locked)|12-Stunden-Uhr An (locked)"},
	} {
		s, _ := run(t, State{}, then(desk(t), c.given, press(toSettings...))...)
		if got := shownLines(s); got != c.want {
			t.Errorf("%s: %q, want %q", c.arrow, got, c.want)
		}
	}
}

func TestStep_settings_are_set(t *testing.T) {
	for _, c := range []struct {
		arrow string
		keys  []hal.Key
		list  string // before the last key
		want  Effect
	}{
		{"language -> set", keysOf(down(0), down(1)), "English *|Deutsch|Français|Español|Italiano|Nederlands", SetUser{pathLanguage, "de"}},
		{"ring tone -> set", keysOf(down(2), down(2)), "Bell *|Warble|Chime", SetUser{pathRingTone, "chime"}},
		{"light -> set", keysOf(down(3), []hal.Key{hal.KeyUp, hal.KeyUp, hal.KeyOK}), "100 %|90 %|80 %|70 %|60 %|50 %|40 %|30 %|20 %|10 %", SetUser{pathLight, "100"}},
		{"clock -> set", keysOf(down(4)), "Language English|Volume|Ring tone Bell|Screen light 80 %|12-hour clock Off", SetUser{pathClock, "12h"}},
		{"volume -> set", keysOf(down(1), down(3), down(1)), "100 %|90 %|80 %|70 %|60 %|50 %|40 %|30 %|20 %|10 %|0 %", Volume{hal.Ringer, 50}},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			keys := keysOf(toSettings, c.keys)
			before, _ := run(t, State{}, then(desk(t), configured(t, func(c *Config) { c.Backlight.Active = 80 }), device(), press(keys[:len(keys)-1]...))...)
			if got := shownLines(before); got != c.list {
				t.Errorf("shows %q, want %q", got, c.list)
			}
			_, effects := run(t, before, press(hal.KeyOK)...)
			if !slices.Contains(effects, c.want) {
				t.Errorf("does %+v, want %+v", effects, c.want)
			}
		})
	}
}

func TestStep_locked_settings_stay(t *testing.T) {
	locked := configured(t, func(c *Config) { c.Locked = UserPaths() })
	for n := range 5 {
		s, effects := run(t, State{}, then(desk(t), locked, device(), press(keysOf(toSettings, down(n))...))...)
		if n == 1 { // volumes are anybody's
			continue
		}
		if s.View().Notice != "Set by the administrator" || s.View().Title != "Settings" || slices.ContainsFunc(effects, func(e Effect) bool { _, set := e.(SetUser); return set }) {
			t.Errorf("line %d: %q %q %+v", n, s.View().Title, s.View().Notice, effects)
		}
	}
	s, _ := run(t, State{}, then(desk(t), SettingRefused{Cause: "no disk"})...)
	if got := s.View().Notice; got != "Could not be set: no disk" {
		t.Errorf("%q", got)
	}
}

func TestStep_menus_lead_back(t *testing.T) {
	for _, c := range []struct {
		arrow string
		keys  []hal.Key
		want  string
	}{
		{"a level -> the outputs", keysOf(down(1), down(0), []hal.Key{hal.KeyCancel}), "Volume"},
		{"the outputs -> the settings", keysOf(down(1), []hal.Key{hal.KeySoft4}), "Settings"},
		{"the settings -> the menu", []hal.Key{hal.KeyCancel}, "Menu"},
		{"the menu -> idle", []hal.Key{hal.KeyCancel, hal.KeyCancel}, ""},
		{"the menu's key -> idle", keysOf(down(1), []hal.Key{hal.KeyMenu}), ""},
	} {
		s, _ := run(t, State{}, then(desk(t), device(), press(keysOf(toSettings, c.keys)...))...)
		if got := s.View().Title; got != c.want {
			t.Errorf("%s: %q, want %q", c.arrow, got, c.want)
		}
	}
}

func TestView_about_and_tests(t *testing.T) {
	network := Network{Up: true, Address: "192.0.2.17"}
	about := keysOf([]hal.Key{hal.KeyMenu}, down(8))
	s, _ := run(t, State{}, then(desk(t), network, device(), press(about...))...)
	if got := shownLines(s); got != "This phone QR|Address 192.0.2.17|MAC 00:04:f2:a8:1c:55|Model Desk 4|Version 1.2" {
		t.Errorf("about: %q", got)
	}
	s, _ = run(t, s, press(hal.KeyOK)...)
	if v := s.View(); v.Kind != KindQR || v.QR != "offhook mac=00:04:f2:a8:1c:55 ip=192.0.2.17 model=Desk 4" {
		t.Errorf("code: %v %q", v.Kind, v.QR)
	}
	s, _ = run(t, s, then(press(keysOf([]hal.Key{hal.KeyCancel}, down(2))...))...)
	if v := s.View(); v.Kind != KindQR || v.Title != "MAC" || v.Text[0] != "00:04:f2:a8:1c:55" {
		t.Errorf("in full: %v %q %q", v.Kind, v.Title, v.Text)
	}
	tests := keysOf([]hal.Key{hal.KeyMenu}, down(9))
	s, _ = run(t, State{}, then(desk(t), press(tests...), press(hal.KeyOK))...)
	for i, p := range s.lamps() {
		if p != hal.LampOn {
			t.Errorf("lamp %d is %v", i, p)
		}
	}
	s, _ = run(t, s, press(hal.KeyCancel)...)
	if s.lamps()[2] != hal.LampOff {
		t.Error("lamps stay lit")
	}
	s, effects := run(t, State{}, then(desk(t), press(keysOf(tests, down(1), []hal.Key{hal.KeySpeaker, hal.KeyRedial, "5"})...))...)
	if v := s.View(); v.Entry != "5" || words(effects) != "" {
		t.Errorf("keys: %q, does %s", v.Entry, words(effects))
	}
	s, _ = run(t, s, press(hal.KeyCancel)...)
	if v := s.View(); v.Entry != "cancel" {
		t.Errorf("cancel is a key, too: %q", v.Entry)
	}
	s, _ = run(t, s, press(hal.KeyCancel)...)
	if v := s.View(); v.Title != "Tests" {
		t.Errorf("twice ends: %q", v.Title)
	}
}

func TestView_echo_is_told_in_calls(t *testing.T) {
	call := then(desk(t), talking(), []Input{Echo{"31 dB, 12 ms"}})
	for _, c := range []struct {
		arrow string
		given []Input
		want  string
	}{
		{"nobody asks -> not shown", call, ""},
		{"menu key in a call -> shown", then(call, press(hal.KeyMenu)), "Echo 31 dB, 12 ms"},
		{"once more -> not shown", then(call, press(hal.KeyMenu, hal.KeyMenu)), ""},
		{"hands-free is not at work -> nothing", then(call, press(hal.KeyMenu), []Input{Echo{}}), ""},
	} {
		s, _ := run(t, State{}, c.given...)
		if got := strings.Join(s.View().Text, "|"); got != c.want || s.View().Kind != KindInCall {
			t.Errorf("%s: %q (%v), want %q", c.arrow, got, s.View().Kind, c.want)
		}
	}
}
