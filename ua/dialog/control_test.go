package dialog

import "testing"

func TestStep_remote_control(t *testing.T) {
	notify := func(event string, trusted bool) Received {
		return with(req(2, "NOTIFY", 2, ""), func(r *Request) { r.Event, r.Trusted = event, trusted })
	}
	for _, c := range []struct {
		arrow   string
		allowed bool
		given   any
		when    Received
		want    string
	}{
		{"ringing: talk -> to be answered", true, alerting, notify("talk", true), "reply#2 200; control hold=false"},
		{"confirmed: talk -> to be taken up", true, serving, notify("Talk;x=y", true), "reply#2 200; control hold=false"},
		{"confirmed: hold -> to be held", true, serving, notify("hold", true), "reply#2 200; control hold=true"},
		{"ringing: hold -> 480", true, alerting, notify("hold", true), "reply#2 480"},
		{"ringing: talk of a stranger -> 403", true, alerting, notify("talk", false), "reply#2 403"},
		{"ringing: talk, not allowed -> 489", false, alerting, notify("talk", true), "reply#2 489"},
		{"confirmed: another event -> 489", true, serving, notify("talkative", true), "reply#2 489"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			r := newRig(Config{RemoteControl: c.allowed})
			r.feed(c.given)
			r.lines = nil
			r.feed(c.when)
			if got := r.said(); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
