//go:build interop

package interop

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"offhook/cmd/internal/localapi"
)

// stage is a telephone with an account that calls sipp straight, by each
// transport, and one that is registered, to be called.
type stage struct {
	k       *kamailio
	p       *telephone
	port    map[string]int // of sipp, by transport
	user    string         // of the telephone's Contact
	contact string         // its address
}

func newStage(t *testing.T) *stage {
	s := &stage{k: newKamailio(t), port: map[string]int{"udp": freePort(t), "tcp": freePort(t)}}
	lines := s.k.account("1001", "udp")
	for transport, port := range s.port {
		lines += accountLine("id: "+transport, "user: peer", "password: secret-peer", fmt.Sprintf("domain: '127.0.0.1:%d'", port), "transport: "+transport, "register: false", "mwi: false")
	}
	s.p = newTelephone(t, lines)
	ctx, cancel := context.WithTimeout(t.Context(), rowTime)
	defer cancel()
	s.bound(t, ctx, 0)
	s.p.listen(ctx)
	return s
}

// bound learns where the telephone is to be called, from the last binding after
// a mark of Kamailio's.
func (s *stage) bound(t *testing.T, ctx context.Context, mark int) {
	t.Helper()
	s.p.with(t).bound(ctx, "1001")
	for r, err := s.k.registered(ctx, mark, "1001"); ; {
		must(t, err)
		if r.Expires == "0" { // of the telephone that went
			mark = s.k.after(mark, `@@ register user=1001`)
			r, err = s.k.registered(ctx, mark, "1001")
			continue
		}
		uri := regexp.MustCompile(`sip:([^@]+)@([^;>]+)`).FindStringSubmatch(r.Contact)
		if uri == nil {
			t.Fatalf("Contact %q", r.Contact)
		}
		s.user, s.contact = uri[1], uri[2]
		return
	}
}

// dial has the telephone call sipp.
func (s *stage) dial(t *testing.T, ctx context.Context, transport string) (before uint64) {
	t.Helper()
	before = s.p.with(t).lastCall(ctx)
	t.Cleanup(func() { _ = s.p.Control().Hangup(context.Background()) }) // what a row that failed leaves
	must(t, s.p.Control().Dial(ctx, localapi.DialRequest{Account: transport, Target: "9001"}))
	return before
}

// hangUp ends the call and waits for sipp's end too.
func (s *stage) hangUp(t *testing.T, ctx context.Context, x *script) {
	t.Helper()
	must(t, s.p.Control().Hangup(ctx))
	s.p.quiet(ctx)
	x.passes(ctx)
}

// calls has sipp call the telephone, straight.
func (s *stage) calls(t *testing.T, ctx context.Context, scenario string, b blanks) *script {
	t.Helper()
	s.p.with(t)
	return sipp(t, ctx, scenario, "udp", s.port["udp"], b, "-s", s.user, s.contact)
}

