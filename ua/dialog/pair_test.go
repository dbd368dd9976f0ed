package dialog

import (
	"container/heap"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"offhook/ua"
	"pgregory.net/rapid"
)

// world joins two Machines by a network with delays, crossings and losses. It is
// the transaction layer too: what that layer repeats arrives once or times out;
// a 2xx to INVITE and its ACK are the Machines' to repeat, and get lost.
type world struct {
	now    time.Duration
	queue  events
	order  int
	rand   *rand.Rand
	loss   float64
	cuts   bool // some requests never arrive
	cut    bool // one did not
	peers  [2]*peer
	server map[ServerTx]*exchange
	nextTx ServerTx
	trace  [][]any
}

type exchange struct {
	from   *peer
	tx     Tx
	method string
	cseq   uint32
	heard  bool // some response came
	final  bool // a final one came: non-2xx responses after it are dropped
	over   bool // timed out
}

type peer struct {
	w          *world
	name       string
	other      *peer
	machine    Machine
	cseq       uint32
	txs        map[Tx]*exchange
	timers     map[TimerID]uint32
	terminated int
	done       int
	allow      []string
	local      bool // hold that stands
	offered    bool // hold in the offer
	remote     bool // theirs, by their last description
}

type event struct {
	at    time.Duration
	order int
	run   func()
}

type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].order < e[j].order
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	old := *e
	last := old[len(old)-1]
	*e = old[:len(old)-1]
	return last
}

func (w *world) after(d time.Duration, run func()) {
	w.order++
	heap.Push(&w.queue, event{w.now + d, w.order, run})
}

func (w *world) delay() time.Duration { return time.Duration(1+w.rand.IntN(700)) * time.Millisecond }
func (w *world) lost() bool           { return w.rand.Float64() < w.loss }

func (w *world) run(until time.Duration) {
	for len(w.queue) > 0 && w.queue[0].at <= until {
		e := heap.Pop(&w.queue).(event)
		w.now = e.at
		e.run()
	}
	w.now = until
}

func newWorld(seed uint64, loss float64, configs [2]Config) *world {
	w := &world{rand: rand.New(rand.NewPCG(seed, 1)), loss: loss, server: map[ServerTx]*exchange{}}
	for i, name := range []string{"alice", "bob"} {
		configs[i].Seed = seed + uint64(i)
		w.peers[i] = &peer{
			w: w, name: name, machine: New(configs[i]), allow: []string{"INVITE", "UPDATE"},
			txs: map[Tx]*exchange{}, timers: map[TimerID]uint32{},
		}
	}
	w.peers[0].other, w.peers[1].other = w.peers[1], w.peers[0]
	return w
}

func (p *peer) step(in Input) {
	var actions []Action
	p.machine, actions = p.machine.Step(in)
	p.w.trace = append(p.w.trace, []any{p.w.now, p.name, in, actions})
	var media []Input
	for _, a := range actions {
		if in := p.execute(a); in != nil {
			media = append(media, in)
		}
	}
	for _, in := range media {
		p.step(in)
	}
}

func (p *peer) execute(action Action) Input {
	switch a := action.(type) {
	case Send:
		p.send(a)
	case Ack:
		if !p.w.lost() {
			r := p.request(a.Request, p.txs[a.Tx].cseq)
			p.w.after(p.w.delay(), func() { p.other.step(Received{0, r}) })
		}
	case Cancel:
		ex := p.txs[a.Tx]
		p.w.after(p.w.delay(), func() {
			for tx, have := range p.w.server {
				if have == ex {
					p.other.step(CancelReceived{Tx: tx})
				}
			}
		})
	case Reply:
		p.reply(a)
	case StartTimer:
		p.timers[a.ID] = a.Gen
		p.w.after(a.After, func() { p.step(TimerFired{a.ID, a.Gen}) }) // stale ones too
	case StopTimer:
		delete(p.timers, a.ID)
	case Changed:
		if a.Call.State == ua.Terminated {
			p.terminated++
		}
	case Done:
		p.done++
	case MakeOffer:
		p.offered = a.Hold
		return MediaDone{Seq: a.Seq, SDP: []byte(fmt.Sprint(a.Hold)), RemoteHold: p.remote}
	case MakeAnswer:
		p.remote = string(a.Offer) == "true"
		return MediaDone{Seq: a.Seq, SDP: []byte(fmt.Sprint(p.local)), RemoteHold: p.remote}
	case AcceptAnswer:
		p.local, p.remote = p.offered, string(a.Answer) == "true"
		return MediaDone{Seq: a.Seq, RemoteHold: p.remote}
	case Rollback:
		p.offered = p.local
	}
	return nil
}

func (p *peer) request(out Outgoing, cseq uint32) Request {
	return Request{
		Method: out.Method, CSeq: cseq, FromTag: p.name, ToTag: out.ToTag, Contact: "sip:" + p.name,
		ContentType: out.ContentType, Body: out.Body, Supported: out.Supported, Require: out.Require,
		Session: out.Session, Allow: p.allow,
	}
}

