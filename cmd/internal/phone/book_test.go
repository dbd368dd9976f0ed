package phone

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"offhook/hal"
	"offhook/ua"

	"pgregory.net/rapid"
)

func people() Input {
	return Contacts{All: []Contact{
		{Name: "Öztürk, Deniz", Numbers: []string{"1044"}}, {Name: "Anna  Lindqvist", Numbers: []string{"1002", "+46 8 505 55 01"}},
		{Name: "Benjamin Okafor", Numbers: []string{"+442079460018"}}, {Name: "", Numbers: []string{"1"}}, {Name: "Nobody"},
	}}
}

// titles are the list's lines.
func titles(s State) string {
	var out []string
	for _, it := range s.View().List.Items {
		out = append(out, it.Title)
	}
	return strings.Join(out, "|")
}

func booked(t *testing.T) []Input { return then(desk(t), people()) }

func TestStep_phone_book_is_searched_as_one_types(t *testing.T) {
	all := "Anna Lindqvist|Benjamin Okafor|Öztürk, Deniz"
	for _, c := range []struct {
		arrow string
		keys  []hal.Key
		want  string
	}{
		{"names -> everybody, by the alphabet", nil, all},
		{"ann -> Anna", []hal.Key{"2", "6", "6"}, "Anna Lindqvist"},
		{"the last name -> Anna", []hal.Key{"5", "4", "6", "3"}, "Anna Lindqvist"},
		{"letters with marks are on the keys of those without", []hal.Key{"6", "9", "8", "8"}, "Öztürk, Deniz"},
		{"on into the next word", []hal.Key{"2", "6", "6", "2", "5", "4"}, "Anna Lindqvist"},
		{"a blank may be typed", []hal.Key{"2", "6", "6", "2", "0", "5"}, "Anna Lindqvist"},
		{"digits of a number", []hal.Key{"0", "0", "1", "8"}, "Benjamin Okafor"},
		{"names go before numbers", []hal.Key{"6"}, "Benjamin Okafor|Öztürk, Deniz|Anna Lindqvist"},
		{"nothing like that -> nobody", []hal.Key{"9", "9", "9"}, ""},
		{"taken back -> everybody", []hal.Key{"9", "9", hal.KeyCancel, hal.KeyCancel}, all},
		{"cleared -> everybody", []hal.Key{"9", "9", hal.KeySoft3}, all},
	} {
		s, _ := run(t, State{}, then(booked(t), press(hal.KeySoft3), press(c.keys...))...)
		if got := titles(s); got != c.want {
			t.Errorf("%s: %q, want %q", c.arrow, got, c.want)
		}
	}
}

func TestStep_phone_book_dials(t *testing.T) {
	for _, c := range []struct {
		arrow string
		keys  []hal.Key
		want  string
	}{
		{"found, ok -> called", []hal.Key{hal.KeySoft3, "2", "3", "6", hal.KeyOK}, "invite +442079460018 by a"},
		{"two numbers, ok -> asked which", []hal.Key{hal.KeySoft3, "2", "6", "6", hal.KeyOK}, ""},
		{"the second -> called", []hal.Key{hal.KeySoft3, "2", "6", "6", hal.KeyOK, hal.KeyDown, hal.KeyOK}, "invite +468505"},
		{"by the menu -> called", []hal.Key{hal.KeyMenu, hal.KeyDown, hal.KeyOK, hal.KeyDown, hal.KeySoft1}, "invite +442079460018 by a"},
	} {
		_, effects := run(t, State{}, then(booked(t), press(c.keys...))...)
		if got := words(effects); !strings.HasPrefix(got, c.want) || (c.want == "") != (got == "") {
			t.Errorf("%s: %q, want %q", c.arrow, got, c.want)
		}
	}
}

func TestView_names_are_the_phone_books(t *testing.T) {
	stranger := in(7, ua.Early)
	stranger.Remote = ua.Party{User: "02079460018", DisplayName: "Your bank"}
	s, _ := run(t, State{}, then(booked(t), said(stranger))...)
	if got := s.View().Party; got.Name != "Benjamin Okafor" || got.Initials != "BO" {
		t.Errorf("rings: %+v", got)
	}
	s, _ = run(t, s, said(over(stranger, 487, ua.Cancelled, "")))
	if got := s.history[0].Name; got != "Benjamin Okafor" {
		t.Errorf("history: %q", got)
	}
	s, _ = run(t, State{}, then(desk(t), Restore{[]Entry{{Kind: Missed, Number: "1044"}}}, people(), press(hal.KeyUp))...)
	if got := titles(s); got != "Öztürk, Deniz" {
		t.Errorf("an entry of before: %q", got)
	}
	s, _ = run(t, State{}, then(booked(t), hookTo(hal.OffHook), press("1", "0", "0", "2"))...)
	if got := s.View().Party.Name; got != "Anna Lindqvist" {
		t.Errorf("dialling: %q", got)
	}
}