func TestScenariosCalled(t *testing.T) {
	s := newStage(t)
	for _, transport := range []string{"udp", "tcp"} {
		row(t, "183 with sound, then 200, "+transport+" -> heard before and after", func(t *testing.T, ctx context.Context) {
			x := served(t, ctx, "early-media", transport, s.port[transport], blanks{Song: song(t)})
			before := s.dial(t, ctx, transport)
			s.p.newCall(ctx, before, "early")
			from := s.p.ear.now()
			f := s.p.hear(ctx, far, from)
			told("heard before the answer %+.1f dB off, %.1f %% pure", f.Gain, 100*f.Like)
			must(t, f.check())
			s.p.newCall(ctx, before, "early")
			x.goOn(ctx)
			s.p.newCall(ctx, before, "confirmed")
			must(t, s.p.hear(ctx, far, s.p.ear.now()).check())
			s.hangUp(t, ctx, x)
		})
		row(t, "CANCEL crosses 200, "+transport+" -> ended by BYE", func(t *testing.T, ctx context.Context) {
			x := served(t, ctx, "cancel-crossing", transport, s.port[transport], blanks{})
			before := s.dial(t, ctx, transport)
			s.p.newCall(ctx, before, "early")
			s.hangUp(t, ctx, x)
		})
		row(t, "forked 200s, "+transport+" -> one call, the other ended", func(t *testing.T, ctx context.Context) {
			x := served(t, ctx, "forked", transport, s.port[transport], blanks{})
			before := s.dial(t, ctx, transport)
			s.p.newCall(ctx, before, "confirmed")
			must(t, x.saw(ctx, `(?s)BYE sip:.*tag=two`))
			s.p.newCall(ctx, before, "confirmed")
			s.hangUp(t, ctx, x)
		})
		row(t, "re-INVITE without a description, "+transport+" -> an offer in the 200", func(t *testing.T, ctx context.Context) {
			x := served(t, ctx, "reinvite-without-offer", transport, s.port[transport], blanks{})
			before := s.dial(t, ctx, transport)
			s.p.newCall(ctx, before, "confirmed")
			must(t, x.saw(ctx, `ACK sip:`))
			must(t, x.saw(ctx, `INVITE sip:peer`))
			must(t, x.saw(ctx, `ACK sip:peer`))
			s.p.newCall(ctx, before, "confirmed")
			s.hangUp(t, ctx, x)
		})
		row(t, "UPDATE, "+transport+" -> answered, holds and resumes", func(t *testing.T, ctx context.Context) {
			x := served(t, ctx, "update", transport, s.port[transport], blanks{})
			before := s.dial(t, ctx, transport)
			c := s.p.newCall(ctx, before, "confirmed")
			s.p.callThat(ctx, "is held", func(l localapi.Call) bool { return l.ID == c.ID && l.Held })
			x.goOn(ctx)
			s.p.callThat(ctx, "is not held", func(l localapi.Call) bool { return l.ID == c.ID && !l.Held })
			must(t, x.saw(ctx, `(?s)CSeq: 3 UPDATE.*SIP/2.0 200.*CSeq: 3 UPDATE`))
			s.hangUp(t, ctx, x)
		})
		row(t, "BYE crosses BYE, "+transport+" -> both answered", func(t *testing.T, ctx context.Context) {
			x := served(t, ctx, "bye-crossing", transport, s.port[transport], blanks{})
			before := s.dial(t, ctx, transport)
			s.p.newCall(ctx, before, "confirmed")
			s.hangUp(t, ctx, x)
		})
		for _, c := range []struct{ status, header, answer string }{
			{"401 Unauthorized", `WWW-Authenticate: Digest realm="sipp", nonce="17", algorithm=MD5`, "Authorization:"},
			{"407 Proxy Authentication Required", `Proxy-Authenticate: Digest realm="sipp", nonce="18", algorithm=MD5, qop="auth"`, "Proxy-Authorization:"},
		} {
			row(t, c.status+", "+transport+" -> called again with credentials", func(t *testing.T, ctx context.Context) {
				x := served(t, ctx, "challenge", transport, s.port[transport], blanks{Status: c.status, Header: c.header, Answer: c.answer})
				before := s.dial(t, ctx, transport)
				s.p.newCall(ctx, before, "confirmed")
				s.hangUp(t, ctx, x)
			})
		}
	}
	row(t, "every packet thrown back -> offhook's own delay, mouth to ear", func(t *testing.T, ctx context.Context) {
		x := served(t, ctx, "echo", "udp", s.port["udp"], blanks{}, "-rtp_echo")
		before := s.dial(t, ctx, "udp")
		s.p.newCall(ctx, before, "confirmed")
		s.p.echoed(ctx) // the collision that it begins with is not heard
		s.hangUp(t, ctx, x)
	})
	row(t, "another codec in mid-call -> sound in that", func(t *testing.T, ctx context.Context) {
		x := served(t, ctx, "codec-change", "udp", s.port["udp"], blanks{}, "-rtp_echo")
		before := s.dial(t, ctx, "udp")
		s.p.newCall(ctx, before, "confirmed")
		for _, encoding := range []string{"PCMU", "PCMA"} {
			s.p.callThat(ctx, "has "+encoding, func(l localapi.Call) bool { return l.ID > before && l.Media != nil && l.Media.Encoding == encoding })
			s.p.loop(ctx)
			if encoding == "PCMU" {
				x.goOn(ctx)
			}
		}
		s.hangUp(t, ctx, x)
	})
	row(t, "302 to another address -> called there", func(t *testing.T, ctx context.Context) {
		x := served(t, ctx, "redirect", "udp", s.port["udp"], blanks{})
		before := s.dial(t, ctx, "udp")
		s.p.newCall(ctx, before, "confirmed")
		must(t, x.saw(ctx, `INVITE sip:9002@`))
		s.hangUp(t, ctx, x)
	})
	for _, c := range []struct{ status, header, want string }{
		{"302 Moved Temporarily", "", "Moved"},                                    // to nowhere
		{"305 Use Proxy", "Contact: <sip:9002@[local_ip]:[local_port]>", "Proxy"}, // whoever answers does not choose our way
		{"404 Not Found", "", ""},
		{"486 Busy Here", "", "Busy"},
		{"503 Service Unavailable", "Retry-After: 5", "Unavailable"},
		{"603 Decline", `Reason: Q.850;cause=21;text="Call rejected"`, ""},
	} {
		row(t, c.status+" -> ended, and why", func(t *testing.T, ctx context.Context) {
			x := served(t, ctx, "final", "udp", s.port["udp"], blanks{Status: c.status, Header: c.header})
			before := s.dial(t, ctx, "udp")
			l := s.p.newCall(ctx, before, "terminated")
			told("%s: %s, %s", c.status, l.Cause, l.Reason)
			if l.Cause == "" || !strings.Contains(strings.ToLower(l.Reason), strings.ToLower(c.want)) {
				t.Errorf("%+v", l)
			}
			x.passes(ctx)
		})
	}
}

