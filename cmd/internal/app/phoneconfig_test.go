package app

import (
	"fmt"
	"log/slog"
	"testing"

	"pgregory.net/rapid"

	"offhook/hal"
	"offhook/provisioning"
	"offhook/provisioning/native"
	"offhook/ua"
)

func TestPhoneConfig_door_station(t *testing.T) {
	doc := provisioning.Default()
	doc.Accounts = []provisioning.Account{{ID: "a", User: "1001", Voicemail: "*97"}, {ID: "b", User: "1002"}}
	door := provisioning.Door{Relay: "door", Code: ua.NewSecret("2580")}
	bell := func(k provisioning.Key) []provisioning.Key {
		k.Key = string(hal.KeyCall)
		return []provisioning.Key{{Key: "line1x", Value: "1"}, k}
	}
	cases := []struct {
		name      string
		key       provisioning.Key
		door      provisioning.Door
		number    string
		line      ua.AccountID
		codeShown bool
	}{
		{"bell -> whichever account is ready", provisioning.Key{Type: "speed-dial", Value: "600"}, door, "600", "", false},
		{"bell of an account -> by it", provisioning.Key{Type: "speed-dial", Value: "600", Account: "b"}, door, "600", "b", false},
		{"bell for messages -> the mailbox", provisioning.Key{Type: "voicemail"}, door, "*97", "a", false},
		{"no door -> what the far end presses is shown", provisioning.Key{Value: "600"}, provisioning.Door{}, "600", "", true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			doc.Keys, doc.Door = bell(c.key), c.door
			got, err := phoneConfig(doc)
			if err != nil {
				t.Fatal(err)
			}
			if got.CallKey != c.number || got.CallLine != c.line || got.DoorCode == c.codeShown || len(got.LineKeys) != 0 {
				t.Errorf("calls %q by %q, shows digits %t, lines %v", got.CallKey, got.CallLine, !got.DoorCode, got.LineKeys)
			}
		})
	}
}

func TestCallbook_status_does_not_tell_the_doors_code(t *testing.T) {
	b := newCallbook(slog.New(slog.DiscardHandler))
	b.note(ua.Call{ID: 3, State: ua.Confirmed})
	b.noteDigit(3, '7')
	b.use(provisioning.Document{Door: provisioning.Door{Relay: "door", Code: ua.NewSecret("2580")}})
	b.noteDigit(3, '2')
	if list := b.list(); len(list) != 1 || list[0].Digits != "7" {
		t.Errorf("%+v", list)
	}
}

// TestPhoneConfig_takes_every_digit_map_that_is_no_fault: what offhook check
// finds good must not be refused by the telephone.
func TestPhoneConfig_takes_every_digit_map_that_is_no_fault(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[0-9A-Dx*#+.T\[\]-]{1,8}`).Draw(t, "pattern")
		doc, err := native.Parse(fmt.Appendf(nil, "offhook: 1\ndial-plan: {digit-map: [%q]}\n", pattern), "f")
		if err != nil {
			return
		}
		if _, err := phoneConfig(doc); err != nil {
			t.Fatalf("%q: %v", pattern, err)
		}
	})
}