func TestStep_a_caller_becomes_a_contact(t *testing.T) {
	history := Restore{[]Entry{{Kind: Missed, Number: "1007"}}}
	save := press(hal.KeyUp, hal.KeySoft3, hal.KeyDown, hal.KeyOK)
	s, _ := run(t, State{}, then(desk(t), history, save, press("2", "2"), fire{timerTyping}, press("2"), press("7", "7", "7", "0", "6", "6", "6"))...)
	if v := s.View(); v.Kind != KindDialling || v.Entry != "Bar O" || v.Title != "Name of 1007" {
		t.Fatalf("%v %q %q", v.Kind, v.Entry, v.Title)
	}
	s, effects := run(t, s, press(hal.KeyOK)...)
	want := []Contact{{Name: "Bar O", Numbers: []string{"1007"}, Own: true}}
	if !slices.ContainsFunc(effects, func(e Effect) bool { k, ok := e.(KeepContacts); return ok && reflect.DeepEqual(k.All, want) }) {
		t.Errorf("kept: %+v", effects)
	}
	s, _ = run(t, s, press(hal.KeyUp)...)
	if got := titles(s); got != "Bar O" {
		t.Errorf("in the list: %q", got)
	}
	s, effects = run(t, s, then(press(hal.KeySoft4, hal.KeyMenu, hal.KeyDown, hal.KeyOK, hal.KeySoft2))...)
	if got := titles(s); got != "" || !slices.ContainsFunc(effects, func(e Effect) bool { k, ok := e.(KeepContacts); return ok && len(k.All) == 0 }) {
		t.Errorf("deleted: %q, %+v", got, effects)
	}
	for arrow, way := range map[string]Input{"a call": said(in(9, ua.Early)), "the handset": hookTo(hal.OffHook)} {
		if s, _ := run(t, State{}, then(desk(t), history, save, press("2"), way)...); s.list.on {
			t.Errorf("%s does not go before the name", arrow)
		}
	}
}

func TestStep_history_is_deleted(t *testing.T) {
	at := func(i int) time.Time { return time.Date(2026, 11, 22, 12, i, 0, 0, time.UTC) }
	history := Restore{[]Entry{{Kind: Missed, Number: "1", Time: at(4)}, {Kind: Dialled, Number: "2", Time: at(3)}, {Kind: Received, Number: "3", Time: at(2)}, {Kind: Dialled, Number: "2", Time: at(1)}}}
	all := press(hal.KeySoft3, hal.KeyUp, hal.KeyOK, hal.KeyDown, hal.KeyOK)
	dialled := press(hal.KeyMenu, hal.KeyDown, hal.KeyDown, hal.KeyDown, hal.KeyDown, hal.KeyOK)
	for _, c := range []struct {
		arrow string
		given []Input
		want  string
	}{
		{"del -> one", then(press(hal.KeyDown, hal.KeySoft2)), "232"},
		{"all calls, delete all -> none", then(press(hal.KeyDown), all), ""},
		{"missed calls, delete all -> the others stay", then(press(hal.KeyUp), all), "232"},
		{"asked, kept -> all stay", then(press(hal.KeyUp, hal.KeySoft3, hal.KeyUp, hal.KeyOK, hal.KeyOK)), "1232"},
		{"a dialled number -> all of its calls that were dialled", then(dialled, press(hal.KeySoft2)), "13"},
	} {
		s, _ := run(t, State{}, then(desk(t), history, c.given)...)
		got := ""
		for _, e := range s.history {
			got += e.Number
		}
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.arrow, got, c.want)
		}
	}
	s, _ := run(t, State{}, then(desk(t), history, dialled)...)
	if got := titles(s); got != "2" {
		t.Errorf("each number once: %q", got)
	}
	s, _ = run(t, State{}, then(desk(t), history, press(hal.KeyDown, hal.KeySoft3, hal.KeyOK))...)
	if v := s.View(); v.Kind != KindDialling || v.Entry != "1" {
		t.Errorf("edited: %v %q", v.Kind, v.Entry)
	}
}

func TestSameNumber(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"1002", "1002", true}, {"+44 20 7946 0018", "02079460018", true}, {"00442079460018", "+442079460018", true}, {"7946001", "02079460018", false},
		{"1002", "2001002", false}, {"anna", "anna", true}, {"", "", false}, {"sip:12345678", "12345678", false}, {"79460018", "02079460018", true},
	} {
		if got := sameNumber(c.a, c.b); got != c.want || sameNumber(c.b, c.a) != c.want {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}

func TestTyping(t *testing.T) {
	for keys, want := range map[string]string{"2": "A", "22": "B", "2222": "2", "22222": "Ä", "2-2": "Aa", "23": "Ad", "0": " ", "205": "A J", "2<": "", "#2-2": "AA"} {
		var name typing
		for _, k := range []byte(keys) {
			switch k {
			case '-':
				name.settle()
			case '<':
				name.erase()
			case '#':
				name.caps = true
			default:
				name.press(k)
			}
		}
		if name.text != want {
			t.Errorf("%s: %q, want %q", keys, name.text, want)
		}
	}
	var long typing
	for range 200 {
		long.press('9')
		long.settle()
	}
	if len(long.text) > typingLimit+2 {
		t.Errorf("%d letters", len(long.text))
	}
}

func TestSpelt_every_name_is_found_by_its_keys(t *testing.T) {
	letters := []rune("abcxyzäöüßéñ -'27")
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.StringOfN(rapid.SampledFrom(letters), 1, 12, -1).Draw(t, "name")
		keys := ""
		for _, r := range name {
			if k := keyOf(r); k != 0 {
				keys += string(rune(k))
			}
		}
		if n := rapid.IntRange(0, len(keys)).Draw(t, "typed"); n > 0 && !spelt(name, keys[:n]) {
			t.Fatalf("%q is not found by %s", name, keys[:n])
		}
	})
}

func TestContacts_are_bounded(t *testing.T) {
	var many []Contact
	for i := range 3000 {
		many = append(many, Contact{Name: fmt.Sprint("N", i), Numbers: []string{fmt.Sprint(i)}})
	}
	s, _ := run(t, State{}, then(desk(t), Contacts{All: many}, Contacts{Own: true, All: many})...)
	if got := len(s.contacts); got != allContacts+ownContacts || s.owned() != ownContacts {
		t.Errorf("%d contacts, %d own", got, s.owned())
	}
	s, _ = run(t, s, Contacts{})
	if len(s.contacts) != ownContacts {
		t.Errorf("%d are left", len(s.contacts))
	}
}
