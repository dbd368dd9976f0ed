package dialog

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func to(tx Tx, status int, targets ...string) Responded {
	return Responded{tx, Response{Status: status, ToTag: "far", Contacts: targets}}
}

func TestStep_redirected(t *testing.T) {
	var round []any
	for i := range maxRedirects {
		round = append(round, to(Tx(i+1), 302, fmt.Sprintf("sip:%d@pbx", i)))
	}
	run(t, []row{
		{arrow: "early: 302 -> there", given: ringing, when: to(1, 302, "sip:700@pbx"), want: "send INVITE> offer-false; trying"},
		{arrow: "redirected: 200 -> confirmed", given: then(calling, to(1, 302, "sip:700@pbx")), when: got(2, 200, "far", "v"), want: "ack far; accept v; confirmed"},
		{arrow: "calling: 302 to where we are -> rejected", given: calling, when: to(1, 302, "sip:600@pbx"), want: "close; terminated rejected; done"},
		{arrow: "calling: 302 to the web -> rejected", given: calling, when: to(1, 302, "https://pbx"), want: "close; terminated rejected; done"},
		{arrow: "secure: 302 to the clear -> rejected", given: []any{Dial{URI: "sips:600@pbx"}}, when: to(1, 302, "sip:700@pbx"), want: "close; terminated rejected; done"},
		{arrow: "calling: 305 -> rejected", given: calling, when: to(1, 305, "sip:700@pbx"), want: "close; terminated rejected; done"},
		{arrow: "redirected: back again -> rejected", given: then(calling, to(1, 302, "sip:700@pbx")), when: to(2, 302, "sip:600@pbx"), want: "close; terminated rejected; done"},
		{arrow: "redirected: again and again -> rejected", given: then(calling, round...), when: to(6, 302, "sip:9@pbx"), want: "close; terminated rejected; done"},
		{arrow: "cancelled: 302 -> done", given: then(ringing, Hangup{}), when: to(1, 302, "sip:700@pbx"), want: "done"},
	})
}

func TestStep_reason_for_a_person(t *testing.T) {
	r := newRig(Config{})
	r.feed(calling)
	r.step(Responded{1, Response{Status: 503, Reason: "Overload", Warning: "too many calls", RetryAfter: 30 * time.Second}})
	if got := r.machine.Call().Reason; !strings.Contains(got, "too many calls") || !strings.Contains(got, "30s") {
		t.Error(got)
	}
}
