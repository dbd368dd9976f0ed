package provisioning

import (
	"strings"
	"testing"
	"time"

	"offhook/ua"
)

func TestValidate_door(t *testing.T) {
	code := func(name, digits string, where ...string) DoorCode {
		return DoorCode{Name: name, Code: ua.NewSecret(digits), Where: where}
	}
	cases := []struct {
		arrow string
		door  Door
		want  string // "" is no fault
	}{
		{"nothing -> fine", Door{}, ""},
		{"a code -> fine", Door{Relay: "door", Code: ua.NewSecret("2580")}, ""},
		{"a code without a relay -> which?", Door{Code: ua.NewSecret("2580")}, "door.relay: is missing"},
		{"codes without a relay -> which?", Door{Codes: []DoorCode{code("a", "2580", "call")}}, "door.relay: is missing"},
		{"more relays without the first -> which?", Door{Relays: []DoorRelay{{Relay: "gate"}}}, "door.relay: is missing"},
		{"codes of every place -> fine", Door{Relay: "door", Keypad: true, Code: ua.NewSecret("2580"),
			Relays: []DoorRelay{{Relay: "gate"}}, Codes: []DoorCode{code("a", "2580", "keypad"), code("b", "739155", "call", "keypad"), {Name: "c", Code: ua.NewSecret("4711"), Relay: "gate", Where: []string{"call"}}}}, ""},
		{"neither digits nor cards -> which?", Door{Relay: "door", Codes: []DoorCode{{Name: "a"}}}, "door.codes[a].code: is missing; give its digits, or cards"},
		{"cards alone -> fine", Door{Relay: "door", Codes: []DoorCode{{Name: "a", Cards: []string{"7"}, Where: []string{"keypad"}}}}, ""},
		{"a relay twice -> once", Door{Relay: "door", Relays: []DoorRelay{{Relay: "gate"}, {Relay: "gate"}}}, `"gate" is there already`},
		{"the first relay again -> once", Door{Relay: "door", Relays: []DoorRelay{{Relay: "door"}}}, `"door" is there already`},
		{"a code of no door -> which?", Door{Relay: "door", Codes: []DoorCode{{Name: "a", Code: ua.NewSecret("4711"), Relay: "gate", Where: []string{"call"}}}}, `door.codes[a].relay: there is no door with the relay "gate"`},
		{"two codes of a name -> another", Door{Relay: "door", Codes: []DoorCode{code("a", "4711", "call"), code("a", "5822", "call")}}, `"a" is there already`},
		{"the same code -> another", Door{Relay: "door", Codes: []DoorCode{code("a", "4711", "call"), code("b", "4711", "call")}}, "door.codes[a].code: begins like the code of b"},
		{"the same code at another place -> fine", Door{Relay: "door", Keypad: true, Codes: []DoorCode{code("a", "4711", "call"), code("b", "4711", "keypad")}}, ""},
		{"the beginning of another -> another", Door{Relay: "door", Codes: []DoorCode{code("a", "4711", "call"), code("b", "471199", "call")}}, "door.codes[b].code: begins like the code of a"},
		{"begins like the first code -> another", Door{Relay: "door", Code: ua.NewSecret("4711"), Codes: []DoorCode{code("b", "471199", "call")}}, "begins like the code of door.code"},
		{"the first code begins like it -> another", Door{Relay: "door", Code: ua.NewSecret("471199"), Codes: []DoorCode{code("b", "4711", "call")}}, "begins like the code of door.code"},
		{"for a keypad that is off -> on", Door{Relay: "door", Codes: []DoorCode{code("a", "4711", "keypad")}}, "door.keypad: is off"},
		{"a keypad without a code -> which?", Door{Relay: "door", Keypad: true, Code: ua.NewSecret("2580")}, "door.keypad: is on, and no code counts there"},
	}
	for _, c := range cases {
		t.Run(c.arrow, func(t *testing.T) {
			var found faults
			newChecker(&found, func(string) Position { return Position{} }, "").door(c.door)
			var all []string
			for _, f := range found {
				all = append(all, f.Error())
			}
			got := strings.Join(all, "; ")
			if (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestValidate_bell(t *testing.T) {
	doc := Default()
	doc.Door.Bell = []DoorBell{{To: "600", For: 20 * time.Second}}
	doc.Keys = []Key{{Key: "call", Type: "line"}}
	doc.complete()
	if err := doc.Validate(); err != nil {
		t.Error(err)
	}
	doc.Keys[0].Value = "601"
	if err := doc.Validate(); err == nil || !strings.Contains(err.Error(), "keys[call].value: is given, and door.bell") {
		t.Error(err)
	}
}

func TestCard(t *testing.T) {
	for text, want := range map[string]uint64{"13899649": 13899649, "212,7041": 13900673, "0,0": 0, "34359738367": 1<<35 - 1} {
		if got, err := Card(text); err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", text, got, err, want)
		}
	}
	for _, bad := range []string{"", "x", "-1", "1,2,3", "256,1", "1,65536", "34359738368", "0x10", ","} {
		if n, err := Card(bad); err == nil {
			t.Errorf("%q is taken for card %d", bad, n)
		}
	}
}
