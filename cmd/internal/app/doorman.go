package app

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"offhook/cmd/internal/door"
	"offhook/cmd/internal/doorlog"
	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/ua"
	"offhook/ua/wire"
)

// doorman owns the door station's State. The desk's goroutine calls it.
type doorman struct {
	log     *slog.Logger
	relays  map[string]hal.Relay
	state   door.State
	ways    map[phone.DigitWay]bool // in which a code may come
	callers []string                // whose calls open; none: all that are served
	keypad  bool                    // codes come by the station's keys, too
	zone    *time.Location
	built   time.Time // a clock before this is not set
	started time.Time

	used    *keptFile[map[string]int]                    // nil: of a door in a test
	journal *doorJournal                                 // nil: the same
	told    func(event string, fields map[string]string) // nil: nobody is told

	live  map[ua.CallID]bool    // the calls that are up
	bound map[ua.AccountID]bool // the accounts that are registered
	taken map[hal.Key]bool      // the keys that are down and are the door's
	until time.Time             // the last pulse lasts
}

// startTime is how long after the start what a contact tells is how it was found.
const startTime = 5 * time.Second

// hear picks what concerns the door out of the phone's inputs. taken tells that
// the phone has nothing to do with it; said is what the phone is to show.
func (d *doorman) hear(in phone.Input) (said []phone.Input, taken bool) {
	switch in := in.(type) {
	case phone.Digit:
		if !d.ways[in.By] {
			return nil, false // anybody who is heard can make sounds: they are asked for, or are no digits
		}
		return d.take(door.Digit{Call: in.Call, Digit: in.Digit, Now: d.now()}), false
	case phone.Key:
		return d.key(in.KeyEvent)
	case phone.UA:
		return d.event(in.Event), false
	}
	return nil, false
}

func (d *doorman) key(e hal.KeyEvent) (said []phone.Input, taken bool) {
	if in := door.OfKey(e, d.now(), time.Since(d.started) < startTime); in != nil {
		return d.take(in), false
	}
	if e.Action != hal.KeyPress {
		taken = d.taken[e.Key]
		if e.Action == hal.KeyRelease {
			delete(d.taken, e.Key)
		}
		return nil, taken
	}
	if !d.keypad || len(d.live) > 0 || len(e.Key) != 1 || !strings.Contains("0123456789*#", string(e.Key)) {
		return nil, false
	}
	if d.taken == nil {
		d.taken = map[hal.Key]bool{}
	}
	d.taken[e.Key] = true
	return d.take(door.Digit{Digit: e.Key[0], Now: d.now()}), true
}

func (d *doorman) event(e ua.Event) []phone.Input {
	switch e := e.(type) {
	case ua.CallChanged:
		if d.live == nil {
			d.live = map[ua.CallID]bool{}
		}
		d.live[e.Call.ID] = true
		if e.Call.State == ua.Terminated {
			delete(d.live, e.Call.ID)
		}
		talks := e.Call.State == ua.Confirmed && !e.Call.LocalHold && d.lets(e.Call)
		return d.take(door.Call{Call: e.Call.ID, Talks: talks, Who: e.Call.Remote.URI, Now: d.now()})
	case ua.RegistrationChanged:
		if d.bound == nil {
			d.bound = map[ua.AccountID]bool{}
		}
		if e.State == ua.Registering {
			return nil // refreshed, or tried
		}
		d.bound[e.Account] = e.State == ua.Registered
		return d.take(door.Online{Registered: d.registered()})
	}
	return nil
}

func (d *doorman) registered() bool {
	for _, is := range d.bound {
		if is {
			return true
		}
	}
	return false
}

// lets tells whether a call's far end may open. Who calls past the account's
// server writes himself who he is: he has to be named with his host.
func (d *doorman) lets(c ua.Call) bool {
	if len(d.callers) == 0 {
		return c.Served
	}
	theirs, err := wire.ParseURI(c.Remote.URI)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(d.callers, func(entry string) bool {
		if !strings.Contains(entry, "@") {
			return c.Served && c.Remote.User == entry
		}
		if !strings.HasPrefix(entry, "sip:") && !strings.HasPrefix(entry, "sips:") {
			entry = "sip:" + entry
		}
		ours, err := wire.ParseURI(entry)
		return err == nil && wire.UnescapeUser(ours.User) == c.Remote.User && strings.EqualFold(ours.Host, theirs.Host)
	})
}