func (p *peer) send(a Send) {
	p.cseq++
	ex := &exchange{from: p, tx: a.Tx, method: a.Request.Method, cseq: p.cseq}
	p.txs[a.Tx] = ex
	r := p.request(a.Request, p.cseq)
	if r.Method == "PRACK" {
		r.RAck = RAck{a.Request.RSeq, p.txs[a.Request.For].cseq, "INVITE"}
	}
	if p.w.cuts && p.w.rand.IntN(10) == 0 {
		p.w.cut = true // the far end cannot be reached at all
	} else {
		p.w.after(p.w.delay(), func() {
			p.w.nextTx++
			p.w.server[p.w.nextTx] = ex
			p.other.step(Received{p.w.nextTx, r})
		})
	}
	p.w.after(32*time.Second, func() {
		if ex.final || (ex.heard && ex.method == "INVITE") {
			return
		}
		ex.over = true
		p.step(Failed{Tx: a.Tx, Timeout: true})
	})
}

func (p *peer) reply(a Reply) {
	ex := p.w.server[a.Tx]
	status := a.Answer.Status
	if (status < 200 || ex.method == "INVITE" && status < 300) && p.w.lost() {
		return
	}
	r := Response{
		Status: status, ToTag: p.name, Contact: "sip:" + p.name, RetryAfter: a.Answer.RetryAfter,
		ContentType: a.Answer.ContentType, Body: a.Answer.Body, Session: a.Answer.Session, Allow: p.allow,
		Require: a.Answer.Require, RSeq: a.Answer.RSeq,
	}
	p.w.after(p.w.delay(), func() {
		if ex.over || ex.final && (status < 200 || status >= 300 || ex.method != "INVITE") {
			return
		}
		ex.heard = true
		ex.final = ex.final || status >= 200
		ex.from.step(Responded{ex.tx, r})
	})
}

func TestPair_over_a_bad_network(t *testing.T) {
	many(t, 100, func(t *rapid.T) {
		configs := [2]Config{drawConfig(t), drawConfig(t)}
		w := newWorld(rapid.Uint64().Draw(t, "seed"), rapid.Float64Range(0, 0.5).Draw(t, "loss"), configs)
		for _, p := range w.peers {
			if rapid.IntRange(0, 3).Draw(t, "no UPDATE") == 0 {
				p.allow = []string{"INVITE"}
			}
		}
		w.cuts = rapid.Bool().Draw(t, "cuts")
		defer func() {
			if t.Failed() {
				for _, line := range w.trace {
					t.Logf("%v %s %#v\n\t%+v", line...)
				}
			}
		}()
		alice, bob := w.peers[0], w.peers[1]
		bobHas := rapid.SampledFrom([]Input{Accept{}, Accept{}, Accept{}, Accept{}, Reject{486}, Hangup{}}).Draw(t, "bob")
		first := rapid.SampledFrom([]Dial{dial, dial, late}).Draw(t, "first")
		w.after(0, func() { alice.step(first) })
		w.after(2*time.Second, func() { bob.step(Ring{}) })
		if rapid.Bool().Draw(t, "early") {
			w.after(3*time.Second, func() { bob.step(Ring{Early: true}) })
		}
		w.after(time.Duration(rapid.IntRange(2, 6).Draw(t, "after"))*time.Second, func() { bob.step(bobHas) })
		for range rapid.IntRange(0, 8).Draw(t, "commands") {
			who := rapid.SampledFrom(w.peers[:]).Draw(t, "who")
			at := time.Duration(rapid.IntRange(0, 9_000).Draw(t, "at")) * time.Millisecond
			what := rapid.SampledFrom([]Input{Hold{true}, Hold{true}, Hold{false}, Hold{false}, Refresh{}, Hangup{}}).Draw(t, "what")
			w.after(at, func() { who.step(what) })
		}
		w.run(4 * time.Minute)
		timers := configs[0].SessionExpires >= 0 && configs[1].SessionExpires >= 0
		if w.cut && timers { // where a BYE was lost, the session timer tells
			w.cuts = false
			w.run(75 * time.Minute)
		}
		if !w.cut || timers {
			agree(t, alice, bob)
		}
		alice.step(Hangup{})
		bob.step(Hangup{})
		w.run(90 * time.Minute)
		for _, p := range w.peers {
			begun := p.machine.phase != phaseNew || p.terminated > 0
			if begun && (p.terminated != 1 || p.done != 1) {
				t.Fatalf("%s: Terminated %d times, Done %d times", p.name, p.terminated, p.done)
			}
		}
	})
}

func drawConfig(t *rapid.T) Config {
	return Config{
		Reliable:       rapid.SampledFrom([]ua.Reliability{"", ua.ReliableRequired, ua.ReliableRequired, ua.ReliableOff}).Draw(t, "reliable"),
		SessionExpires: rapid.SampledFrom([]time.Duration{0, 0, 2 * time.Minute, 40 * time.Minute, -1}).Draw(t, "session"),
	}
}

// agree checks that two telephones which have had minutes of quiet see the same
// call: both in it with the same holds, or both out of it.
func agree(t *rapid.T, alice, bob *peer) {
	a, b := alice.machine.Call(), bob.machine.Call()
	if (a.State == ua.Confirmed) != (b.State == ua.Confirmed) {
		t.Fatalf("alice is %v (%v), bob is %v (%v)", a.State, a.Cause, b.State, b.Cause)
	}
	if a.State != ua.Confirmed {
		return
	}
	if a.LocalHold != alice.local || b.LocalHold != bob.local {
		t.Fatalf("alice holds %v and tells %v, bob holds %v and tells %v", alice.local, a.LocalHold, bob.local, b.LocalHold)
	}
	if a.LocalHold != b.RemoteHold || b.LocalHold != a.RemoteHold {
		t.Fatalf("alice: %+v\nbob: %+v", a, b)
	}
}
