package door

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"offhook/provisioning"
	"offhook/ua"
)

// Config says which relays open doors, and who opens them. The zero value opens
// nothing.
type Config struct {
	Doors    []Door // the exit button and the contact belong to the first
	Codes    []Code
	Attempts int           // wrong codes in a row before no code counts; 0 means 3
	Lock     time.Duration // how long the first time; 0 means a minute
	// CardAttempts are strange cards in a row before no card counts; 0 means 10.
	CardAttempts int
	ForcedAlarm  bool
	HeldOpen     time.Duration // 0: never too long
	ClockFloor   time.Time     // a clock before this is not set
}

// Door is a relay that opens one.
type Door struct {
	Relay string        // name on the board
	Hold  time.Duration // that the relay is energised
	Delay time.Duration // before that, when a code opens it
}

// Place is where a code comes from.
type Place string

// The places.
const (
	ByCall   Place = "call"   // dialled by the far end
	ByKeypad Place = "keypad" // pressed at the station
	ByReader Place = "reader" // a card's
)

// Code opens a door when everything that it wants is so.
type Code struct {
	Name    string
	Digits  ua.Secret
	Cards   []uint64
	Relay   string // "": the first door's
	Places  []Place
	Hours   []provisioning.Hours // any of them; none: at any time
	Until   time.Time            // zero: for ever
	Uses    int                  // 0: without end
	Offline bool                 // only while no account is registered
}

// ID names the code in the account of its uses. Other digits, or cards, under the same
// name are another code.
func (c Code) ID() string {
	sum := sha256.Sum256([]byte(fmt.Sprint(c.Name, "\x00", c.Digits.Reveal(), c.Cards)))
	return c.Name + "#" + hex.EncodeToString(sum[:4])
}

// door finds a door by its relay; "" is the first.
func (c Config) door(relay string) (Door, bool) {
	for i, d := range c.Doors {
		if d.Relay == relay || relay == "" && i == 0 {
			return d, d.Relay != ""
		}
	}
	return Door{}, false
}

// lengths are those of the shortest and the longest code of a place; 0 for none.
func (c Config) lengths(p Place) (shortest, longest int) {
	for _, code := range c.Codes {
		n := len(code.Digits.Reveal())
		if n == 0 || !slices.Contains(code.Places, p) {
			continue
		}
		longest = max(longest, n)
		if shortest == 0 || n < shortest {
			shortest = n
		}
	}
	return shortest, longest
}
