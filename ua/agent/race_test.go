package agent

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"offhook/ua"
	"offhook/ua/uatest"
)

// lose lets the first so many datagrams of a kind vanish.
func lose(from, what string, first int) func(uatest.Datagram) []time.Duration {
	return func(d uatest.Datagram) []time.Duration {
		if d.From == from && d.What() == what && d.Nth <= first {
			return nil
		}
		return []time.Duration{oneWay}
	}
}

// delayed lets those of a kind take longer.
func delayed(from, what string, by time.Duration) func(uatest.Datagram) []time.Duration {
	return func(d uatest.Datagram) []time.Duration {
		if d.From == from && d.What() == what {
			return []time.Duration{by}
		}
		return []time.Duration{oneWay}
	}
}

// twice delivers everything two times.
func twice(uatest.Datagram) []time.Duration { return []time.Duration{oneWay, 3 * oneWay} }

const (
	ringing = "0s alice invite; 300ms bob ring; "
	talking = ringing + "1s bob answer; "
)

// TestRace plays what RFC 5407 §3 tells between two telephones, and what gets
// lost (RFC 3261 §17). counts are datagrams by sender: "bob 481 INVITE" must have
// been sent so often, with ">" that often or more.
func TestRace(t *testing.T) {
	realTimers(t)
	for _, test := range []struct {
		arrow      string
		fate       func(uatest.Datagram) []time.Duration
		script     string
		alice, bob string
		counts     map[string]int
		bye        time.Duration // no BYE of bob's before
	}{
		{"§3.1.1: INVITE repeated after the 200 -> absorbed",
			func(d uatest.Datagram) []time.Duration {
				if d.From == "bob" && d.Message.Status > 0 && d.Message.Status < 200 {
					return nil
				}
				return []time.Duration{oneWay}
			}, "0s alice invite; 510ms bob ring; 550ms bob answer", "confirmed", "confirmed",
			map[string]int{"bob 482 INVITE": 0, "alice INVITE >": 2, "alice ACK >": 1}, 0},
		{"§3.1.2: CANCEL crosses the 200 -> 200 to the CANCEL, ACK, BYE",
			nil, talking + "1050ms alice hang up", "terminated cancelled", "terminated remote-bye",
			map[string]int{"alice CANCEL": 1, "bob 200 CANCEL": 1, "bob 487 INVITE": 0, "alice ACK >": 1, "alice BYE": 1, "bob 200 BYE": 1}, 0},
		{"§3.1.4: re-INVITE before the ACK -> 200, the ACK is implied",
			lose("alice", "ACK", 1), talking + "1150ms alice hold", "confirmed+held", "confirmed+holding",
			map[string]int{"bob 491 INVITE": 0, "bob 500 INVITE": 0, "alice BYE": 0, "bob BYE": 0}, 0},
		{"§3.1.6: BYE before the ACK -> 200, the 200 to INVITE is not repeated any more",
			lose("alice", "ACK", 9), talking + "1150ms alice hang up", "terminated local-bye", "terminated remote-bye",
			map[string]int{"bob 200 INVITE": 1, "bob 200 BYE": 1, "bob BYE": 0}, 0},
		{"§3.2.1: BYE crosses BYE -> 200 both",
			nil, talking + "2s alice hang up; 2s bob hang up", "terminated local-bye", "terminated local-bye",
			map[string]int{"alice 200 BYE": 1, "bob 200 BYE": 1}, 0},
		{"§3.2.2: re-INVITE crosses BYE -> 481",
			nil, talking + "2s alice hang up; 2s bob hold", "terminated local-bye", "terminated remote-bye",
			map[string]int{"alice 481 INVITE": 1, "bob 200 BYE": 1, "bob ACK": 1}, 0},
		{"§3.2.3: 200 to a re-INVITE crosses BYE -> ACK",
			nil, talking + "2s alice hold; 2150ms alice hang up", "terminated local-bye", "terminated remote-bye",
			map[string]int{"bob 200 INVITE": 2, "alice ACK": 2, "bob 200 BYE": 1}, 0},
		{"§3.2.4: who answered hangs up before the ACK -> the BYE waits for it",
			nil, talking + "1010ms bob hang up", "terminated remote-bye", "terminated local-bye",
			map[string]int{"bob BYE": 1, "alice ACK": 1, "alice 200 BYE": 1}, 1200 * time.Millisecond},
		{"§3.2.4: no ACK in 64*T1 -> BYE; the ACKs that come then are ignored",
			delayed("alice", "ACK", 33*time.Second), talking + "1010ms bob hang up", "terminated remote-bye", "terminated local-bye",
			map[string]int{"bob BYE": 1, "alice 200 BYE": 1}, 33 * time.Second},
		{"§3.3.1: re-INVITE crosses re-INVITE -> 491 both, later both succeed",
			nil, talking + "2s alice hold; 2s bob hold", "confirmed+held+holding", "confirmed+held+holding",
			map[string]int{"alice 491 INVITE": 1, "bob 491 INVITE": 1}, 0},
		{"§3.3.2: UPDATE crosses re-INVITE -> both settle",
			nil, talking + "2s alice refresh; 2s bob hold", "confirmed+holding", "confirmed+held",
			map[string]int{"alice BYE": 0, "bob BYE": 0}, 0},
		{"§3.3.3: REFER crosses BYE -> 481",
			nil, talking + "2s alice hang up; 2s bob transfer", "terminated local-bye", "terminated remote-bye",
			map[string]int{"alice 481 REFER": 1, "bob 200 BYE": 1}, 0},

		{"INVITE lost -> repeated", lose("alice", "INVITE", 2), "0s alice invite; 2s bob ring; 3s bob answer", "confirmed", "confirmed", map[string]int{"alice INVITE >": 3}, 0},
		{"all INVITEs lost -> timeout", lose("alice", "INVITE", 99), "0s alice invite", "terminated timeout", "", map[string]int{"alice INVITE": 7}, 0},
		{"200 lost -> repeated until the ACK", lose("bob", "200 INVITE", 3), talking + "4s bob hold", "confirmed+holding", "confirmed+held", map[string]int{"bob 200 INVITE >": 4}, 0},
		{"ACK lost -> 200 again, ACK again", lose("alice", "ACK", 3), talking + "9s bob hold", "confirmed+holding", "confirmed+held", map[string]int{"bob 200 INVITE": 4, "alice ACK": 4}, 0},
		{"all ACKs lost -> BYE", lose("alice", "ACK", 99), talking + "2s alice refresh", "terminated remote-bye", "terminated timeout", map[string]int{"bob BYE": 1}, 0},
		{"486 lost -> repeated", lose("bob", "486 INVITE", 2), ringing + "1s bob reject", "terminated rejected", "terminated rejected", map[string]int{"bob 486 INVITE >": 3}, 0},
		{"ACK to 486 lost -> 486 again, ACK again", lose("alice", "ACK", 2), ringing + "1s bob reject", "terminated rejected", "terminated rejected", map[string]int{"alice ACK >": 3}, 0},
		{"CANCEL lost -> repeated", lose("alice", "CANCEL", 2), ringing + "1s alice hang up", "terminated cancelled", "terminated cancelled", map[string]int{"alice CANCEL >": 3, "bob 487 INVITE >": 1}, 0},
		{"487 lost -> repeated", lose("bob", "487 INVITE", 2), ringing + "1s alice hang up", "terminated cancelled", "terminated cancelled", map[string]int{"bob 487 INVITE >": 3}, 0},
		{"BYE lost -> repeated", lose("bob", "BYE", 2), talking + "2s bob hang up", "terminated remote-bye", "terminated local-bye", map[string]int{"bob BYE >": 3}, 0},
		{"200 to BYE lost -> again", lose("alice", "200 BYE", 2), talking + "2s bob hang up", "terminated remote-bye", "terminated local-bye", map[string]int{"alice 200 BYE >": 3}, 0},
		{"re-INVITE lost -> repeated", lose("bob", "INVITE", 2), talking + "2s bob hold", "confirmed+holding", "confirmed+held", map[string]int{"bob INVITE >": 3}, 0},
		{"BYE crosses re-INVITE the other way -> both end", nil, talking + "2s alice hold; 2s bob hang up", "terminated remote-bye", "terminated local-bye", map[string]int{"bob 481 INVITE": 1}, 0},
		{"everything twice -> as once", twice, talking + "2s alice hold; 4s alice resume; 6s bob hang up", "terminated remote-bye", "terminated local-bye", nil, 0},
	} {
		t.Run(test.arrow, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d := newDuel(t)
				d.bob = d.join("bob", bobAt)
				if test.fate != nil {
					d.network.Fate(test.fate)
				}
				d.play(test.script)
				if got := d.alice.state(); got != test.alice {
					t.Errorf("alice is %s, want %s", got, test.alice)
				}
				if test.bob != "" && d.bob.state() != test.bob {
					t.Errorf("bob is %s, want %s", d.bob.state(), test.bob)
				}
				d.counts(test.counts)
				if at := d.network.First("bob", "BYE"); at > 0 && at < test.bye {
					t.Errorf("bob sent BYE after %v, not before %v", at, test.bye)
				}
				d.finish()
				if t.Failed() {
					t.Log(d.story())
				}
			})
		})
	}
}

