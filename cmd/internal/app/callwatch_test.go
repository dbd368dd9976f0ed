package app

import (
	"net/netip"
	"testing"

	"offhook/cmd/internal/localapi"
)

// A call is looked at each second while it lasts; what was seen stays when it is over.
func TestJourney_call_figures(t *testing.T) {
	w := newWorld(t, boardFile)
	w.boot()
	w.until("registration", isRegistered)
	if err := w.control.Dial(t.Context(), localapi.DialRequest{Target: "600"}); err != nil {
		t.Fatal(err)
	}
	w.callIn("confirmed")
	call := func() localapi.CallDetail {
		s, err := w.control.Status(t.Context())
		if err != nil || len(s.Calls) != 1 {
			t.Fatalf("%d calls, %v", len(s.Calls), err)
		}
		d, err := w.control.Call(t.Context(), s.Calls[0].ID)
		if err != nil {
			t.Fatal(err)
		}
		if d.Grade != s.Calls[0].Grade {
			t.Logf("judged meanwhile: %q, then %q", s.Calls[0].Grade, d.Grade)
		}
		return d
	}
	w.wait("a verdict", func() bool { return call().Grade != "" }, func() any { return call() })
	up := call()
	if n := len(up.Seconds); n < 2 || up.Seconds[n-1].Expected < 25 || up.Link == "" || up.Began.Before(up.Answered.Add(-2e9)) {
		t.Errorf("%+v", up)
	}
	if err := w.control.Hangup(t.Context()); err != nil {
		t.Fatal(err)
	}
	w.quiet()
	over := call()
	if len(over.Seconds) < len(up.Seconds) || over.Verdict == "" || over.Ended.IsZero() {
		t.Errorf("%+v", over)
	}
	if _, err := w.control.Call(t.Context(), 999); err == nil {
		t.Error("there is a call 999")
	}
}

func TestLinkOf(t *testing.T) {
	if got := linkOf(netip.MustParseAddr("127.0.0.1")); got != "lo" {
		t.Errorf("127.0.0.1 is of %q", got)
	}
	if got := linkOf(netip.MustParseAddr("192.0.2.77")); got != "" {
		t.Errorf("192.0.2.77 is of %q", got)
	}
}
