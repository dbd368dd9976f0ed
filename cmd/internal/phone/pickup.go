package phone

import (
	"cmp"
	"slices"

	"offhook/ua"
)

// rings is a call that comes in at a watched telephone: at the key's own, at any
// of its account for a key without one.
func (s *State) rings(k LineKey) (ua.DialogsChanged, bool) {
	if k.Number != "" {
		e, _ := s.told(k)
		return e, watchState(e) == WatchRinging
	}
	i := slices.IndexFunc(s.watched, func(e ua.DialogsChanged) bool {
		return e.Account == k.Account && watchState(e) == WatchRinging
	})
	if i < 0 {
		return ua.DialogsChanged{}, false
	}
	return s.watched[i], true
}

// dialogOf names the caller's side of a call that rings: only who made an early
// dialog may be asked to replace it (RFC 3891 §3). ok is false where the server
// did not tell enough: who calls is reached by his name, too. What is answered meanwhile is left to who answered.
func dialogOf(e ua.DialogsChanged) (d ua.DialogRef, ok bool) {
	target := e.RemoteTarget
	if target == "" && !isAnonymous(e.Remote) {
		target = e.Remote.URI
	}
	d = ua.DialogRef{CallID: e.CallID, LocalTag: e.RemoteTag, RemoteTag: e.LocalTag, Target: ua.Target(target), EarlyOnly: true}
	return d, d.CallID != "" && d.LocalTag != "" && d.RemoteTag != "" && target != ""
}

// pickUp takes over what rings elsewhere: by its dialog where that is known, else
// by the exchange's code.
func (t *turn) pickUp(k LineKey) {
	code := ""
	if a := t.account(k.Account); a != nil && a.Pickup != "" {
		code = a.Pickup + k.Number
	}
	e, rings := t.rings(k)
	dialog, known := dialogOf(e)
	watched, _ := t.told(k)
	t.chooseAccount(k.Account)
	switch {
	case rings && known:
		number := cmp.Or((&call{Call: ua.Call{Remote: e.Remote}}).party().Number, k.Number, e.Resource)
		if e.Remote == (ua.Party{}) {
			e.Remote.User = number
		}
		t.placeCall(call{number: number, pickup: dialog, code: code, caller: e.Remote})
	case code != "" && (rings || watchState(watched) == WatchUnknown):
		t.place(code)
	case rings:
		t.complain(t.texts().NoPickup)
	default:
		t.complain(t.texts().NothingRings)
	}
}

// chooseAccount has the next call go by an account, if it is there.
func (t *turn) chooseAccount(id ua.AccountID) {
	if t.account(id) != nil {
		t.line = id
	}
}

// pickUpByCode tries the exchange's code where a call could not be taken over
// by its dialog: not where it was answered meanwhile, or is gone.
func (t *turn) pickUpByCode(before call, u ua.Call) bool {
	if before.pickup == (ua.DialogRef{}) || before.code == "" || t.path == "" {
		return false
	}
	switch u.Status {
	case busyHere, 487, 600, 603, 604:
		return false
	}
	t.invite(call{number: before.code, caller: before.caller}, before.Account)
	return true
}