func (d *duel) counts(want map[string]int) {
	for key, count := range want {
		who, what, more := cutCount(key)
		if got := d.network.Count(who, what); got != count && !(more && got > count) {
			d.Errorf("%s sent %s %d times, want %s%d", who, what, got, map[bool]string{true: "at least "}[more], count)
		}
	}
}

func cutCount(key string) (who, what string, more bool) {
	for i := range len(key) {
		if key[i] == ' ' {
			who, what = key[:i], key[i+1:]
			break
		}
	}
	if n := len(what) - 2; n > 0 && what[n:] == " >" {
		return who, what[:n], true
	}
	return who, what, false
}

// finish hangs up what is left and wants everything put away after a while.
func (d *duel) finish() {
	for _, p := range []*duellist{d.alice, d.bob} {
		if p == nil {
			continue
		}
		p.mu.Lock()
		var open []ua.CallID
		for id, call := range p.calls {
			if call.State != ua.Terminated {
				open = append(open, id)
			}
		}
		p.mu.Unlock()
		for _, id := range open {
			_ = p.agent.Hangup(id)
		}
	}
	d.pass(5 * time.Minute)
	before := len(d.network.Trace())
	d.pass(5 * time.Minute)
	if after := len(d.network.Trace()); after != before {
		d.Errorf("%d datagrams were sent when all was over", after-before)
	}
	d.alice.rest()
	if d.bob != nil {
		d.bob.rest()
	}
}

