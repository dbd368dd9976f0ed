package phone

import (
	"slices"
	"strings"

	"offhook/hal"
	"offhook/ua"
)

// WatchState is what a key shows of the telephone that it watches.
type WatchState uint8

// The states.
const (
	WatchNone    WatchState = iota // the key watches nobody
	WatchUnknown                   // not told yet, or not any more
	WatchRefused                   // the server does not let us watch
	WatchIdle
	WatchRinging // somebody calls it
	WatchBusy
	WatchHeld // it has put its call on hold
)

// pattern: a dark lamp says that they can be called, so what is not known is not
// dark.
func (w WatchState) pattern() hal.Pattern {
	return [...]hal.Pattern{hal.LampOff, hal.LampFlutter, hal.LampFlutter, hal.LampOff, hal.LampFast, hal.LampOn, hal.LampSlow}[min(w, WatchHeld)]
}

func watchState(e ua.DialogsChanged) WatchState {
	switch {
	case e.State == ua.LineUnknown:
		return WatchUnknown
	case e.State == ua.LineIdle:
		return WatchIdle
	case e.State == ua.LineEarly && e.Incoming:
		return WatchRinging
	case e.Held:
		return WatchHeld
	}
	return WatchBusy
}

// watchedLimit is the agent's: what an account may watch, by itself and by a list.
const watchedLimit = 512

func (t *turn) dialogsChanged(e ua.DialogsChanged) {
	i := slices.IndexFunc(t.watched, func(w ua.DialogsChanged) bool { return w.Account == e.Account && w.Resource == e.Resource })
	switch {
	case i >= 0:
		t.watched[i] = e
	case len(t.watched) < watchedLimit:
		t.watched = append(t.watched, e)
	}
}

// dialogEvent is the package of watched telephones (RFC 4235).
const dialogEvent = "dialog"

// subscriptionChanged remembers who cannot be watched.
func (t *turn) subscriptionChanged(e ua.SubscriptionChanged) {
	if e.Event != dialogEvent {
		return
	}
	t.unwatched = slices.DeleteFunc(t.unwatched, func(o ua.SubscriptionChanged) bool {
		return o.Account == e.Account && o.Resource == e.Resource
	})
	if !e.Active && len(t.unwatched) < watchedLimit {
		t.unwatched = append(t.unwatched, e)
	}
}

// watchedItems are the watched telephones in words, in the order of their keys.
func (s *State) watchedItems() []Item {
	var items []Item
	for _, k := range s.config.lineKeys() {
		state, why := s.watch(k)
		if state == WatchNone {
			continue
		}
		it := Item{Icon: IconGood, Title: s.keyLabel(k), Detail: s.texts().Watch[state]}
		e, _ := s.told(k)
		if with := (&call{Call: ua.Call{Remote: e.Remote}}).party().Title(); with != "" && state > WatchIdle {
			it.Detail += ": " + with
		}
		if state <= WatchRefused {
			it.Icon = IconBad
		}
		if why != "" {
			it.Detail += ": " + why
		}
		items = append(items, it)
	}
	return items
}

// told is what is known of a key's telephone.
func (s *State) told(k LineKey) (ua.DialogsChanged, bool) {
	domain := s.domain(k.Account)
	who := resource(k.Number, domain)
	i := slices.IndexFunc(s.watched, func(e ua.DialogsChanged) bool {
		return e.Account == k.Account && resource(e.Resource, domain) == who
	})
	if i < 0 || k.Number == "" {
		return ua.DialogsChanged{}, false
	}
	return s.watched[i], true
}

// watch is what a key shows of its telephone, and why not if there is nothing.
func (s *State) watch(k LineKey) (state WatchState, why string) {
	if k.Number == "" || k.Use != KeyWatch && k.Use != KeyPark {
		return WatchNone, ""
	}
	e, known := s.told(k)
	if k.Use == KeyPark && !known { // nobody asked to watch the place
		return WatchNone, ""
	}
	if state = watchState(e); state != WatchUnknown {
		return state, ""
	}
	a := s.account(k.Account)
	for _, u := range s.unwatched { // the telephone's own subscription, or the list's
		if a != nil && u.Account == a.ID && (u.Resource == a.WatchList || resource(u.Resource, a.Domain) == resource(k.Number, a.Domain)) {
			return WatchRefused, u.Cause
		}
	}
	return WatchUnknown, ""
}

func (s *State) domain(id ua.AccountID) string {
	if a := s.account(id); a != nil {
		return a.Domain
	}
	return ""
}

// resource is a watched telephone in one spelling, user@host.
func resource(text, domain string) string {
	text = strings.TrimPrefix(strings.TrimPrefix(text, "sips:"), "sip:")
	text, _, _ = strings.Cut(text, ";")
	user, host := text, domain
	if i := strings.LastIndexByte(text, '@'); i >= 0 {
		user, host = text[:i], text[i+1:]
	}
	return user + "@" + strings.ToLower(host)
}

// forgetWatched drops what is known of telephones that nobody watches any more.
func (t *turn) forgetWatched(before []LineKey) {
	keys := t.config.lineKeys()
	t.watched = slices.DeleteFunc(t.watched, func(e ua.DialogsChanged) bool {
		of := func(k LineKey) bool {
			d := t.domain(k.Account)
			return k.Account == e.Account && k.Number != "" && resource(k.Number, d) == resource(e.Resource, d)
		}
		return t.account(e.Account) == nil || slices.ContainsFunc(before, of) && !slices.ContainsFunc(keys, of)
	})
	t.unwatched = slices.DeleteFunc(t.unwatched, func(e ua.SubscriptionChanged) bool { return t.account(e.Account) == nil })
}
