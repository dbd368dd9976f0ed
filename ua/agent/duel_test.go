package agent

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/emiago/sipgo/sip"

	"offhook/ua"
	"offhook/ua/dialog"
	"offhook/ua/uatest"
)

// oneWay is how long a datagram takes between the telephones of a duel.
const oneWay = 100 * time.Millisecond

var (
	aliceAt = netip.MustParseAddrPort("192.0.2.1:5060")
	bobAt   = netip.MustParseAddrPort("192.0.2.2:5060")
)

// duel is two telephones, or one and a script, on a network in memory.
type duel struct {
	*testing.T
	network    *uatest.Network
	alice, bob *duellist
}

// duellist is a telephone whose calls are looked at.
type duellist struct {
	*phone
	mu    sync.Mutex
	calls map[ua.CallID]ua.Call
	ended map[ua.CallID]int
	heard chan struct{}
}

// realTimers are those of RFC 3261 §17.1.1.1; in a bubble they cost nothing.
func realTimers(t *testing.T) {
	sip.SetTimers(500*time.Millisecond, 4*time.Second, 5*time.Second)
	t.Cleanup(shortTimers)
}

// newDuel must be called in a bubble.
func newDuel(t *testing.T) *duel {
	d := &duel{T: t, network: uatest.NewNetwork(t, oneWay)}
	d.alice = d.join("alice", aliceAt)
	return d
}

func (d *duel) join(name string, at netip.AddrPort) *duellist {
	p := &duellist{phone: newPhone(d.T, nil), calls: map[ua.CallID]ua.Call{}, ended: map[ua.CallID]int{}, heard: make(chan struct{})}
	socket := d.network.Socket(name, at)
	p.agent.post(func(o *owner) {
		f := newFlow(ua.UDP, dialed{packets: socket}, "")
		f.open = true
		o.ears = append(o.ears, &ear{packets: f})
		o.adopt(f)
	})
	p.must(p.agent.SetAccounts([]ua.Account{{ID: "a", User: name, Domain: at.Addr().String(), Transport: ua.UDP, KeepAlive: -1}}))
	go p.listen()
	d.Cleanup(func() { p.stop(); <-p.heard })
	return p
}

func (p *duellist) listen() {
	defer close(p.heard)
	for event := range p.agent.Events() {
		changed, ok := event.(ua.CallChanged)
		if !ok {
			continue
		}
		p.mu.Lock()
		p.calls[changed.Call.ID] = changed.Call
		if changed.Call.State == ua.Terminated {
			p.ended[changed.Call.ID]++
		}
		p.mu.Unlock()
	}
}

// pass lets time go by, by the bubble's clock, and all come to rest.
func (d *duel) pass(long time.Duration) {
	<-time.After(long)
	synctest.Wait()
}

// call is the only one that a duellist has had.
func (p *duellist) call() ua.Call {
	p.tb.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.calls) != 1 {
		p.tb.Fatalf("%d calls, not one", len(p.calls))
	}
	for _, c := range p.calls {
		return c
	}
	return ua.Call{}
}

// do is what a person does in the only call.
func (p *duellist) do(what string) {
	p.tb.Helper()
	if what == "invite" {
		_, err := p.agent.Invite("a", "sip:bob@192.0.2.2:5060")
		p.must(err)
		return
	}
	if err := p.command(p.call().ID, what); err != nil && !errors.Is(err, ua.ErrNoCall) { // it may be over
		p.tb.Fatal(err)
	}
}

func (p *duellist) command(id ua.CallID, what string) error {
	switch what {
	case "ring":
		return p.agent.Ringing(id)
	case "answer":
		return p.agent.Answer(id)
	case "reject":
		return p.agent.Reject(id, 486)
	case "hang up":
		return p.agent.Hangup(id)
	case "hold":
		return p.agent.Hold(id, true)
	case "resume":
		return p.agent.Hold(id, false)
	case "transfer":
		return p.agent.Transfer(id, "sip:carol@192.0.2.3")
	case "refresh":
		p.agent.post(func(o *owner) {
			if c := o.calls[id]; c != nil {
				o.step(c, dialog.Refresh{})
			}
		})
		return nil
	}
	return fmt.Errorf("nobody can %q", what)
}

// state is the call in short: "confirmed+held", "terminated remote-bye".
func (p *duellist) state() string {
	p.tb.Helper()
	call := p.call()
	out := call.State.String()
	if call.State == ua.Terminated {
		return out + " " + string(call.Cause)
	}
	if call.LocalHold {
		out += "+held"
	}
	if call.RemoteHold {
		out += "+holding"
	}
	return out
}

// play does what a script says, "400ms alice hang up; …", in the order of time,
// and then lets everything come to rest.
func (d *duel) play(script string) {
	d.Helper()
	began := time.Now()
	for _, line := range strings.Split(script, ";") {
		when, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
		who, what, _ := strings.Cut(rest, " ")
		at, err := time.ParseDuration(when)
		if err != nil {
			d.Fatal(err)
		}
		d.pass(at - time.Since(began))
		switch who {
		case "alice":
			d.alice.do(what)
		case "bob":
			d.bob.do(what)
		default:
			d.Fatalf("who is %q?", who)
		}
	}
	d.pass(40 * time.Second)
}

// story is the trace of the network for a failed test.
func (d *duel) story() string { return strings.Join(d.network.Trace(), "\n") }

// rest wants that nothing is left of calls that are over.
func (p *duellist) rest() {
	p.tb.Helper()
	left := make(chan string, 1)
	p.agent.post(func(o *owner) {
		var out strings.Builder
		for _, c := range o.calls {
			fmt.Fprintf(&out, "call %d is %v; ", c.id, c.machine.Call().State)
		}
		for f := range o.flows {
			f.tx.mu.Lock()
			if len(f.tx.clients)+len(f.tx.servers) > 0 {
				fmt.Fprintf(&out, "%d client and %d server transactions; ", len(f.tx.clients), len(f.tx.servers))
			}
			f.tx.mu.Unlock()
		}
		left <- out.String()
	})
	if text := <-left; text != "" {
		p.tb.Errorf("left over: %s", text)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, times := range p.ended {
		if times != 1 {
			p.tb.Errorf("call %d ended %d times", id, times)
		}
	}
}
