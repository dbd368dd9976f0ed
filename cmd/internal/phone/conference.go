package phone

import "offhook/ua"

// conference is the calls that hear each other through us: two, or none.
func (s *State) conference() []*call {
	var joined []*call
	for i := range s.calls {
		if c := &s.calls[i]; c.joined && !c.leaving {
			joined = append(joined, c)
		}
	}
	return joined
}

// joinable are the talk and the held call that can become a conference.
func (s *State) joinable() (talk, held *call) {
	if len(s.conference()) > 0 {
		return nil, nil
	}
	talk = s.live()
	if talk == nil || !talk.talking() || talk.transfer != "" {
		return nil, nil
	}
	for i := range s.calls {
		if c := &s.calls[i]; c.held && !c.leaving && c.State == ua.Confirmed && c.transfer == "" {
			held = c // the one that was held last
		}
	}
	return talk, held
}

// join makes a conference of the talk and the held call.
func (t *turn) join() {
	talk, held := t.joinable()
	if talk == nil || held == nil {
		t.complain(t.texts().NoConference)
		return
	}
	t.entry, t.ended, t.list = entry{}, ended{}, list{}
	talk.joined, held.joined = true, true
	talk.consults, held.consults = 0, 0
	t.hold(held, false)
}

// NoConference tells why there can be no conference, or none to be split; "" if
// there can.
func (s State) NoConference(on bool) string {
	talk, held := s.joinable()
	switch {
	case on && (talk == nil || held == nil):
		return s.texts().NoConference
	case !on && len(s.conference()) == 0:
		return "there is no conference"
	}
	return ""
}

// split ends a conference: the call that is shown goes on, the other waits.
func (t *turn) split() {
	joined := t.conference()
	for _, c := range joined {
		c.joined = false
		if c.serial != t.focus && c.live() {
			t.park(c)
		}
	}
}

// conferenceKey joins or splits.
func (t *turn) conferenceKey() {
	if len(t.conference()) > 0 {
		t.split()
		return
	}
	t.join()
}

// partners gives up a conference that has lost a party, for good or by a transfer.
func (t *turn) partners() {
	for _, c := range t.conference() {
		c.joined = c.State == ua.Confirmed && c.transfer == ""
	}
	if joined := t.conference(); len(joined) == 1 {
		joined[0].joined = false
	}
}

// otherLive is the call that is heard with the first: its partner in a conference.
func (s *State) otherLive(first *call) *call {
	if first == nil || !first.joined {
		return nil
	}
	return s.find(func(c *call) bool { return c.serial != first.serial && c.joined && c.talking() && c.ID != 0 })
}
