package agent

import (
	"strings"
	"testing"
	"time"

	"offhook/ua"
	"offhook/ua/dialog"
	"offhook/ua/wire"
)

// ring lets a timer of a call fire now; false when it does not run.
func (p *phone) ring(id ua.CallID, timer dialog.TimerID) bool {
	p.tb.Helper()
	rang := make(chan bool, 1)
	p.must(p.agent.command(func(o *owner) {
		alarm := o.calls[id].timers[timer]
		running := alarm.pending()
		if running {
			o.clock.stop(alarm)
			alarm.fire()
		}
		rang <- running
	}))
	return <-rang
}

func TestSessionTimer_refreshed_by_either_and_expired(t *testing.T) {
	everyTransport(t, func(t *testing.T, transport ua.Transport) {
		o, a, b := pair(t, transport)
		at, bt := talk(a, b)
		invites := o.Requests("INVITE")
		if got := invites[0].Get("Session-Expires"); got != "1800" {
			t.Errorf("INVITE for %q", got)
		}
		for _, who := range []struct {
			p  *phone
			id ua.CallID
		}{{b, bt}, {b, bt}} { // the callee refreshes
			seen := len(o.Requests("UPDATE"))
			if !who.p.ring(who.id, dialog.TimerRefresh) {
				t.Fatal("nobody refreshes")
			}
			waitFor(t, func() bool { return len(o.Requests("UPDATE")) > seen })
			waitFor(t, func() bool { return who.p.running(who.id, dialog.TimerRefresh) })
		}
		update := o.Requests("UPDATE")[0]
		if update.Get("Session-Expires") != "1800;refresher=uac" || len(update.Body) > 0 || !update.Has("Contact") {
			t.Errorf("UPDATE %+v", update.Fields)
		}
		if a.ring(at, dialog.TimerRefresh) {
			t.Error("both refresh")
		}
		o.Drop(func(m *wire.Message) bool { return m.Method == "BYE" }) // who is left must find out alone
		b.must(b.agent.Hangup(bt))
		b.awaitCall(ua.Terminated)
		if !a.ring(at, dialog.TimerExpire) {
			t.Fatal("the session does not expire")
		}
		if c := a.awaitCall(ua.Terminated); c.Cause != ua.Timeout {
			t.Errorf("a's cause is %q", c.Cause)
		}
	})
}

func (p *phone) running(id ua.CallID, timer dialog.TimerID) bool {
	p.tb.Helper()
	runs := make(chan bool, 1)
	p.must(p.agent.command(func(o *owner) { runs <- o.calls[id].timers[timer].pending() }))
	return <-runs
}

func TestSessionTimer_repeats_the_description_where_UPDATE_is_unknown(t *testing.T) {
	o, a, b := pair(t, ua.TCP)
	_, bt := talk(a, b)
	forbidUpdate := func(p *phone, id ua.CallID) {
		done := make(chan struct{})
		p.must(p.agent.command(func(o *owner) {
			c := o.calls[id]
			o.step(c, dialog.Received{Tx: 9999, Request: dialog.Request{
				Method: "UPDATE", CSeq: 1 << 30, FromTag: remoteTag(o, c),
				Supported: []string{"timer"}, Session: dialog.SessionTimer{Expires: time.Hour, Refresher: "uas"},
				Allow: []string{"INVITE"},
			}})
			close(done)
		}))
		<-done
	}
	forbidUpdate(b, bt)
	before := len(o.Requests("INVITE"))
	if !b.ring(bt, dialog.TimerRefresh) {
		t.Fatal("nobody refreshes")
	}
	waitFor(t, func() bool { return len(o.Requests("INVITE")) > before })
	waitFor(t, func() bool { return b.running(bt, dialog.TimerRefresh) })
	invites := o.Requests("INVITE")
	last := invites[len(invites)-1]
	if !strings.Contains(string(last.Body), "o=- 1 1 ") {
		t.Errorf("the version of the description has changed:\n%s", last.Body)
	}
	b.must(b.agent.Hangup(bt))
	a.awaitCall(ua.Terminated)
}

func remoteTag(o *owner, c *call) string {
	for _, s := range c.received {
		from, _ := wire.ParseAddress(s.request.Get("From"))
		return from.Tag()
	}
	return ""
}

func TestSessionTimer_of_a_message(t *testing.T) {
	for _, c := range []struct {
		arrow, expires, least string
		want                  dialog.SessionTimer
	}{
		{"none", "", "", dialog.SessionTimer{}},
		{"plain", "1800", "90", dialog.SessionTimer{Expires: 30 * time.Minute, Min: 90 * time.Second}},
		{"with parameters", "90 ; x=1;Refresher=UAS", "120;x", dialog.SessionTimer{Expires: 90 * time.Second, Refresher: "uas", Min: 2 * time.Minute}},
		{"malformed", "-1;refresher=uac", "soon", dialog.SessionTimer{}},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			m := wire.Message{Fields: []wire.Field{{Name: "Session-Expires", Value: c.expires}, {Name: "Min-SE", Value: c.least}}}
			if got := sessionTimer(&m); got != c.want {
				t.Errorf("%+v", got)
			}
		})
	}
}
