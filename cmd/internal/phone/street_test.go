package phone

import (
	"slices"
	"strings"
	"testing"

	"offhook/hal"
	"offhook/ua"
)

// atTheStreet is a station in the street that somebody has called and been called by.
func atTheStreet(t *testing.T) []Input {
	street := configured(t, func(c *Config) { c.Street = true })
	return then(desk(t), []Input{street})
}

func TestStreet_who_stands_there_calls_and_learns_of_nobody(t *testing.T) {
	entries := []Entry{{Kind: Dialled, Number: "4711", Name: "Secret"}, {Kind: Missed, Number: "4712", Name: "Secret"}}
	given := then(atTheStreet(t), []Input{Restore{Entries: entries}, Contacts{All: []Contact{{Name: "Secret", Numbers: []string{"4713"}}}}})
	keys := []hal.Key{hal.KeySoft1, hal.KeySoft2, hal.KeySoft3, hal.KeySoft4, hal.KeyOK, hal.KeyUp, hal.KeyDown, hal.KeyMenu, hal.KeyRedial,
		hal.KeyMessages, hal.KeySpeaker, hal.KeyHeadset, hal.KeyTransfer, hal.KeyConference, hal.KeyHold, hal.KeyCancel}
	for _, first := range keys {
		for _, second := range keys {
			for _, third := range keys {
				s, effects := run(t, State{}, then(given, press(first), press(second), press(third))...)
				for _, e := range effects {
					if _, ok := e.(Invite); ok {
						t.Fatalf("%s, %s, %s: a call was made", first, second, third)
					}
				}
				v := s.View()
				text := strings.Join(v.Text, " ") + v.Title
				for _, item := range v.List.Items {
					text += item.Title + item.Detail
				}
				if strings.Contains(text, "Secret") || strings.Contains(text, "471") {
					t.Fatalf("%s, %s, %s: %q", first, second, third, text)
				}
			}
		}
	}
}

func TestStreet_a_call_can_be_answered_and_ended(t *testing.T) {
	s, effects := run(t, State{}, then(atTheStreet(t), []Input{UA{ua.CallChanged{Call: in(1, ua.Early)}}}, press(hal.KeySoft1))...)
	if !slices.ContainsFunc(effects, func(e Effect) bool { _, ok := e.(Answer); return ok }) {
		t.Errorf("%v", effects)
	}
	s, _ = run(t, s, UA{ua.CallChanged{Call: in(1, ua.Confirmed)}})
	if got := labels(s.View()); strings.Contains(got, "Xfer") || strings.Contains(got, "New") || strings.Contains(got, "Hold") || !strings.Contains(got, "End") {
		t.Errorf("soft keys %s", got)
	}
}
