package app

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"offhook/cmd/internal/doorlog"
	"offhook/cmd/internal/localapi"
	"offhook/media/mediatest"
	"offhook/provisioning"
	"offhook/ua"
)

// doorEvents are what the door's log holds.
func (w *world) doorEvents() (events []string) {
	report, err := doorlog.Read(w.cfg.Agent.State, func(r doorlog.Record) { events = append(events, r.Event+" "+r.By) })
	if err == nil && len(report.Faults) > 0 {
		w.t.Errorf("the door's log: %v", report.Faults)
	}
	return events
}

func (w *world) doorEventsAre(want ...string) {
	w.t.Helper()
	w.wait("the door's log", func() bool { return slices.Equal(w.doorEvents(), want) }, func() any { return w.doorEvents() })
}

// A guest's code opens once, whatever happens to the station meanwhile, and
// everything that opened the door is in the log.
func TestJourney_door(t *testing.T) {
	w := newWorld(t, boardFile)
	w.registered()
	w.configure(func(d *provisioning.Document) {
		d.Door.Relay, d.Door.Keypad = "door", true
		d.Door.Codes = []provisioning.DoorCode{{Name: "guest", Code: ua.NewSecret(doorCode), Uses: 1, Where: []string{provisioning.DoorByKeypad}},
			{Name: "fob", Cards: []string{"212,7041"}}}
	}, func(d provisioning.Document) bool { return d.Door.Keypad })
	if err := w.control.OpenDoor(t.Context(), localapi.DoorRequest{}); err != nil {
		t.Fatal(err)
	}
	if err := w.control.OpenDoor(t.Context(), localapi.DoorRequest{Relay: "cellar"}); err == nil {
		t.Error("a door that is not there was opened")
	}
	w.doorEventsAre("opened command")
	w.parts.keys.tap("7", "3", "5", "5", "1", "9")
	w.doorEventsAre("opened command", "opened guest")
	w.stop()

	w.parts = newParts(t)
	w.cfg.Drivers = w.parts.drivers()
	w.registered()
	w.wait("the document", func() bool { return w.app.manager.Document().Door.Keypad }, func() any { return "none with a door" })
	w.parts.keys.tap("7", "3", "5", "5", "1", "9", "exit")
	w.doorEventsAre("opened command", "opened guest", "refused guest", "opened exit")
	w.parts.reader.cards <- 1
	w.parts.reader.cards <- 212<<16 | 7041
	w.doorEventsAre("opened command", "opened guest", "refused guest", "opened exit", "refused reader", "opened fob")
	w.stop()
}

// Whoever answers the bell hears first which door it is.
func TestJourney_a_door_says_which_it_is(t *testing.T) {
	w := newWorld(t, boardFile)
	w.parts.card.voice = sine(400)
	w.registered()
	sounds := filepath.Join(w.cfg.Agent.State, "sounds")
	if err := os.MkdirAll(sounds, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := mediatest.SaveWAV(filepath.Join(sounds, "gate.wav"), sine(700), 16000); err != nil {
		t.Fatal(err)
	}
	inside := w.neighbour("1002", "00:00:5e:00:53:08")
	inside.registered()
	w.configure(func(d *provisioning.Document) { d.Door.Relay, d.Door.Announce = "door", "gate.wav" },
		func(d provisioning.Document) bool { return d.Door.Announce != "" })
	w.lift()
	w.parts.keys.tap("1", "0", "0", "2")
	inside.takes()
	inside.hears("which door it is, and who speaks there", []float64{700, 400}, nil)
	inside.hears("who speaks there", []float64{400}, []float64{700})
	w.replace()
	inside.replace()
}
