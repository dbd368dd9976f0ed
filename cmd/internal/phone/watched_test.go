package phone

import (
	"fmt"
	"strings"
	"testing"

	"offhook/hal"
	"offhook/ua"
)

// board is the desk with keys that watch.
func board(t *testing.T, pickup string) []Input {
	t.Helper()
	return then(desk(t), configured(t, func(c *Config) {
		c.Accounts[0].Domain, c.Accounts[0].Pickup, c.Accounts[0].WatchList = "pbx.example", pickup, "sip:all@pbx.example"
		c.LineKeys = []LineKey{{Account: "a"}, {Use: KeyWatch, Account: "a", Number: "1002"}, {Use: KeyPickup, Account: "a", Number: "1002"},
			{Use: KeyPickup, Account: "a"}, {Use: KeyIntercom, Account: "a", Number: "1003"}, {Use: KeyPark, Account: "a", Number: "701"}, {Use: KeyWatch, Account: "b", Number: "1002"}}
	}))
}

// theirs is what the server tells of 1002.
func theirs(state ua.LineState) ua.DialogsChanged {
	e := ua.DialogsChanged{Account: "a", Resource: "1002", State: state, Dialogs: 1, Remote: ua.Party{URI: "sip:1009@pbx.example", User: "1009", DisplayName: "Ben"}}
	if state == ua.LineEarly {
		e.Incoming = true
		e.CallID, e.LocalTag, e.RemoteTag, e.RemoteTarget = "c1", "theirs", "bens", "sip:1009@192.0.2.9"
	}
	return e
}

func tells(e ua.DialogsChanged) Input { return UA{e} }

func TestStep_watched_keys(t *testing.T) {
	ringing := tells(theirs(ua.LineEarly))
	hidden, named, withheld := theirs(ua.LineEarly), theirs(ua.LineEarly), theirs(ua.LineEarly)
	hidden.LocalTag, named.RemoteTarget, withheld.RemoteTarget = "", "", ""
	withheld.Remote = ua.Party{URI: "sip:anonymous@anonymous.invalid", User: "anonymous"}
	calls := theirs(ua.LineEarly)
	calls.Incoming = false
	listed := theirs(ua.LineEarly)
	listed.Resource = "sip:1002@PBX.example"
	picked := ua.Call{ID: 1, Account: "a", State: ua.Trying}
	const replaces = "invite 1009 by a in place of c1;bens;theirs at sip:1009@192.0.2.9"
	const taken = replaces + ", hear 0 at speaker"
	check(t, board(t, "*8"), []arrow{
		{"free: key -> called", then(tells(theirs(ua.LineIdle))), press(hal.KeyLine2), "invite 1002 by a, hear 0 at speaker", KindCalling},
		{"not known: key -> called", nil, press(hal.KeyLine2), "invite 1002 by a, hear 0 at speaker", KindCalling},
		{"in a call: key -> called", then(tells(theirs(ua.LineConfirmed))), press(hal.KeyLine2), "invite 1002 by a, hear 0 at speaker", KindCalling},
		{"calls somebody: key -> called", then(tells(calls)), press(hal.KeyLine2), "invite 1002 by a, hear 0 at speaker", KindCalling},
		{"rings: key -> taken over from the caller", then(ringing), press(hal.KeyLine2), taken, KindCalling},
		{"rings, told by a list: key -> taken over", then(tells(listed)), press(hal.KeyLine2), taken, KindCalling},
		{"rings, only the caller's name is told: key -> taken over by it", then(tells(named)), press(hal.KeyLine2), "invite 1009 by a in place of c1;bens;theirs at sip:1009@pbx.example, hear 0 at speaker", KindCalling},
		{"rings, the caller withheld: key -> by the code", then(tells(withheld)), press(hal.KeyLine2), "invite *81002 by a, hear 0 at speaker", KindCalling},
		{"rings: handset up, key -> taken over", then(ringing, lift), press(hal.KeyLine2), replaces + ", no tone", KindCalling},
		{"rings, another account's key -> called", then(ringing), press(hal.KeyLine7), "invite 1002 by b, hear 0 at speaker", KindCalling},
		{"rings: pickup key -> taken over", then(ringing), press(hal.KeyLine3), taken, KindCalling},
		{"rings: pickup key of all -> taken over", then(ringing), press(hal.KeyLine4), taken, KindCalling},
		{"rings, in a talk: key -> held, taken over", then(talking(), ringing), press(hal.KeyLine2), "hold 1, " + replaces + ", hear 0 at handset", KindCalling},
		{"rings, transfer asked: key -> asked first", then(talking(), ringing, press(hal.KeyTransfer), fire{timerBeep}), press(hal.KeyLine2), "invite 1002 by a, no tone", KindCalling},
		{"rings, dialog not told: key -> by the code", then(tells(hidden)), press(hal.KeyLine2), "invite *81002 by a, hear 0 at speaker", KindCalling},
		{"not known: pickup key -> by the code", nil, press(hal.KeyLine3), "invite *81002 by a, hear 0 at speaker", KindCalling},
		{"nothing known to ring: pickup key of all -> by the code alone", nil, press(hal.KeyLine4), "invite *8 by a, hear 0 at speaker", KindCalling},
		{"free: pickup key -> says so", then(tells(theirs(ua.LineIdle))), press(hal.KeyLine3), "", KindIdle},
		{"cannot be taken over -> by the code", then(ringing, press(hal.KeyLine2), invited()), then(said(over(picked, 481, ua.Rejected, "gone"))), "invite *81002 by a", KindCalling},
		{"answered meanwhile -> left alone", then(ringing, press(hal.KeyLine2), invited()), then(said(over(picked, 486, ua.Rejected, "Busy here"))), "busy tone", KindFailed},
		{"nobody waits any more -> not by the code", then(ringing, press(hal.KeyLine2), invited(), press(hal.KeySoft4)), then(said(over(picked, 487, ua.LocalBye, ""))), "", KindIdle},
		{"intercom key -> asked to answer by itself", nil, press(hal.KeyLine5), "invite 1003 by a to answer by itself, hear 0 at speaker", KindCalling},
	})
	check(t, board(t, ""), []arrow{
		{"rings, dialog not told, no code: key -> says so", then(tells(hidden)), press(hal.KeyLine2), "", KindIdle},
		{"not known, no code: pickup key -> says so", nil, press(hal.KeyLine3), "", KindIdle},
		{"cannot be taken over, no code -> why", then(ringing, press(hal.KeyLine2), invited()), then(said(over(picked, 481, ua.Rejected, "gone"))), "congestion tone", KindFailed},
	})
}

