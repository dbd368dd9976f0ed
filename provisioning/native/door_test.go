package native

import (
	"strings"
	"testing"

	"offhook/provisioning"
)

func TestDecode_door(t *testing.T) {
	doc, err := Parse([]byte(`offhook: 1
door:
  relay: door
  keypad: true
  callers: ["600", "sip:601@pbx.example"]
  relays: [{relay: gate}]
  bell: [{to: "600"}, {to: "601", for: 5s, hours: ["22:00-06:00"]}]
  codes:
    - {name: cleaner, code: "739155", where: [keypad], hours: ["mon-fri 08:00-18:00"], until: 2026-12-24, relay: gate}
    - {name: guest, code: "4711", uses: 1}
`), "door.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d := doc.Door
	if d.Attempts != 3 || d.Relays[0].Hold.Seconds() != 3 || d.Codes[0].Relay != "gate" || d.Codes[1].Where[0] != provisioning.DoorByCall || d.Bell[0].For.Seconds() != 20 || d.Bell[1].For.Seconds() != 5 || !d.TakesCodes() {
		t.Errorf("%+v", d)
	}
	for text, want := range map[string]string{
		`codes: [{name: a, code: "4711", hours: ["8-18"]}]`:       `door.yaml:4: door.codes[a].hours[0]: "8-18" is not a time of the week`,
		`codes: [{name: a, code: "4711", until: tomorrow}]`:       `door.yaml:4: door.codes[a].until: "tomorrow" is not a moment`,
		`codes: [{name: a, code: "4711", where: [window]}]`:       "door.codes[a].where[0]",
		`codes: [{name: a, code: "1234"}]`:                        "is guessed at once",
		`codes: [{name: a, cards: [red]}]`:                        `door.codes[a].cards[0]: "red" is not a card`,
		`codes: [{code: "4711"}]`:                                 "name",
		`bell: [{to: "600", for: 1s}]`:                            "door.bell[0].for",
		`attempts: 0`:                                             "door.attempts",
		`lock: 2h`:                                                "door.lock",
		`codes: [{name: a, code: "4711", relay: gate, uses: -1}]`: "door.codes[a].uses",
	} {
		_, err := Parse([]byte("offhook: 1\ndoor:\n  relay: door\n  "+text+"\n"), "door.yaml")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