// What our telephone never does itself is scripted: it sends no INVITE without
// an offer, no BYE in an early dialog and no UPDATE with an offer in a call.
func TestRace_with_a_script(t *testing.T) {
	realTimers(t)
	start := func(t *testing.T, offer string) (*duel, *uatest.Peer) {
		d := newDuel(t)
		peer := uatest.NewPeerOn(t, d.network.Socket("peer", bobAt), aliceAt)
		peer.Send(scripted("INVITE", 1, "", offer))
		peer.Expect("100")
		d.pass(oneWay)
		d.alice.do("ring")
		peer.Expect("180")
		return d, peer
	}
	const sdp = "v=0\no=- 1 1 IN IP4 192.0.2.2\ns=-\nc=IN IP4 192.0.2.2\nt=0 0\nm=audio 4 RTP/AVP 0"
	for _, test := range []struct {
		arrow string
		offer string
		play  func(*duel, *uatest.Peer)
		want  string
	}{
		{"§3.1.3: BYE in the early dialog crosses the 200 -> 200 to BYE, ACK is fine", sdp, func(d *duel, peer *uatest.Peer) {
			tag := d.tag()
			d.alice.do("answer")
			peer.Send(scripted("BYE", 2, tag, ""))
			peer.Expect("200")
			peer.Send(scripted("ACK", 1, tag, ""))
			d.expectTo(peer, "200", "BYE")
		}, "terminated remote-bye"},
		{"§3.1.3: BYE in the early dialog -> 200 to BYE, 487 to INVITE", sdp, func(d *duel, peer *uatest.Peer) {
			tag := d.tag()
			peer.Send(scripted("BYE", 2, tag, ""))
			d.expectTo(peer, "200", "BYE")
			d.expectTo(peer, "487", "INVITE")
			peer.Send(scripted("ACK", 1, tag, ""))
		}, "terminated cancelled"},
		{"§3.1.5: re-INVITE before the ACK that has to bring the answer -> 491, then the ACK counts", "", func(d *duel, peer *uatest.Peer) {
			tag := d.tag()
			d.alice.do("answer")
			peer.Expect("200")
			peer.Send(scripted("INVITE", 2, tag, sdp))
			peer.Expect("491")
			peer.Send(scripted("ACK", 2, tag, "")) // with the branch of its INVITE
			peer.Send(scripted("ACK", 1, tag, sdp))
		}, "confirmed"},
		{"§3.3.2: UPDATE with an offer crosses our re-INVITE -> 491, ours is tried again", sdp, func(d *duel, peer *uatest.Peer) {
			tag := d.tag()
			d.alice.do("answer")
			peer.Expect("200")
			peer.Send(scripted("ACK", 1, tag, ""))
			d.pass(time.Second)
			d.alice.do("hold")
			peer.Send(scripted("UPDATE", 2, tag, sdp))
			invite := peer.Expect("INVITE")
			peer.Reply(invite, "", "491 Request Pending")
			d.expectTo(peer, "491", "UPDATE")
			peer.Expect("ACK")
			again := peer.Expect("INVITE")
			peer.Reply(again, "", "200 OK", "Contact: <sip:peer@192.0.2.2>", "Content-Type: application/sdp\n\n"+sdp+"\na=recvonly")
			peer.Expect("ACK")
		}, "confirmed+held"},
	} {
		t.Run(test.arrow, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				d, peer := start(t, test.offer)
				test.play(d, peer)
				d.pass(time.Second)
				if got := d.alice.state(); got != test.want {
					t.Errorf("the call is %s, want %s\n%s", got, test.want, d.story())
				}
				d.finish()
				if t.Failed() {
					t.Log(d.story())
				}
			})
		})
	}
}