func (d *doorman) now() time.Time {
	if d.zone == nil {
		return time.Now()
	}
	return time.Now().In(d.zone)
}

func (d *doorman) due() time.Time { return d.state.Due() }

// busy tells that a door is open, or about to be: an end now would cut that short.
func (d *doorman) busy(now time.Time) bool { return d.state.Opening() || now.Before(d.until) }

func (d *doorman) tick() []phone.Input { return d.take(door.Tick{Now: d.now()}) }

// card hears a reader.
func (d *doorman) card(c hal.Credential) []phone.Input {
	return d.take(door.Card{Code: c.Code, Now: d.now()})
}

// restore has the uses of codes counted on.
func (d *doorman) restore() {
	if d.used != nil {
		d.take(door.Restore{Used: d.used.load()})
	}
}

// command opens a door for who administers the station.
func (d *doorman) command(relay string) ([]phone.Input, error) {
	if _, ok := d.state.Door(relay); !ok {
		if relay == "" {
			return nil, fmt.Errorf("there is no door: the configuration names no relay for one (door.relay)")
		}
		return nil, fmt.Errorf("there is no door with the relay %q in the configuration (door.relay, door.relays)", relay)
	}
	return d.take(door.Command{Relay: relay, Now: d.now()}), nil
}

func (d *doorman) take(in door.Input) (said []phone.Input) {
	state, effects := door.Step(d.state, in)
	d.state = state
	for _, e := range effects {
		switch e := e.(type) {
		case door.Open:
			d.open(e)
		case door.Keep:
			if d.used != nil {
				d.used.save(e.Used)
			}
		case door.Entry:
			if !e.Over {
				said = append(said, phone.DoorSaid{Kind: phone.DoorDigits, Digits: e.Digits})
			}
		case door.Note:
			d.note(e)
			said = append(said, words(e)...)
		case door.Shut:
			said = nil // whether the code was right is nobody's to know
			if e.Call == 0 {
				said = []phone.Input{phone.DoorSaid{Kind: phone.DoorLocked}}
			}
		}
	}
	return said
}

// words is what who stands at the station is told of a note. What others dial is
// not his to know, but that the door is open is.
func words(n door.Note) []phone.Input {
	said := phone.DoorSaid{}
	switch {
	case n.Event == door.Opened:
		said.Kind = phone.DoorOpen
	case n.Call != 0:
		return nil
	case n.Event == door.Refused:
		said.Kind = phone.DoorWrong
	case n.Event == door.Locked:
		said.Kind = phone.DoorLocked
	default:
		return nil
	}
	return []phone.Input{said}
}

func (d *doorman) note(n door.Note) {
	level := slog.LevelInfo
	if n.Warn {
		level = slog.LevelWarn
	}
	d.log.Log(context.Background(), level, n.Text, "relay", n.Relay, "call", n.Call, "who", n.Who, "by", n.By)
	if d.journal != nil {
		d.journal.add(doorlog.Record{Time: time.Now().UTC(), Event: string(n.Event), Text: n.Text, Relay: n.Relay, Who: n.Who, By: n.By})
	}
	if d.told != nil {
		d.told("door-"+string(n.Event), map[string]string{"door": n.Relay, "remote": n.Who, "who": n.By})
	}
}

func (d *doorman) open(e door.Open) {
	relay, ok := d.relays[e.Relay]
	if !ok {
		d.log.Error("the door was to be opened, and this board has no such relay", "relay", e.Relay)
		return
	}
	if err := relay.Pulse(e.Hold); err != nil {
		d.log.Error("the door's relay does not move", "relay", e.Relay, "error", err)
		return
	}
	if end := time.Now().Add(e.Hold); end.After(d.until) {
		d.until = end
	}
}
