package app

import (
	"slices"

	"offhook/cmd/internal/localapi"
	"offhook/ua"
)

// observeServer remembers what the server told beside the binding. Slices are
// replaced, never changed: whoever asked for a status may still hold one.
func observeServer(line localapi.Account, e ua.Event) localapi.Account {
	switch e := e.(type) {
	case ua.DialogsChanged:
		w := localapi.Watched{Resource: e.Resource, Name: e.Name, State: e.State.String(), Incoming: e.Incoming, Remote: e.Remote.URI}
		line.Watched = with(line.Watched, w, func(old localapi.Watched) bool { return old.Resource == e.Resource })
	case ua.FeaturesChanged:
		f := localapi.Feature{Name: string(e.Feature), On: e.On, Target: e.Target}
		line.Features = with(line.Features, f, func(old localapi.Feature) bool { return old.Name == f.Name })
	case ua.SubscriptionChanged:
		this := func(old localapi.Subscription) bool { return old.Event == e.Event && old.Resource == e.Resource }
		if e.Active {
			line.Missing = slices.DeleteFunc(slices.Clone(line.Missing), this)
			break
		}
		line.Missing = with(line.Missing, localapi.Subscription{Event: e.Event, Resource: e.Resource, Cause: e.Cause, Retry: e.Retry}, this)
	}
	return line
}

// with puts one in the place of the one it is about, or adds it.
func with[T any](all []T, one T, same func(T) bool) []T {
	all = slices.Clone(all)
	if i := slices.IndexFunc(all, same); i >= 0 {
		all[i] = one
		return all
	}
	return append(all, one)
}

// logServer notes what other rooms do not show yet.
func (a *App) logServer(e ua.Event) {
	switch e := e.(type) {
	case ua.DialogsChanged:
		a.cfg.Log.Debug("watched telephone", "account", e.Account, "resource", e.Resource, "state", e.State.String(), "incoming", e.Incoming)
	case ua.FeaturesChanged:
		a.cfg.Log.Info("the server's feature", "account", e.Account, "feature", string(e.Feature), "on", e.On)
	case ua.SubscriptionChanged:
		if !e.Active {
			a.cfg.Log.Info("a subscription does not stand", "account", e.Account, "event", e.Event, "resource", e.Resource, "cause", e.Cause)
		}
	}
}
