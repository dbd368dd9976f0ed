package provisioning

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/ua"
)

// Door is a door opener.
type Door struct {
	Relay string        `key:"relay" match:"name"` // of the board; empty: there is no door
	Hold  time.Duration `key:"hold" range:"500ms..1m"`
	Delay time.Duration `key:"delay" range:"0s..1m"` // before a code opens it; the exit button does at once
	Code  ua.Secret     `key:"code" match:"code"`    // dialled by the far end during a call
	// Digits is how the code may come.
	Digits []string `key:"digits" oneof:"rfc4733 info inband"`
	// Callers are those whose calls open; empty: everybody that the account's server lets through.
	Callers []string `key:"callers" match:"callee"`
	// Attempts are wrong codes in a row before no code counts for a time, Lock;
	// each lock after another lasts twice as long.
	Attempts int `key:"attempts" range:"1..10"`
	// CardAttempts are strange cards in a row before no card counts for as long.
	CardAttempts int           `key:"card-attempts" range:"3..100"`
	Lock         time.Duration `key:"lock" range:"10s..1h"`
	// Keypad takes the digits that are pressed at the station for codes.
	Keypad bool `key:"keypad"`
	// ForcedAlarm tells of a door that opens though nothing here opened it.
	ForcedAlarm bool `key:"forced-alarm"`
	// Announce is a WAV file among the phone's sounds: what is said first in a call.
	Announce string `key:"announce" match:"name"`
	// Bell is whom the call key calls, one after another until somebody answers.
	Bell     []DoorBell    `key:"bell"`
	HeldOpen time.Duration `key:"held-open" range:"0s..1h"` // longer is told; 0: not looked at
	Relays   []DoorRelay   `key:"relays" id:"relay"`
	Codes    []DoorCode    `key:"codes" id:"name"`
}

// DoorRelay is a door besides the first.
type DoorRelay struct {
	Relay string        `key:"relay,required" match:"name"`
	Hold  time.Duration `key:"hold" range:"500ms..1m"`
	Delay time.Duration `key:"delay" range:"0s..1m"`
}

// maxAlso is how many may ring at once besides the first: each is a call with its sound.
const maxAlso = 5

// DoorBell is one whom the call key calls, and who rings at once with him.
type DoorBell struct {
	To    string        `key:"to,required" match:"callee"`
	Also  []string      `key:"also" match:"callee"` // rings at once with it
	For   time.Duration `key:"for" range:"5s..3m"`
	Hours []string      `key:"hours" match:"hours"` // empty: at any time
}

func (b *DoorBell) setDefaults() { b.For = 20 * time.Second }

// Where a code counts.
const (
	DoorByCall   = "call"
	DoorByKeypad = "keypad"
)

// DoorCode is a code besides the first, and what it is good for.
type DoorCode struct {
	Name  string    `key:"name,required" match:"name"` // for the log
	Code  ua.Secret `key:"code" match:"code"`
	Cards []string  `key:"cards" match:"card"`        // that do the same
	Relay string    `key:"relay" match:"name"`        // empty: the first
	Where []string  `key:"where" oneof:"call keypad"` // empty: call
	Hours []string  `key:"hours" match:"hours"`       // empty: at any time
	Until string    `key:"until" match:"moment"`      // in the phone's time zone
	Uses  int       `key:"uses" range:"0..1000"`      // 0: as often as it comes
	// OfflineOnly: it counts while no account is registered, and not else.
	OfflineOnly bool `key:"offline-only"`
}

// TakesCodes tells whether what the far end of a call dials may be a code.
func (d Door) TakesCodes() bool {
	for _, c := range d.Codes {
		if !c.Code.IsZero() && slices.Contains(c.Where, DoorByCall) {
			return true
		}
	}
	return !d.Code.IsZero()
}

func (r *DoorRelay) setDefaults() { r.Hold = 3 * time.Second }

func (c *DoorCode) setDefaults() { c.Where = []string{DoorByCall} }

