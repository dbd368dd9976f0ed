package ice

import (
	"encoding/binary"
	"net/netip"
	"slices"
	"time"

	crypto "crypto/rand"

	"offhook/media/ice/stun"
)

// State is how far an Agent has come.
type State uint8

// The states.
const (
	Waiting   State = iota // for the far end's description
	Checking               // no pair works yet
	Connected              // one does
	Completed              // one is nominated
	Failed                 // none does
	Lost                   // the far end's consent has ended
)

func (s State) String() string {
	return [...]string{"waiting", "checking", "connected", "completed", "failed", "lost"}[s]
}

// Config says how an Agent is to be.
type Config struct {
	Lite        bool
	Controlling bool        // RFC 8445 §6.1.1: who offers, but for a lite side
	Local       Description // its candidates may be added to
	Tie         uint64      // tie-breaker; 0: a random one
}

// Agent is one ICE session of one stream. It has no clock: every method is told
// the time. What it has to send is for Take; Next is when Tick is due.
type Agent struct {
	cfg         Config
	controlling bool
	tie         uint64
	remote      *Description
	remotes     []Candidate // the peer-reflexive ones too
	pairs       []*pair     // by priority
	triggered   []*pair
	transaction map[stun.ID]*transaction
	early       []request // checks that came before the description
	out         []Send

	began, paced, valid time.Time // description came; last check went; first pair was valid
	state               State
	selected            *pair
	nominating          *pair

	asked     [6]stun.ID // for consent, latest first
	askNext   time.Time
	consented time.Time // until when
}

// New makes an Agent.
func New(cfg Config) *Agent {
	a := &Agent{cfg: cfg, controlling: cfg.Controlling && !cfg.Lite, tie: cfg.Tie, transaction: map[stun.ID]*transaction{}}
	if a.tie == 0 {
		var b [8]byte
		_, _ = crypto.Read(b[:]) // it does not fail
		a.tie = binary.BigEndian.Uint64(b[:])
	}
	return a
}

// Local is how this side describes itself.
func (a *Agent) Local() Description { return a.cfg.Local }

// Remote is how the far end did; nil before Describe.
func (a *Agent) Remote() *Description { return a.remote }

// State is how far it has come.
func (a *Agent) State() State { return a.state }

// Controlling tells whether this side nominates.
func (a *Agent) Controlling() bool { return a.controlling }

// Path is where media may go now.
func (a *Agent) Path() Path {
	if a.selected == nil {
		return Path{}
	}
	return Path{Remote: a.selected.remote.Addr, Via: a.selected.via}
}

// Selected are both ends of the path: ours as the far end sees it.
func (a *Agent) Selected() (local netip.AddrPort, remote Candidate, ok bool) {
	if a.selected == nil {
		return local, remote, false
	}
	return a.selected.mapped, a.selected.remote, true
}

// Believes tells whether an authenticated check was exchanged with a source.
func (a *Agent) Believes(from netip.AddrPort, via Via) bool {
	return slices.ContainsFunc(a.pairs, func(p *pair) bool {
		return p.remote.Addr == from && p.via == via && (p.valid || p.heard)
	})
}

// Take is what is to be sent, in order.
func (a *Agent) Take() []Send {
	out := a.out
	a.out = nil
	return out
}

func (a *Agent) send(packet []byte, to netip.AddrPort, via Via) {
	a.out = append(a.out, Send{Packet: packet, To: to, Via: via})
}

// mostRemotes bounds what a description, or the network, can make this side try.
const mostRemotes = 32

// Describe takes the far end's description; checks begin.
func (a *Agent) Describe(d Description, now time.Time) {
	if a.remote != nil {
		return
	}
	a.remote, a.began, a.state = &d, now, Checking
	if d.Lite && !a.cfg.Lite { // RFC 8445 §6.1.1
		a.controlling = true
	}
	for _, c := range d.Candidates {
		if c.Component == 1 && len(a.remotes) < mostRemotes && !a.knows(c.Addr) {
			a.remotes = append(a.remotes, c)
		}
	}
	if a.cfg.Lite {
		a.describeLite(now)
	} else {
		a.form()
	}
	early := a.early
	a.early = nil
	for _, r := range early {
		a.learn(r, now)
	}
	a.Tick(now)
}

// describeLite is all that two lite sides do: the description has to be right
// (RFC 8445 §6.1.1, §8.2).
func (a *Agent) describeLite(now time.Time) {
	if !a.remote.Lite {
		return
	}
	for _, c := range a.remotes {
		if p := a.pairWith(c, Direct); p != nil {
			p.state, p.valid, p.nominated = succeeded, true, true
		}
	}
	a.choose(now)
}

func (a *Agent) knows(addr netip.AddrPort) bool {
	return slices.ContainsFunc(a.remotes, func(c Candidate) bool { return c.Addr == addr })
}

// Add has one more candidate of ours be tried, which came after the description.
func (a *Agent) Add(c Candidate, now time.Time) {
	a.cfg.Local.Candidates = append(a.cfg.Local.Candidates, c)
	if a.remote != nil && !a.cfg.Lite && a.state != Completed {
		a.form()
		a.Tick(now)
	}
}

// Tick does what is due.
func (a *Agent) Tick(now time.Time) {
	if a.remote == nil {
		return
	}
	a.repeat(now)
	a.nominate(now)
	a.launch(now)
	a.fresh(now)
	if a.state == Checking && !now.Before(a.began.Add(patience)) && !a.hopes() {
		a.state = Failed
	}
}

// hopes tells that a pair may still come to work.
func (a *Agent) hopes() bool {
	return slices.ContainsFunc(a.pairs, func(p *pair) bool { return p.state != failed })
}

// Next is when Tick is due again; zero when nothing is.
func (a *Agent) Next() time.Time {
	var next time.Time
	soonest := func(t time.Time) {
		if !t.IsZero() && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	if a.remote == nil || a.state == Failed {
		return next
	}
	for _, t := range a.transaction {
		soonest(t.due)
	}
	if a.pending() {
		soonest(a.paced.Add(pace))
	}
	if a.state == Checking && !a.hopes() {
		soonest(a.began.Add(patience))
	}
	if a.controlling && a.state == Connected && a.nominating == nil {
		soonest(a.valid.Add(a.grace()))
	}
	if a.selected != nil {
		soonest(a.askNext)
		if !a.passive() {
			soonest(a.consented)
		}
	}
	return next
}
