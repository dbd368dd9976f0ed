package phone

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"offhook/hal"
	"offhook/ua"
)

func texted(from ua.Party, text string) Input {
	return UA{ua.MessageReceived{Account: "b", From: from, Text: text}}
}

func does(effects []Effect, want Effect) bool {
	return slices.ContainsFunc(effects, func(e Effect) bool { return reflect.DeepEqual(e, want) })
}

func texts(s State) []Entry {
	return slices.DeleteFunc(slices.Clone(s.history), func(e Entry) bool { return e.Kind != Texted })
}

// annas are two messages, the newest of which is Anna's.
func annas(t *testing.T) []Input {
	return then(desk(t), texted(ua.Party{User: "1003", DisplayName: "Carl"}, "one two three four five six seven"),
		texted(ua.Party{User: "1002", DisplayName: "Anna"}, "Door open"), fire{timerNotice})
}

// inboxShown are the lines of the list: a new one has a star.
func inboxShown(s State) string {
	var out []string
	for _, it := range s.View().List.Items {
		line := it.Title
		if it.Icon == IconMessage {
			line += "*"
		}
		out = append(out, line)
	}
	return strings.Join(out, "|")
}

func TestStep_messages_are_kept_and_told(t *testing.T) {
	s, effects := run(t, State{}, then(desk(t), Contacts{All: []Contact{{Name: "Ann", Numbers: []string{"1002"}}}},
		texted(ua.Party{User: "1002", DisplayName: "Anna"}, " Door\n open "))...)
	want := Entry{Kind: Texted, Account: "b", Name: "Ann", Number: "1002", Time: at(), Text: "Door open", New: true}
	i := slices.IndexFunc(effects, func(e Effect) bool { _, ok := e.(History); return ok })
	if i < 0 || !reflect.DeepEqual(effects[i].(History).Entries, []Entry{want}) {
		t.Errorf("keeps %+v", effects)
	}
	if v := s.View(); v.Notice != "Message from Ann: Door open" || v.Status.Messages != 1 || !slices.Contains(v.Text, "1 new text") || v.Soft[2].Label != "Texts" {
		t.Errorf("%+v", v)
	}
	if !does(effects, Lamp{LampMessage, hal.LampFlutter}) {
		t.Errorf("no lamp: %+v", effects)
	}
	s, _ = run(t, s, UA{ua.MessageWaiting{Account: "a", Waiting: true, New: 2}})
	if n := s.View().Status.Messages; n != 3 {
		t.Errorf("with the mailbox %d", n)
	}
	s, _ = run(t, s, UA{ua.MessageWaiting{Account: "a", Waiting: true}})
	if n := s.View().Status.Messages; n != 1 {
		t.Errorf("with a mailbox that does not count %d", n)
	}
}

func TestStep_messages_are_the_newest(t *testing.T) {
	s, _ := run(t, State{}, then(desk(t), Restore{[]Entry{{Kind: Texted, Number: "9", Text: "before"}}})...)
	for i := range inboxLimit + 1 {
		s, _ = run(t, s, texted(ua.Party{User: fmt.Sprint(i)}, strings.Repeat("ä", 1000)))
	}
	all := texts(s)
	if len(all) != inboxLimit || all[0].Number != "20" || all[inboxLimit-1].Number != "1" {
		t.Fatalf("%d, %+v", len(all), all)
	}
	if got := all[0].Text; len(got) > messageMost || strings.Trim(got, "ä") != "" {
		t.Errorf("%d octets", len(got))
	}
	s, _ = run(t, State{}, then(annas(t), Restore{[]Entry{{Kind: Texted, Number: "9", Text: "before"}}}, press(hal.KeySoft3))...)
	if got := inboxShown(s); got != "Anna*|Carl*|9" {
		t.Errorf("restored: %q", got)
	}
}