// door checks what goes together.
func (c *checker) door(d Door) {
	if d.Relay == "" && (!d.Code.IsZero() || len(d.Codes) > 0 || len(d.Relays) > 0) {
		c.fault("door.relay", "is missing; codes and more relays need the relay of the first door")
	}
	known := map[string]bool{"": true, d.Relay: true}
	for i, at := range elementPaths("door.relays", reflect.ValueOf(d.Relays), []string{"relay"}) {
		if r := d.Relays[i].Relay; known[r] {
			c.fault(at+".relay", "%q is there already; name each relay once", clip(r))
		}
		known[d.Relays[i].Relay] = true
	}
	for i, b := range d.Bell {
		if len(b.Also) > maxAlso {
			c.fault(fmt.Sprintf("door.bell[%d].also", i), "names %d; at most %d ring at once besides the first: give the rest a step of its own", len(b.Also), maxAlso)
		}
		if slices.Contains(b.Also, b.To) {
			c.fault(fmt.Sprintf("door.bell[%d].also", i), "%q rings already by to; remove it", clip(b.To))
		}
	}
	c.unique("door.codes", "name", reflect.ValueOf(d.Codes))
	atKeys := false
	for i, at := range elementPaths("door.codes", reflect.ValueOf(d.Codes), []string{"name"}) {
		code := d.Codes[i]
		if code.Code.IsZero() && len(code.Cards) == 0 {
			c.fault(at+".code", "is missing; give its digits, or cards")
		}
		if !known[code.Relay] {
			c.fault(at+".relay", "there is no door with the relay %q; add it under door.relays", clip(code.Relay))
		}
		atKeys = atKeys || !code.Code.IsZero() && slices.Contains(code.Where, DoorByKeypad)
		c.distinct(at, code, d)
	}
	if atKeys != d.Keypad {
		c.fault("door.keypad", "%s", map[bool]string{
			true:  "is off, and a code has where: [keypad]; set keypad: true, or remove that",
			false: "is on, and no code counts there; give one with where: [keypad]",
		}[atKeys])
	}
}

// distinct wants no code to be the beginning of another that counts at the same
// place: the shorter would open before the longer is dialled.
func (c *checker) distinct(at string, code DoorCode, d Door) {
	if code.Code.IsZero() {
		return // cards alone
	}
	others := append([]DoorCode{{Name: "door.code", Code: d.Code, Where: []string{DoorByCall}}}, d.Codes...)
	for _, o := range others {
		mine, theirs := code.Code.Reveal(), o.Code.Reveal()
		if o.Name == code.Name || theirs == "" || !shares(code.Where, o.Where) {
			continue
		}
		if strings.HasPrefix(mine, theirs) || o.Name == "door.code" && strings.HasPrefix(theirs, mine) {
			c.fault(at+".code", "begins like the code of %s, or is the same; choose another", clip(o.Name))
			return
		}
	}
}

func shares(a, b []string) bool {
	return slices.ContainsFunc(a, func(s string) bool { return slices.Contains(b, s) })
}

// Card reads the number of a card, "13899649", or the two that readers of 26 bits
// make of it, "212,7041": facility and number.
func Card(s string) (uint64, error) {
	facility, number, two := strings.Cut(s, ",")
	if !two {
		facility, number = "0", s
	}
	f, errF := strconv.ParseUint(facility, 10, 8)
	n, errN := strconv.ParseUint(number, 10, 35)
	if errF != nil || errN != nil || two && n > 0xffff {
		return 0, fmt.Errorf("%q is not a card; write its number, such as 13899649, or facility and number: 212,7041", clip(s))
	}
	return f<<16 | n, nil
}

func matchCard(s string) string {
	if _, err := Card(s); err != nil {
		return err.Error()
	}
	return ""
}

// momentForms are how a moment is written: a day ends at its end.
const (
	formDay    = "2006-01-02"
	formMinute = "2006-01-02T15:04"
)

// Moment reads "2026-12-24T18:00", or a day, which means its end.
func Moment(s string, zone *time.Location) (time.Time, error) {
	if t, err := time.ParseInLocation(formDay, s, zone); err == nil {
		return t.AddDate(0, 0, 1), nil
	}
	t, err := time.ParseInLocation(formMinute, s, zone)
	if err != nil {
		return t, fmt.Errorf("%q is not a moment; write 2026-12-24T18:00, or 2026-12-24 for the end of that day", clip(s))
	}
	return t, nil
}

func matchMoment(s string) string {
	if _, err := Moment(s, time.UTC); err != nil {
		return err.Error()
	}
	return ""
}
