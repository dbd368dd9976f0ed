package app

import (
	"context"
	"log/slog"
	"slices"
	"time"

	"offhook/cmd/internal/door"
	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/provisioning"
	"offhook/ua"
)

// doorman owns the door station's State. The desk's goroutine calls it.
type doorman struct {
	log    *slog.Logger
	relays map[string]hal.Relay
	state  door.State
	ways   map[phone.DigitWay]bool // in which a code may come
	opened func(relay string)      // nil: nobody is told
}

// hear picks what concerns the door out of the phone's inputs.
func (d *doorman) hear(in phone.Input) {
	switch in := in.(type) {
	case phone.Digit:
		if !d.ways[in.By] {
			return // anybody who is heard can make sounds: they are asked for, or are no digits
		}
		d.take(door.Digit{Call: in.Call, Digit: in.Digit, Now: time.Now()})
	case phone.Key:
		if door.IsExit(in.KeyEvent) {
			d.take(door.Exit{Now: time.Now()})
		}
	case phone.UA:
		if e, ok := in.Event.(ua.CallChanged); ok {
			d.take(door.Call{Call: e.Call.ID, Talks: e.Call.State == ua.Confirmed && !e.Call.LocalHold})
		}
	}
}

func (d *doorman) use(doc provisioning.Document) {
	if _, ok := d.relays[doc.Door.Relay]; doc.Door.Relay != "" && !ok {
		d.log.Warn("the door cannot be opened: this board has no such relay", "relay", doc.Door.Relay)
	}
	d.ways = map[phone.DigitWay]bool{
		phone.ByEvent: slices.Contains(doc.Door.Digits, string(provisioning.DTMFEvents)),
		phone.ByInfo:  slices.Contains(doc.Door.Digits, string(provisioning.DTMFInfo)),
		phone.BySound: slices.Contains(doc.Door.Digits, string(provisioning.DTMFInBand)),
	}
	d.take(door.Config{Relay: doc.Door.Relay, Hold: doc.Door.Hold, Code: doc.Door.Code})
}

func (d *doorman) take(in door.Input) {
	state, effects := door.Step(d.state, in)
	d.state = state
	for _, e := range effects {
		switch e := e.(type) {
		case door.Open:
			d.open(e)
		case door.Log:
			level := slog.LevelInfo
			if e.Warn {
				level = slog.LevelWarn
			}
			d.log.Log(context.Background(), level, e.Text, "call", e.Call)
		}
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
	if d.opened != nil {
		d.opened(e.Relay)
	}
}