func TestScenariosCalling(t *testing.T) {
	s := newStage(t)
	row(t, "INVITE without a description -> answered with an offer", func(t *testing.T, ctx context.Context) {
		before := s.p.with(t).lastCall(ctx)
		x := s.calls(t, ctx, "late-offer", blanks{})
		s.p.newCall(ctx, before, "early")
		must(t, s.p.Control().Answer(ctx))
		s.p.newCall(ctx, before, "confirmed")
		must(t, x.saw(ctx, `ACK sip:`))
		s.hangUp(t, ctx, x)
	})
	row(t, "a late ACK -> the 200 again, one call", func(t *testing.T, ctx context.Context) {
		before := s.p.with(t).lastCall(ctx)
		x := s.calls(t, ctx, "late-ack", blanks{})
		s.p.newCall(ctx, before, "early")
		must(t, s.p.Control().Answer(ctx))
		must(t, x.saw(ctx, `(?s)200 OK.*200 OK.*200 OK`))
		x.goOn(ctx)
		l := s.p.newCall(ctx, before, "terminated")
		if l.ID != before+1 || l.Cause != "remote-bye" {
			t.Errorf("after call %d: %+v", before, l)
		}
		x.passes(ctx)
	})
	row(t, "OPTIONS, and what it cannot do -> 200, 420, 501, 481", func(t *testing.T, ctx context.Context) {
		s.calls(t, ctx, "options", blanks{}).passes(ctx)
	})
	for _, event := range []string{"check-sync", "check-sync;reboot=false", "resync"} {
		row(t, "NOTIFY "+event+" -> fetched again", func(t *testing.T, ctx context.Context) {
			seen := s.p.with(t).logged("check-sync: the configuration will be fetched")
			s.calls(t, ctx, "notify", blanks{Header: "Event: " + event}).passes(ctx)
			s.p.logs(ctx, "check-sync: the configuration will be fetched", seen+1)
		})
	}
	for _, event := range []string{"check-sync;reboot=true", "reboot=true", ";reboot=true"} {
		row(t, "NOTIFY "+event+" -> started again, registered again", func(t *testing.T, ctx context.Context) {
			status, err := s.p.with(t).Control().Status(ctx)
			must(t, err)
			mark := s.k.mark()
			s.calls(t, ctx, "notify", blanks{Header: "Event: " + event}).passes(ctx)
			_, err = s.p.Until(ctx, "a new start", func(now localapi.Status) bool {
				return now.Started.After(status.Started) && account(now, "1001").State == "registered"
			})
			must(t, err)
			s.bound(t, ctx, mark)
		})
	}
}
