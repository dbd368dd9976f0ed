package agent

import (
	"fmt"
	"net/netip"
	"strings"
	"testing"
	"time"

	"offhook/ua"
	"offhook/ua/uatest"
)

// server is a scripted registrar, presence server and PBX.
type server struct {
	*uatest.Peer
	tb    testing.TB
	phone *phone
	bound message // the REGISTER
	cseq  int
	// takes is what its SUBSCRIBEs take; "" is dialogs.
	takes string
}

// newServer registers an account that wants what change says.
func newServer(t *testing.T, change func(*ua.Account)) *server {
	t.Helper()
	s := &server{Peer: uatest.NewPeer(t, netip.AddrPort{}), tb: t}
	s.phone = newPhone(t, func(c *Config) { c.ShutdownTimeout = 100 * time.Millisecond })
	account := ua.Account{
		ID: "a", User: "1001", Domain: "pbx.example", Password: ua.NewSecret("secret"), Registrar: s.Address().String(),
		Transport: ua.UDP, Register: true, KeepAlive: -1,
	}
	change(&account)
	s.phone.must(s.phone.agent.SetAccounts([]ua.Account{account}))
	s.bound = s.register()
	s.phone.awaitState(ua.Registered)
	return s
}

func (s *server) register() message {
	s.tb.Helper()
	m := s.Expect("REGISTER")
	s.Answer(m, "pbx", "200 OK", "Contact: "+m.Get("Contact"), "Expires: 600")
	return m
}

// accept takes a SUBSCRIBE and answers it.
func (s *server) accept(lines ...string) message {
	s.tb.Helper()
	m := s.Expect("SUBSCRIBE")
	s.Answer(m, "srv", "200 OK", append([]string{"Contact: <sip:srv@%ME%>", "Expires: 3600"}, lines...)...)
	return m
}

// notify sends a NOTIFY in the dialog of a SUBSCRIBE and expects an answer.
func (s *server) notify(m message, status, state, contentType, body string, lines ...string) {
	s.tb.Helper()
	s.cseq++
	s.send(fmt.Sprintf("From: %s\nTo: %s\nCall-ID: %s\nSubscription-State: %s\n%s", tagged(m.Get("To"), "srv"), m.Get("From"),
		m.Get("Call-ID"), state, strings.Join(append(lines, "Event: "+m.Get("Event")), "\n")), m.Get("Contact"), status, contentType, body)
}

func tagged(address, tag string) string {
	if strings.Contains(address, ";tag=") {
		return address
	}
	return address + ";tag=" + tag
}

func (s *server) send(head, contact, status, contentType, body string) message {
	s.tb.Helper()
	s.cseq++
	if contentType != "" {
		head += "\nContent-Type: " + contentType
	}
	s.Send(fmt.Sprintf("NOTIFY %s SIP/2.0\nVia: SIP/2.0/UDP %%ME%%;branch=z9hG4bKn%d;rport\nCSeq: %d NOTIFY\nContact: <sip:srv@%%ME%%>\n%s\n\n%s",
		strings.Trim(strings.Split(contact, ";")[0], "<>"), s.cseq, s.cseq, head, body))
	return s.Expect(status)
}

func dialogInfo(version int, state, dialogs string) string {
	return fmt.Sprintf(`<dialog-info xmlns="urn:ietf:params:xml:ns:dialog-info" version="%d" state="%s" entity="sip:2002@pbx.example">%s</dialog-info>`, version, state, dialogs)
}

const ringing2002 = `<dialog id="1" call-id="c" local-tag="l" remote-tag="r" direction="recipient"><state>early</state><remote><identity display="Eve">sip:3003@pbx.example</identity></remote></dialog>`

const dialogType = "application/dialog-info+xml"

func (s *server) awaitLine(state ua.LineState) ua.DialogsChanged {
	s.tb.Helper()
	return await(s.phone, "a line "+state.String(), func(e ua.DialogsChanged) bool { return e.State == state })
}

