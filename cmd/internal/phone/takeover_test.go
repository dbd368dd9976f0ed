package phone

import (
	"testing"

	"offhook/ua"
)

func TestStep_another_call_takes_over(t *testing.T) {
	sent := func(state ua.CallState) ua.Call { // we were asked to call somebody else
		c := out(state)
		c.ID, c.Replaces = 5, 1
		return c
	}
	taken := in(7, ua.Proceeding) // somebody was put in the place of whom we speak to
	taken.Replaces = 1
	here := taken
	here.State = ua.Confirmed
	gone := over(out(ua.Confirmed), 0, ua.RemoteBye, "")
	check(t, desk(t), []arrow{
		{"talking: transferred -> the new call is shown, the old one waits", talking(), then(said(sent(ua.Trying))), "hold 1, hear 0 at handset", KindCalling},
		{"transferred: answered, the old one ends -> talk", then(talking(), said(sent(ua.Trying)), said(sent(ua.Confirmed))), then(said(gone)), "", KindInCall},
		{"transferred: busy there -> the old one again", then(talking(), said(sent(ua.Trying))), then(said(over(sent(ua.Trying), 486, ua.Rejected, "Busy"))), "resume 1, hear 1 at handset, error tone", KindInCall},
		{"talking: another takes over -> no ring", talking(), then(said(taken)), "hold 1, hear 0 at handset", KindCalling},
		{"taken over: confirmed -> talk", then(talking(), said(taken)), then(said(here)), "hear 7 at handset", KindInCall},
		{"no such call: rings as any", nil, then(said(taken)), "180 7, ring", KindRinging},
	})
}