// expectTo waits for a response to a request of a method.
func (d *duel) expectTo(peer *uatest.Peer, status, method string) {
	d.Helper()
	for {
		if m := peer.Expect(status); m.Get("CSeq")[len(m.Get("CSeq"))-len(method):] == method {
			return
		}
	}
}

// tag is ours in the only call.
func (d *duel) tag() string {
	out := make(chan string, 1)
	d.alice.agent.post(func(o *owner) {
		for _, c := range o.calls {
			out <- c.localTag
			return
		}
		out <- ""
	})
	return <-out
}

// scripted is a request of the script's.
func scripted(method string, cseq int, tag, sdp string) string {
	to, body := "", "\n"
	if tag != "" {
		to = ";tag=" + tag
	}
	if sdp != "" {
		body = "Content-Type: application/sdp\n\n" + sdp
	}
	branch := fmt.Sprintf("z9hG4bK-%d-%s", cseq, method)
	if method == "ACK" && cseq > 1 { // to a response that is not a 2xx
		branch = fmt.Sprintf("z9hG4bK-%d-INVITE", cseq)
	}
	return fmt.Sprintf("%s sip:alice@192.0.2.1 SIP/2.0\nVia: SIP/2.0/UDP 192.0.2.2;branch=%s\nFrom: <sip:peer@192.0.2.2>;tag=peer\n"+
		"To: <sip:alice@192.0.2.1>%s\nCall-ID: script\nCSeq: %d %s\nContact: <sip:peer@192.0.2.2>\nMax-Forwards: 70\n%s", method, branch, to, cseq, method, body)
}

// Two telephones on a network that loses, doubles and disorders agree in the
// end on whether they talk, and put everything away.
func TestRace_over_a_bad_network(t *testing.T) {
	realTimers(t)
	commands := []string{"hold", "resume", "refresh", "hang up"}
	for seed := range uint64(500) {
		synctest.Test(t, func(t *testing.T) {
			d := newDuel(t)
			d.bob = d.join("bob", bobAt)
			chance := rand.New(rand.NewPCG(seed, 7))
			d.network.Fate(uatest.Lossy(seed, 0.3*chance.Float64(), 400*time.Millisecond))
			d.alice.do("invite")
			d.pass(2 * time.Second)
			if len(d.bob.seen()) == 1 {
				d.bob.do(slices.Concat([]string{"ring"}, []string{"answer", "reject"})[chance.IntN(3)])
				d.pass(time.Duration(chance.Int64N(int64(time.Second))))
				d.bob.do("answer")
				for range chance.IntN(6) {
					d.pass(time.Duration(chance.Int64N(int64(time.Second))))
					[]*duellist{d.alice, d.bob}[chance.IntN(2)].do(commands[chance.IntN(len(commands))])
				}
			}
			d.pass(2 * time.Minute)
			a, b := d.alice.seen(), d.bob.seen()
			if len(a) != 1 || len(b) > 1 {
				t.Errorf("%d and %d calls", len(a), len(b))
			} else if len(b) == 1 && (a[0].State == ua.Confirmed) != (b[0].State == ua.Confirmed) {
				t.Errorf("alice is %s, bob is %s", d.alice.state(), d.bob.state())
			}
			d.finish()
			if t.Failed() {
				t.Log(seed, "\n"+d.story())
			}
		})
		if t.Failed() {
			return
		}
	}
}

// seen are the calls that a duellist has had.
func (p *duellist) seen() []ua.Call {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []ua.Call
	for _, call := range p.calls {
		out = append(out, call)
	}
	return out
}
