package agent

import (
	"strings"
	"testing"
	"time"

	"offhook/ua"
	"offhook/ua/uatest"
	"offhook/ua/wire"
)

// intercom is an INVITE of the server's for 1001, with further fields.
func (o *office) intercom(fields string) error {
	return o.Send("1001", "INVITE %CONTACT% SIP/2.0\nVia: %VIA%\nMax-Forwards: 70\nFrom: <sip:1002@pbx.example>;tag=q\nTo: <sip:1001@pbx.example>\n"+
		"Call-ID: intercom\nCSeq: 1 INVITE\nContact: <sip:1002@127.0.0.1>\n"+fields+"Content-Type: application/sdp\nContent-Length: 94\n\n"+
		"v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 40000 RTP/AVP 0\na=sendrecv\n")
}

func TestAutoAnswer_by_whom(t *testing.T) {
	const mode, asserted, dialect = "Answer-Mode: Auto\n", "P-Asserted-Identity: <sip:1002@pbx.example>\n", "Alert-Info: <http://x>;info=alert-autoanswer\n"
	for _, c := range []struct {
		arrow  string
		policy ua.AnswerPolicy
		from   string
		fields string
		auto   bool
		status int // of a refusal
	}{
		{"nothing said, through the server -> answered", "", "", mode, true, 0},
		{"the server's, through the server -> answered", ua.AnswerServer, "", dialect, true, 0},
		{"nobody -> rings", ua.AnswerNobody, "", mode, false, 0},
		{"nobody, a dialect -> rings", ua.AnswerNobody, "", dialect, false, 0},
		{"nobody, and it is demanded -> 403", ua.AnswerNobody, "", "Answer-Mode: Auto;require\n", false, 403},
		{"asserted, and he is -> answered", ua.AnswerAsserted, "", mode + asserted, true, 0},
		{"asserted, and he is not -> rings", ua.AnswerAsserted, "", mode, false, 0},
		{"asserted, and he is not, a dialect -> rings", ua.AnswerAsserted, "", dialect, false, 0},
		{"asserted, and he is not, and it is demanded -> 403", ua.AnswerAsserted, "", "Answer-Mode: Auto;require\n", false, 403},
		{"listed, and he is -> answered", ua.AnswerListed, "1009 1002", mode, true, 0},
		{"listed by URI, and he is -> answered", ua.AnswerListed, "sip:1002@PBX.example", mode, true, 0},
		{"listed, and he is not -> rings", ua.AnswerListed, "1003 sip:1002@elsewhere.example", mode, false, 0},
		{"listed, and the server asserts another -> rings", ua.AnswerListed, "1002", mode + "P-Asserted-Identity: <sip:1005@pbx.example>\n", false, 0},
		{"all -> answered", ua.AnswerAll, "", mode, true, 0},
		{"commanded by whom the server asserts -> answered", "", "", "Priv-Answer-Mode: Auto;require\n" + asserted, true, 0},
		{"commanded by whom it does not -> 403", "", "", "Priv-Answer-Mode: Auto;require\n", false, 403},
		{"by hand -> rings", ua.AnswerAll, "", "Answer-Mode: Manual\n" + dialect, false, 0},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			t.Parallel()
			answers := make(chan wire.Message, 8)
			o := newOffice(t, func(c *uatest.ProxyConfig) { c.ServiceNote = func(m wire.Message) { answers <- m } })
			p := newPhone(t, func(c *Config) { c.Locate, c.ShutdownTimeout = lookup, 20*time.Millisecond })
			account := o.account("1001", ua.TCP)
			account.AutoAnswer, account.AutoAnswerFrom = c.policy, c.from
			p.must(p.agent.SetAccounts([]ua.Account{account}))
			p.awaitState(ua.Registered)
			p.must(o.intercom("Require: answermode\n" + c.fields))
			if c.status != 0 {
				if m := nextFinal(t, answers); m.Status != c.status || m.Reason != "automatic answer forbidden" {
					t.Errorf("%d %s", m.Status, m.Reason)
				}
				return
			}
			call := p.awaitCallThat("a call", func(c ua.Call) bool { return c.Incoming })
			if call.AutoAnswer != c.auto {
				t.Errorf("to be answered by itself: %v", call.AutoAnswer)
			}
			if !c.auto {
				p.must(p.agent.Ringing(call.ID))
			}
			p.must(p.agent.Answer(call.ID))
			want := map[bool]string{true: "Auto", false: "Manual"}[c.auto]
			if !strings.Contains(c.fields, "Answer-Mode") {
				want = "" // nobody has asked
			}
			if m := nextFinal(t, answers); m.Status != 200 || m.Get("Answer-Mode") != want {
				t.Errorf("%d, Answer-Mode %q, want %q", m.Status, m.Get("Answer-Mode"), want)
			}
		})
	}
}

// A stranger writes into From what he likes.
func TestAutoAnswer_of_strangers(t *testing.T) {
	for policy, want := range map[ua.AnswerPolicy]bool{"": false, ua.AnswerListed: false, ua.AnswerAsserted: false, ua.AnswerAll: true} {
		t.Run(string(policy), func(t *testing.T) {
			p, peer := neighbour(t, "127.0.0.1:0")
			account := ua.Account{ID: "p2p", User: "phone", Domain: "neighbour", Transport: ua.UDP}
			account.AutoAnswer, account.AutoAnswerFrom = policy, "caller@127.0.0.1"
			p.must(p.agent.SetAccounts([]ua.Account{account}))
			peer.Send(request("INVITE", "sip:phone@%TO%", "Answer-Mode: Auto\nP-Asserted-Identity: <sip:caller@127.0.0.1>\n"+offer))
			if call := p.awaitCallThat("a call", func(c ua.Call) bool { return c.Incoming }); call.AutoAnswer != want {
				t.Errorf("to be answered by itself: %v", call.AutoAnswer)
			}
		})
	}
}

func TestSetAccounts_refuses_dealings_that_cannot_be(t *testing.T) {
	p := newPhone(t, nil)
	for arrow, dealings := range map[string]ua.Dealings{
		"an unknown policy":         {AutoAnswer: "friends"},
		"a list of nobody":          {AutoAnswer: ua.AnswerListed},
		"a list of what is no user": {AutoAnswer: ua.AnswerListed, AutoAnswerFrom: "1002 sip:"},
		"a silence before zero":     {Silence: -1},
	} {
		if err := p.agent.SetAccounts([]ua.Account{{ID: "a", User: "a", Domain: "pbx.example", Transport: ua.UDP, Dealings: dealings}}); err == nil {
			t.Errorf("%s: taken", arrow)
		}
	}
}