func TestWatch_tells_what_a_resource_does(t *testing.T) {
	s := newServer(t, func(a *ua.Account) { a.Watch = "2002" })
	sub := s.accept()
	if sub.URI != "sip:2002@pbx.example" || sub.Get("Event") != "dialog" || sub.Get("Accept") != dialogType || sub.Has("Supported") {
		t.Errorf("SUBSCRIBE %s %s %s", sub.URI, sub.Get("Event"), sub.Get("Accept"))
	}
	s.notify(sub, "200", "active;expires=1800", dialogType, dialogInfo(0, "full", ""))
	if e := s.awaitLine(ua.LineIdle); e.Account != "a" || e.Resource != "2002" {
		t.Errorf("%+v", e)
	}
	s.notify(sub, "200", "active;expires=1800", dialogType, dialogInfo(1, "partial", ringing2002))
	if e := s.awaitLine(ua.LineEarly); !e.Incoming || e.Remote.User != "3003" || e.Remote.DisplayName != "Eve" || e.CallID+e.LocalTag+e.RemoteTag != "clr" {
		t.Errorf("%+v", e)
	}
	s.notify(sub, "200", "active;expires=1800", dialogType, dialogInfo(5, "partial", "")) // a gap
	again := s.accept()
	if again.Get("Call-ID") != sub.Get("Call-ID") || !strings.Contains(again.Get("To"), "tag=srv") {
		t.Errorf("the full state is asked for with To %s", again.Get("To"))
	}
	s.notify(sub, "200", "active", dialogType, dialogInfo(6, "full", ""))
	s.awaitLine(ua.LineIdle)
	s.notify(sub, "200", "terminated;reason=deactivated", "", "")
	fresh := s.accept()
	if fresh.Get("Call-ID") == sub.Get("Call-ID") {
		t.Error("subscribed again in the dialog that has ended")
	}
	s.notify(sub, "481", "active", "", "") // the old one
	s.notify(fresh, "420", "active", "", "", "Require: foo")
	s.notify(fresh, "200", "terminated;reason=rejected", "", "")
	if e := s.awaitLine(ua.LineUnknown); e.Resource != "2002" {
		t.Errorf("%+v", e)
	}
}

func TestWatch_by_a_list(t *testing.T) {
	s := newServer(t, func(a *ua.Account) { a.WatchList = "all" })
	sub := s.accept("Require: eventlist")
	if sub.Get("Supported") != "eventlist" || !strings.Contains(sub.Get("Accept"), "application/rlmi+xml") || !strings.Contains(sub.Get("Accept"), "multipart/related") {
		t.Errorf("Supported %q, Accept %q", sub.Get("Supported"), sub.Get("Accept"))
	}
	body := "--b\nContent-ID: <r@x>\nContent-Type: application/rlmi+xml\n\n" +
		`<list xmlns="urn:ietf:params:xml:ns:rlmi" uri="sip:all@pbx.example" version="0" fullState="true"><resource uri="sip:2002@pbx.example"><name>Two</name><instance id="1" state="active" cid="d@x"/></resource></list>` +
		"\n--b\nContent-ID: <d@x>\nContent-Type: " + dialogType + "\n\n" + dialogInfo(0, "full", ringing2002) + "\n--b--\n"
	s.notify(sub, "200", "active;expires=1800", `multipart/related;type="application/rlmi+xml";start="<r@x>";boundary="b"`, body, "Require: eventlist")
	if e := s.awaitLine(ua.LineEarly); e.Resource != "sip:2002@pbx.example" || e.Name != "Two" {
		t.Errorf("%+v", e)
	}
}

func TestSubscriptions_end_with_the_account(t *testing.T) {
	s := newServer(t, func(a *ua.Account) { a.Watch = "2002" })
	sub := s.accept()
	s.notify(sub, "200", "active", dialogType, dialogInfo(0, "full", ""))
	s.awaitLine(ua.LineIdle)
	s.phone.must(s.phone.agent.SetAccounts(nil))
	last := s.Expect("SUBSCRIBE")
	if last.Get("Expires") != "0" || last.Get("Call-ID") != sub.Get("Call-ID") {
		t.Errorf("Expires %q", last.Get("Expires"))
	}
}

