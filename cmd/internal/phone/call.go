package phone

import (
	"strings"
	"time"

	"offhook/hal"
	"offhook/ua"
)

// call is a call as the phone has it. ID is 0 between Invite and Invited.
type call struct {
	ua.Call
	serial     int    // the Ref of its Invite, and the name of the call here
	number     string // that was dialled
	held       bool   // what we want; LocalHold is what came of it
	answering  bool   // Answer was sent
	leaving    bool   // Hangup or Reject was sent, Terminated has not come
	emergency  bool
	joined     bool           // in the conference
	tried      []ua.AccountID // by an emergency call
	transfer   string         // target of a transfer under way
	recall     bool           // came back from a transfer while nobody listened
	consults   int            // serial of the call that this one is made to transfer
	anonymous  bool           // our number is withheld from them
	intercom   bool           // they are asked to answer by themselves
	pickup     ua.DialogRef   // that it takes over
	code       string         // that does so, too
	caller     ua.Party       // who calls there
	unheard    bool           // refused or sent on, and the person should know
	until      time.Time      // to ring, before it goes elsewhere; zero for ever
	bells      []Bell         // that the call key rings: this one, and who comes after
	unanswered bool           // for as long as the bell rings at one
	fork       int            // serial of the first of those that ring at once, 0 of one alone
	aside      bool           // rings at once with the one that is shown
	lost       bool           // another of those was answered
	joining    bool           // its far end is to be joined with that of the first
	media      Media
}

// live: it has the sound, or will have it as soon as there is some.
func (c *call) live() bool {
	return !c.leaving && !c.held && !c.joining && !c.aside && (!c.Incoming || c.answering || c.State == ua.Confirmed)
}

// ringing: it comes in and waits for a person.
func (c *call) ringing() bool {
	return !c.leaving && c.Incoming && !c.answering && c.State != ua.Confirmed
}

// talking: sound goes both ways.
func (c *call) talking() bool { return c.live() && c.State == ua.Confirmed }

func (c *call) party() Party {
	number := c.Remote.User
	if number == "" {
		number = strings.TrimPrefix(strings.TrimPrefix(c.Remote.URI, "sips:"), "sip:")
	}
	if number == "" {
		number = c.number
	}
	name := strings.TrimSpace(c.Remote.DisplayName)
	if name == number {
		name = ""
	}
	return Party{Name: name, Number: number, Initials: initials(name), Verified: c.Remote.Verified}
}

func (s *State) find(want func(*call) bool) *call {
	for i := range s.calls {
		if want(&s.calls[i]) {
			return &s.calls[i]
		}
	}
	return nil
}

func (s *State) byID(id ua.CallID) *call {
	if id == 0 {
		return nil
	}
	return s.find(func(c *call) bool { return c.ID == id })
}

func (s *State) bySerial(serial int) *call {
	return s.find(func(c *call) bool { return c.serial == serial })
}

func (s *State) byFocus() *call {
	return s.find(func(c *call) bool { return c.serial == s.focus && !c.leaving })
}

func (s *State) live() *call    { return s.find((*call).live) }
func (s *State) ringing() *call { return s.find((*call).ringing) }

// held is the call that was held last.
func (s *State) held() *call {
	var out *call
	for i := range s.calls {
		if c := &s.calls[i]; c.held && !c.leaving {
			out = c
		}
	}
	return out
}

// open counts the calls that a person still has.
func (s *State) open() int {
	n := 0
	for i := range s.calls {
		if !s.calls[i].leaving && !s.calls[i].aside {
			n++
		}
	}
	return n
}

// inUse: somebody talks, or is about to. The loudspeaker that still says that a
// call ended keeps nobody.
func (s *State) inUse() bool {
	return s.open() > 0 || s.path != "" && !(s.ended.on && s.handsfree())
}

// refocus shows another call if the shown one is over: the one that is heard,
// the one that rings, the one that waits on hold.
func (s *State) refocus() {
	if s.byFocus() != nil {
		return
	}
	s.focus = 0
	for _, c := range []*call{s.live(), s.ringing(), s.held()} {
		if c != nil {
			s.focus = c.serial
			return
		}
	}
}

// moveFocus shows the next call, or the one before.
func (t *turn) moveFocus(by int) {
	var serials []int
	at := 0
	for i := range t.calls {
		if c := &t.calls[i]; !c.leaving && !c.aside {
			if c.serial == t.focus {
				at = len(serials)
			}
			serials = append(serials, c.serial)
		}
	}
	if n := len(serials); n > 1 {
		t.focus = serials[(at+by+n)%n]
	}
}

func (s *State) handsfree() bool { return s.path == hal.Speaker || s.path == hal.Headset }

// takePath opens the sound's way to the person: the handset if it is lifted.
func (t *turn) takePath() {
	switch {
	case t.path != "":
	case t.hook == hal.OffHook:
		t.path = hal.Handset
	case t.headset:
		t.path = hal.Headset
	default:
		t.path = hal.Speaker
	}
}

func (s *State) byRef(ref uint64) *call {
	return s.find(func(c *call) bool { return uint64(c.serial) == ref })
}
