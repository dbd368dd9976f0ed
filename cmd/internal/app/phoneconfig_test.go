package app

import (
	"fmt"
	"log/slog"
	"testing"
	"time"

	"pgregory.net/rapid"

	"offhook/cmd/internal/phone"
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

func TestPhoneConfig_where_calls_go(t *testing.T) {
	doc, err := native.Parse([]byte("offhook: 1\nphone: {do-not-disturb: true, do-not-disturb-answer: declined, transfer-on-hook: false}\n"+
		"dial-plan: {withhold-prefix: \"*67\"}\nemergency: {call-back: 10m}\n"+
		"accounts:\n  - {user: \"1001\", domain: pbx.example, forward-always: \"1007\", forward-busy: \"1008\", forward-no-answer: \"1009\", forward-after: 15s, reject-anonymous: true}\n"+
		"keys: [{key: line1, type: dnd}, {key: line2, type: forward, value: \"1007\"}, {key: line3, type: park, value: \"701\"}]\n"), "f")
	if err != nil {
		t.Fatal(err)
	}
	got, err := phoneConfig(doc)
	if err != nil {
		t.Fatal(err)
	}
	if !got.DND || got.DNDStatus != 603 || got.TransferOnHook || got.Withhold != "*67" || got.CallBack != 10*time.Minute {
		t.Errorf("%+v", got)
	}
	if a := got.Accounts[0]; a.Forward != (phone.Forward{Always: "1007", Busy: "1008", NoAnswer: "1009", After: 15 * time.Second}) || !a.NoAnonymous {
		t.Errorf("%+v", a)
	}
	if k := got.LineKeys; k[0].Use != phone.KeyDND || k[1].Use != phone.KeyForward || k[1].Number != "1007" || k[2].Use != phone.KeyPark {
		t.Errorf("%+v", k)
	}
}