func TestSubscription_that_is_refused_is_told(t *testing.T) {
	s := newServer(t, func(a *ua.Account) { a.Watch = "2002" })
	s.Answer(s.Expect("SUBSCRIBE"), "srv", "489 Bad Event")
	e := await(s.phone, "the refusal", func(ua.SubscriptionChanged) bool { return true })
	if e.Active || e.Event != "dialog" || e.Resource != "2002" || !strings.Contains(e.Cause, "489") || e.Retry.IsZero() {
		t.Errorf("%+v", e)
	}
}

func TestRegistration_that_is_removed_is_made_anew(t *testing.T) {
	s := newServer(t, func(a *ua.Account) { a.RegEvent = true })
	sub := s.accept()
	if sub.Get("Event") != "reg" {
		t.Errorf("Event %q", sub.Get("Event"))
	}
	contact, _, _ := strings.Cut(strings.TrimPrefix(s.bound.Get("Contact"), "<"), ">")
	reg := func(state, event string) string {
		return fmt.Sprintf(`<reginfo xmlns="urn:ietf:params:xml:ns:reginfo" version="0" state="full"><registration aor="sip:1001@pbx.example" id="1" state="active"><contact id="1" state="%s" event="%s"><uri>%s</uri></contact></registration></reginfo>`, state, event, contact)
	}
	s.notify(sub, "200", "active", "application/reginfo+xml", reg("active", "registered"))
	s.notify(sub, "200", "active", "application/reginfo+xml", reg("terminated", "deactivated"))
	if again := s.register(); again.Get("Call-ID") != s.bound.Get("Call-ID") || again.Get("Expires") == "0" {
		t.Errorf("%s, Expires %s", again.Get("Call-ID"), again.Get("Expires"))
	}
}

func TestFeatures_both_ways(t *testing.T) {
	s := newServer(t, func(a *ua.Account) { a.FeatureSync = true })
	sub := s.accept()
	if sub.Get("Event") != "as-feature-event" || len(sub.Body) > 0 {
		t.Errorf("Event %q, body %q", sub.Get("Event"), sub.Body)
	}
	const kind = "application/x-as-feature-event+xml"
	s.notify(sub, "200", "active", kind, `<DoNotDisturbEvent><device/><doNotDisturbOn>false</doNotDisturbOn></DoNotDisturbEvent>`)
	if e := await(s.phone, "a feature", func(ua.FeaturesChanged) bool { return true }); e.Feature != ua.DoNotDisturb || e.On {
		t.Errorf("%+v", e)
	}
	s.phone.must(s.phone.agent.SetFeature("a", ua.FeatureState{Feature: ua.ForwardBusy, On: true, Target: "2002"}))
	set := s.accept()
	if set.Get("Content-Type") != kind || !strings.Contains(string(set.Body), "<forwardDN>2002</forwardDN>") || set.Get("Call-ID") != sub.Get("Call-ID") {
		t.Errorf("%s %s", set.Get("Content-Type"), set.Body)
	}
	s.notify(sub, "200", "active", kind, `<ForwardingEvent><device/><forwardingType>forwardBusy</forwardingType><forwardStatus>true</forwardStatus><forwardTo>2002</forwardTo></ForwardingEvent>`)
	if e := await(s.phone, "a feature", func(e ua.FeaturesChanged) bool { return e.Feature == ua.ForwardBusy }); !e.On || e.Target != "2002" {
		t.Errorf("%+v", e)
	}
	for _, c := range []struct {
		account ua.AccountID
		state   ua.FeatureState
	}{{"b", ua.FeatureState{Feature: ua.DoNotDisturb}}, {"a", ua.FeatureState{Feature: "x"}}, {"a", ua.FeatureState{Feature: ua.ForwardBusy, On: true}}} {
		if s.phone.agent.SetFeature(c.account, c.state) == nil {
			t.Errorf("%s %+v was accepted", c.account, c.state)
		}
	}
}