func TestStep_picked_up_is_the_caller_s(t *testing.T) {
	s, _ := run(t, State{}, then(board(t, ""), tells(theirs(ua.LineEarly)), press(hal.KeyLine2), invited())...)
	if v := s.View(); v.Title != "Picking up" || v.Party.Name != "Ben" {
		t.Errorf("%q %+v", v.Title, v.Party)
	}
	call := ua.Call{ID: 1, Account: "a", State: ua.Confirmed, Remote: ua.Party{User: "1009", DisplayName: "Ben"}, Started: at(), Answered: at()}
	s, _ = run(t, s, said(call), said(over(call, 200, ua.RemoteBye, "")))
	if e := s.history; len(e) != 1 || e[0].Kind != Received || e[0].Number != "1009" {
		t.Errorf("%+v", e)
	}
}

func TestLamps_of_watched_telephones(t *testing.T) {
	held := theirs(ua.LineConfirmed)
	held.Held = true
	parked := theirs(ua.LineConfirmed)
	parked.Resource = "701"
	refused := func(resource string, active bool) Input {
		return UA{ua.SubscriptionChanged{Account: "a", Event: "dialog", Resource: resource, Active: active, Cause: "404: not found"}}
	}
	for _, c := range []struct {
		arrow string
		given []Input
		want  string // of line2, line3 and line6
		words string // of line2, in the list of the menu key
	}{
		{"nothing told -> not known", nil, "flutter off off", "Not known"},
		{"no dialog -> free", then(tells(theirs(ua.LineIdle))), "off off off", "Free"},
		{"it rings -> rings, and can be picked up", then(tells(theirs(ua.LineEarly))), "fast fast off", "Ringing: Ben"},
		{"it calls -> busy", then(tells(theirs(ua.LineTrying))), "on off off", "Busy: Ben"},
		{"it talks -> busy", then(tells(theirs(ua.LineConfirmed))), "on off off", "Busy: Ben"},
		{"it holds -> held", then(tells(held)), "slow off off", "On hold: Ben"},
		{"a call is parked -> lit", then(tells(theirs(ua.LineIdle)), tells(parked)), "off off on", "Free"},
		{"told no more -> not known", then(tells(theirs(ua.LineIdle)), tells(theirs(ua.LineUnknown))), "flutter off off", "Not known"},
		{"not subscribed -> why", then(refused("1002", false)), "flutter off off", "Not told: 404: not found"},
		{"the list is not subscribed -> why", then(refused("sip:all@pbx.example", false)), "flutter off off", "Not told: 404: not found"},
		{"another one is not subscribed -> not known", then(refused("1005", false)), "flutter off off", "Not known"},
		{"subscribed again -> as told", then(refused("1002", false), refused("1002", true), tells(theirs(ua.LineIdle))), "off off off", "Free"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			s, _ := run(t, State{}, then(board(t, ""), c.given)...)
			names := [...]string{"off", "on", "slow", "fast", "flutter"}
			l := s.lamps()
			if got := fmt.Sprint(names[l[8]], " ", names[l[9]], " ", names[l[12]]); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			s, _ = run(t, s, press(hal.KeyMenu, hal.KeyOK)...)
			got := ""
			for _, it := range s.View().List.Items {
				if it.Title == "1002" && got == "" {
					got = it.Detail
				}
			}
			if got != c.words {
				t.Errorf("says %q, want %q", got, c.words)
			}
		})
	}
}

func TestConfigure_forgets_who_is_not_watched_any_more(t *testing.T) {
	s, _ := run(t, State{}, then(board(t, ""), tells(theirs(ua.LineConfirmed)), configured(t, func(*Config) {}))...)
	if len(s.watched) != 0 {
		t.Errorf("%+v", s.watched)
	}
}

func TestKeyLabels(t *testing.T) {
	named := theirs(ua.LineIdle)
	named.Name = "Ada"
	s, _ := run(t, State{}, then(board(t, ""), tells(named))...)
	var got []string
	for _, l := range s.View().Lines {
		got = append(got, l.Label)
	}
	if want := "Front|Ada|1002|Pick up|1003|701|1002"; strings.Join(got, "|") != want {
		t.Errorf("got %s, want %s", strings.Join(got, "|"), want)
	}
}
