package phone

import "time"

// confirmedTime is how long the phone says that a configuration is confirmed,
// unless a key is pressed before.
const confirmedTime = time.Minute

// page is what lies over the idle screen until a person has answered it.
type page uint8

const (
	pageNone page = iota
	pageRolledBack
	pageRefused
	pageNewcomer
)

// page is the one to show. A call, a number, a lifted handset and what a person
// has opened all go before it.
func (s *State) page() page {
	_, asks := s.newcomer()
	p, works := &s.provisioning, len(s.config.Accounts) > 0
	switch {
	case s.path != "" || len(s.calls) > 0 || s.entry.on || s.ended.on || s.list.on:
		return pageNone
	case works && p.RolledBack != "" && p.RolledBack != s.read.rolledBack:
		return pageRolledBack
	case works && p.Refused != "" && p.Refused != s.read.refused:
		return pageRefused
	case asks:
		return pageNewcomer
	}
	return pageNone
}

// read is what a person has acknowledged.
type read struct{ rolledBack, refused string }

// provisioned takes how far the configuration has come. What was acknowledged is
// told anew when it happens again, not when it is only told again.
func (t *turn) provisioned(in Provisioning) {
	before, shown := t.provisioning, t.page()
	t.provisioning = in
	switch {
	case in.Trial:
		t.confirmed = false
	case before.Trial && in.RolledBack == "":
		t.confirmed = true
		t.start(timerConfirmed, confirmedTime)
	}
	if in.RolledBack == "" {
		t.read.rolledBack = ""
	}
	if in.Refused == "" && in.Cause == "" {
		t.read.refused = ""
	}
	if now := t.page(); now != shown && now != pageNone {
		t.wake()
	}
}

// acknowledge takes the page away.
func (t *turn) acknowledge() {
	switch t.page() {
	case pageRolledBack:
		t.read.rolledBack = t.provisioning.RolledBack
		if t.provisioning.Refused == t.provisioning.RolledBack {
			t.read.refused = t.provisioning.Refused
		}
	case pageRefused:
		t.read.refused = t.provisioning.Refused
	}
}

func (s *State) pageKeys() [4]action {
	switch s.page() {
	case pageNewcomer:
		return s.newcomerKeys()
	case pageNone:
		return [4]action{}
	}
	return [4]action{3: actAcknowledge}
}

// pageAction is what the ok and cancel keys do with a page. No single key
// accepts or refuses a server.
func (s *State) pageAction(ok bool) action {
	asked := s.about.choice != actNone
	switch {
	case s.page() != pageNewcomer:
		return actAcknowledge
	case asked && ok:
		return actSure
	case asked:
		return actUnsure
	}
	return when(!ok, actLater)
}

func (s *State) pageView(v *View) {
	x := s.texts()
	switch s.page() {
	case pageRolledBack:
		v.Title, v.Text = x.RolledBack, nonEmpty(s.provisioning.RolledBack, x.RolledBackMeans)
	case pageRefused:
		v.Title, v.Text = x.DocumentRefused, nonEmpty(s.provisioning.Refused, x.RefusedMeans)
	default:
		s.newcomerView(v)
	}
}

// trialText tells on the idle screen of a trial that needs nobody.
func (s *State) trialText() string {
	switch {
	case s.provisioning.Trial:
		return s.texts().OnTrial
	case s.confirmed:
		return s.texts().TrialConfirmed
	}
	return ""
}

// trialItems are the lines of the status that tell of the configuration.
func (s *State) trialItems() []Item {
	x, p := s.texts(), &s.provisioning
	switch {
	case p.Trial:
		return []Item{{Title: x.Configuration, Detail: x.OnTrial}}
	case p.RolledBack != "":
		return []Item{{Icon: IconBad, Title: x.RolledBack, Detail: p.RolledBack}}
	case p.Refused != "":
		return []Item{{Icon: IconBad, Title: x.DocumentRefused, Detail: p.Refused}}
	}
	return nil
}
