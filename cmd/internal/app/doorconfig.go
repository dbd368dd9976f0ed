package app

import (
	"slices"
	"time"

	"offhook/cmd/internal/door"
	"offhook/cmd/internal/phone"
	"offhook/provisioning"
)

// use takes the document's door.
func (d *doorman) use(doc provisioning.Document) {
	d.zone, d.callers, d.keypad = zoneOf(doc), doc.Door.Callers, doc.Door.Keypad
	d.ways = map[phone.DigitWay]bool{
		phone.ByEvent: slices.Contains(doc.Door.Digits, string(provisioning.DTMFEvents)),
		phone.ByInfo:  slices.Contains(doc.Door.Digits, string(provisioning.DTMFInfo)),
		phone.BySound: slices.Contains(doc.Door.Digits, string(provisioning.DTMFInBand)),
	}
	config := doorConfig(doc.Door, d.zone)
	config.ClockFloor = d.built
	for _, opened := range config.Doors {
		if _, ok := d.relays[opened.Relay]; !ok {
			d.log.Warn("the door cannot be opened: this board has no such relay", "relay", opened.Relay)
		}
	}
	d.take(config)
}

// doorConfig is what the door is told of a document, which was checked.
func doorConfig(doc provisioning.Door, zone *time.Location) door.Config {
	c := door.Config{Attempts: doc.Attempts, CardAttempts: doc.CardAttempts, Lock: doc.Lock, ForcedAlarm: doc.ForcedAlarm, HeldOpen: doc.HeldOpen}
	if doc.Relay == "" {
		return c
	}
	c.Doors = append(c.Doors, door.Door{Relay: doc.Relay, Hold: doc.Hold, Delay: doc.Delay})
	for _, r := range doc.Relays {
		c.Doors = append(c.Doors, door.Door{Relay: r.Relay, Hold: r.Hold, Delay: r.Delay})
	}
	if !doc.Code.IsZero() {
		c.Codes = append(c.Codes, door.Code{Name: "code", Digits: doc.Code, Places: []door.Place{door.ByCall}})
	}
	for _, code := range doc.Codes {
		c.Codes = append(c.Codes, codeOf(code, zone))
	}
	return c
}

func hoursOf(texts []string) (all []provisioning.Hours) {
	for _, text := range texts {
		if h, err := provisioning.ParseHours(text); err == nil { // was checked
			all = append(all, h)
		}
	}
	return all
}

func codeOf(c provisioning.DoorCode, zone *time.Location) door.Code {
	out := door.Code{Name: c.Name, Digits: c.Code, Relay: c.Relay, Uses: c.Uses, Offline: c.OfflineOnly}
	for _, text := range c.Cards {
		if card, err := provisioning.Card(text); err == nil { // was checked
			out.Cards = append(out.Cards, card)
		}
	}
	for _, where := range c.Where {
		out.Places = append(out.Places, door.Place(where))
	}
	out.Hours = hoursOf(c.Hours)
	if c.Until != "" {
		out.Until, _ = provisioning.Moment(c.Until, zone) // was checked; what cannot be read is over
		if out.Until.IsZero() {
			out.Until = time.Unix(0, 0)
		}
	}
	return out
}
