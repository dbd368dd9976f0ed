package phone

import (
	"testing"
	"time"

	"offhook/hal"
	"offhook/ua"
)

// Several ring at once for the bell: the first who answers has the visitor.
func TestStep_bell_rings_several_at_once(t *testing.T) {
	config := Config{Accounts: []Account{{ID: "a"}}, Bell: []Bell{
		{Number: "600", Also: []string{"601", "602"}, For: 15 * time.Second}, {Number: "603"}}}
	at := func(id ua.CallID, state ua.CallState) Input {
		return said(ua.Call{ID: id, Account: "a", State: state, Remote: ua.Party{User: "60"}, Started: at()})
	}
	gone := func(id ua.CallID, status int, cause ua.Cause) Input {
		return said(over(ua.Call{ID: id, Account: "a"}, status, cause, ""))
	}
	rung := func(more ...any) []Input {
		return then(append([]any{config, press(hal.KeyCall), Invited{Ref: 1, Call: 1}, Invited{Ref: 2, Call: 2}, Invited{Ref: 3, Call: 3}}, more...)...)
	}
	check(t, desk(t), []arrow{
		{"pressed -> all at once", then(config), press(hal.KeyCall), "invite 600 by a, invite 601 by a, invite 602 by a, hear 0 at speaker", KindCalling},
		{"the second answers -> the others are withdrawn", rung(at(1, ua.Early), at(2, ua.Early)), then(at(2, ua.Confirmed)), "withdraw 1, withdraw 3, hear 2 at speaker, no tone", KindInCall},
		{"the first answers -> the others are withdrawn", rung(), then(at(1, ua.Confirmed)), "withdraw 2, withdraw 3, hear 1 at speaker", KindInCall},
		{"two answer at once -> the first talks", rung(at(3, ua.Confirmed)), then(at(1, ua.Confirmed)), "", KindInCall},
		{"answered before the agent told of another -> withdrawn when it does", then(config, press(hal.KeyCall), Invited{Ref: 1, Call: 1}, at(1, ua.Confirmed)), then(Invited{Ref: 2, Call: 2}), "withdraw 2", KindInCall},
		{"one is busy -> the others ring on", rung(), then(gone(1, 486, ua.Rejected)), "", KindCalling},
		{"one is busy, another answers -> talk", rung(gone(1, 486, ua.Rejected)), then(at(3, ua.Confirmed)), "withdraw 2, hear 3 at speaker", KindInCall},
		{"one cannot be called -> the others ring on", then(config, press(hal.KeyCall)), then(CommandFailed{Invite{Ref: 1}, ua.ErrTarget}), "", KindCalling},
		{"all are busy -> the next", rung(gone(2, 486, ua.Rejected), gone(1, 486, ua.Rejected)), then(gone(3, 603, ua.Rejected)), "invite 603 by a", KindCalling},
		{"nobody answers in time -> all are hung up", rung(), then(fire{timerBell}), "hangup 1, hangup 2, hangup 3", KindCalling},
		{"all are hung up -> the next", rung(fire{timerBell}, gone(1, 487, ua.LocalBye), gone(2, 487, ua.LocalBye)), then(gone(3, 487, ua.LocalBye)), "invite 603 by a", KindCalling},
		{"the visitor gives up -> nobody rings on", rung(), press(hal.KeySoft4), "hangup 1, hangup 2, hangup 3, hear 0 at ringer", KindIdle},
		{"answered, then it ends -> nobody else is called", rung(at(2, ua.Confirmed), gone(1, 487, ua.LocalBye), gone(3, 487, ua.LocalBye)), then(gone(2, 0, ua.RemoteBye)), "hear 0 at speaker, busy tone", KindEnded},
		{"answered, time is over -> nothing", rung(at(2, ua.Confirmed)), then(fire{timerBell}), "", KindInCall},
	})
}

// One visitor is one entry: whoever else rang is no call that was made.
func TestStep_bell_is_one_entry_of_the_history(t *testing.T) {
	config := Config{Accounts: []Account{{ID: "a"}}, Bell: []Bell{{Number: "600", Also: []string{"601"}}}}
	s, _ := run(t, State{}, then(desk(t), config, press(hal.KeyCall), Invited{Ref: 1, Call: 1}, Invited{Ref: 2, Call: 2},
		said(ua.Call{ID: 2, Account: "a", State: ua.Confirmed}), said(ua.Call{ID: 1, Account: "a", State: ua.Terminated}), said(ua.Call{ID: 2, Account: "a", State: ua.Terminated}))...)
	if len(s.history) != 1 || s.history[0].Number != "601" || len(s.calls) != 0 {
		t.Errorf("%+v, %d calls", s.history, len(s.calls))
	}
}
