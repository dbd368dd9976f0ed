package phone

import (
	"slices"
	"strings"
)

// Servers tells of the provisioning servers that the network has named. Only a
// phone with a screen is told: who accepts one has to read which.
type Servers struct {
	Waiting []Newcomer // for a person to accept or refuse; neither slice is changed by anybody
	Refused []string   // by a person: https://host
}

// Newcomer is a server that waits.
type Newcomer struct {
	Server      string // https://host
	Step        string // that named it: "dhcp"
	Issuer      string // of its certificate, "" when not known
	Fingerprint string // of its certificate, short
	Plain       bool   // what it sends is not encrypted
	Problem     string // with its certificate, for a person
}

// Decide carries out what a person has decided of a server that waits.
type Decide struct {
	Server string
	Accept bool
}

// ForgetRefused has the refused servers asked about again.
type ForgetRefused struct{}

// about is where a person is with the server that is shown.
type about struct {
	choice action   // actAccept or actRefuse: it waits for a second key
	later  []string // servers put off
}

// newcomer is the server to ask about.
func (s *State) newcomer() (Newcomer, bool) {
	i := slices.IndexFunc(s.servers.Waiting, func(n Newcomer) bool { return !slices.Contains(s.about.later, n.Server) })
	if i < 0 {
		return Newcomer{}, false
	}
	return s.servers.Waiting[i], true
}

// serversTold takes who waits. What a person has chosen of one is not held to be
// said of another, nor of the same one with something else to read.
func (t *turn) serversTold(in Servers) {
	before, _ := t.newcomer()
	t.servers = in
	t.about.later = slices.DeleteFunc(slices.Clone(t.about.later), func(server string) bool { return !t.waits(server) })
	now, asks := t.newcomer()
	if now == before {
		return
	}
	t.about.choice = actNone
	if asks && now.Server != before.Server {
		t.wake()
	}
}

func (s *State) waits(server string) bool {
	return slices.ContainsFunc(s.servers.Waiting, func(n Newcomer) bool { return n.Server == server })
}

// putOff has the server not asked about, until a person looks for it in the
// status.
func (t *turn) putOff() {
	if n, ok := t.newcomer(); ok {
		t.about = about{later: append(slices.Clone(t.about.later), n.Server)}
	}
}

// decide does what was chosen, once a second key has said so.
func (t *turn) decide() {
	n, ok := t.newcomer()
	choice := t.about.choice
	t.about.choice = actNone
	if !ok || choice == actNone {
		return
	}
	t.putOff() // until it is told that it waits no more
	t.do(Decide{Server: n.Server, Accept: choice == actAccept})
	if choice == actAccept {
		t.remark(t.texts().ServerAccepted)
		return
	}
	t.remark(t.texts().ServerRefused)
}

// forgetRefused has those that were refused asked about again.
func (t *turn) forgetRefused() {
	if len(t.servers.Refused) > 0 {
		t.do(ForgetRefused{})
		t.servers.Refused, t.list = nil, list{}
		t.remark(t.texts().ServersForgotten)
	}
}

func (s *State) newcomerKeys() [4]action {
	if s.about.choice != actNone {
		return [4]action{0: actUnsure, 3: actSure}
	}
	return [4]action{0: actAccept, 1: actRefuse, 3: actLater}
}

func (s *State) newcomerView(v *View) {
	x := s.texts()
	n, _ := s.newcomer()
	switch s.about.choice {
	case actAccept:
		v.Title, v.Text = x.ReallyAccept, []string{n.Server, x.AcceptMeans}
		return
	case actRefuse:
		v.Title, v.Text = x.ReallyRefuse, []string{n.Server, x.RefuseMeans}
		return
	}
	v.Title, v.Text = x.NewServer, []string{n.Server}
	facts := "" // the ones that matter first: a small screen has room for a line
	switch {
	case n.Plain:
		facts = x.PlainServer + " "
	case n.Problem != "":
		facts = x.BadCertificate + ": " + n.Problem + ". "
	case n.Fingerprint != "":
		facts = n.Fingerprint + ", " + x.SignedBy + " " + n.Issuer + ". "
	}
	v.Text = append(v.Text, facts+x.NamedBy+" "+strings.ToUpper(n.Step)+".")
}

// serverItems are the lines of the status that tell of servers.
func (s *State) serverItems() []Item {
	var items []Item
	for _, n := range s.servers.Waiting {
		items = append(items, Item{Icon: IconBad, Title: s.texts().ServerWaits, Detail: n.Server})
	}
	for _, server := range s.servers.Refused {
		items = append(items, Item{Icon: IconBad, Title: s.texts().RefusedServer, Detail: server})
	}
	return items
}

func (Servers) input()        {}
func (Decide) effect()        {}
func (ForgetRefused) effect() {}