func TestStep_inbox(t *testing.T) {
	sent := SendMessage{Account: "b", Target: "1002", Text: "I am on my way."}
	opened := press(hal.KeySoft3, hal.KeyOK)
	for _, c := range []struct {
		arrow string
		keys  []Input
		title string
		text  string // or the list
		want  Effect
	}{
		{"third key -> the list", press(hal.KeySoft3), "Texts", "Anna*|Carl*", nil},
		{"opened -> in full", opened, "Anna", "Door open|14:05", nil},
		{"opened and left -> not new", then(opened, press(hal.KeyCancel)), "Texts", "Anna|Carl*", nil},
		{"deleted -> gone", press(hal.KeySoft3, hal.KeySoft2), "Texts", "Carl*", nil},
		{"all deleted -> none", press(hal.KeySoft3, hal.KeySoft2, hal.KeySoft2, hal.KeySoft2), "Texts", "", nil},
		{"down -> scrolled", press(hal.KeySoft3, hal.KeyDown, hal.KeyOK, hal.KeyDown, hal.KeyDown), "Carl", "… seven|14:05", nil},
		{"down at the end -> the beginning", press(hal.KeySoft3, hal.KeyDown, hal.KeyOK, hal.KeyDown, hal.KeyDown, hal.KeyDown), "Carl", "one two three four five six seven|14:05", nil},
		{"another comes -> the line stays chosen", then(press(hal.KeySoft3, hal.KeyDown), texted(ua.Party{User: "9"}, "x"), press(hal.KeyOK)), "Carl", "one two three four five six seven|14:05", nil},
		{"another comes -> the open one stays", then(opened, texted(ua.Party{User: "9"}, "x")), "Anna", "Door open|14:05", nil},
		{"ok -> replies", then(opened, press(hal.KeyOK)), "Anna", "I will call back.|I am on my way.|Yes, thank you.", nil},
		{"all calls deleted -> texts stay", then(Restore{[]Entry{{Kind: Missed, Number: "8", Time: at(), New: true}}}, press(hal.KeyDown, hal.KeySoft2, hal.KeyCancel, hal.KeySoft3)), "Texts", "Anna*|Carl*", nil},
		{"missed calls are seen -> texts are not", then(Restore{[]Entry{{Kind: Missed, Number: "8", Time: at(), New: true}}}, press(hal.KeySoft3, hal.KeyCancel, hal.KeySoft3)), "Texts", "Anna*|Carl*", nil},
		{"no reply -> back", then(opened, press(hal.KeySoft1, hal.KeyCancel)), "Anna", "Door open|14:05", nil},
		{"reply -> sent", then(opened, press(hal.KeySoft1, hal.KeyDown, hal.KeyOK)), "Anna", "Door open|14:05", sent},
		{"dial -> called", then(opened, press(hal.KeySoft2)), "Calling", "", Invite{Ref: 1, Account: "a", Target: "1002"}},
	} {
		s, effects := run(t, State{}, then(annas(t), c.keys)...)
		v := s.View()
		got := inboxShown(s)
		if v.Kind != KindList {
			got = strings.Join(v.Text, "|")
		}
		if v.Title != c.title || got != c.text {
			t.Errorf("%s: %q %q, want %q %q", c.arrow, v.Title, got, c.title, c.text)
		}
		if c.want != nil && !does(effects, c.want) {
			t.Errorf("%s: does %+v", c.arrow, effects)
		}
	}
}

func TestStep_a_reply_s_end_is_told(t *testing.T) {
	sent := SendMessage{Account: "b", Target: "1002", Text: "x"}
	for _, c := range []struct {
		arrow string
		given []Input
		want  string
	}{
		{"delivered", []Input{Sending{7}, UA{ua.MessageSent{ID: 7, Status: 200}}}, "Sent"},
		{"refused", []Input{Sending{7}, UA{ua.MessageSent{ID: 7, Status: 405, Reason: "Method Not Allowed"}}}, "Not sent: Method Not Allowed"},
		{"at once", []Input{CommandFailed{sent, errors.New("no account")}}, "Not sent: no account"},
		{"not ours -> nothing", []Input{Sending{7}, UA{ua.MessageSent{ID: 8, Reason: "no"}}}, ""},
		{"nothing sent here -> nothing", []Input{UA{ua.MessageSent{Reason: "no"}}}, ""},
	} {
		s, _ := run(t, State{}, then(desk(t), c.given)...)
		if got := s.View().Notice; got != c.want {
			t.Errorf("%s: %q, want %q", c.arrow, got, c.want)
		}
	}
	s, _ := run(t, State{}, then(desk(t), CommandFailed{sent, ua.ErrBusy})...)
	if _, effects := run(t, s, fire{timerRetry}); !does(effects, sent) {
		t.Errorf("busy: %+v", effects)
	}
}

func TestView_nobody_to_reply_to(t *testing.T) {
	s, _ := run(t, State{}, then(desk(t), texted(ua.Party{}, "x"), press(hal.KeySoft3, hal.KeyOK))...)
	if v := s.View(); v.Soft[0].Label != "" || v.Soft[1].Label != "" {
		t.Errorf("%+v", v.Soft)
	}
	closed := configured(t, func(c *Config) { c.DoorCode = true })
	s, effects := run(t, State{}, then(desk(t), closed, texted(ua.Party{User: "1002"}, "x"))...)
	if len(s.history) != 0 || s.View().Notice != "" || len(effects) != 0 {
		t.Errorf("at a door: %+v %q", s.history, s.View().Notice)
	}
}
