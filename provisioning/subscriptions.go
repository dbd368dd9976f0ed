package provisioning

import (
	"slices"
	"strings"

	"offhook/ua"
)

// subscriptions is what an account wants to know and lets be known, its keys
// included. A list has those that the keys watch, too.
func (d Document) subscriptions(a Account) ua.Subscriptions {
	if a.WatchList == "" {
		a.Watch = append(slices.Clone(a.Watch), d.watchedByKeys(a)...)
	}
	return a.subscriptions()
}

// watchedByKeys is whom the account's keys watch, less those whom it watches
// anyway.
func (d Document) watchedByKeys(a Account) (more []string) {
	for _, k := range d.Keys {
		own := k.Account == a.ID || k.Account == "" && d.Accounts[0].ID == a.ID
		watches := (k.Type == "blf" || k.Type == "pickup") && k.Value != ""
		if own && watches && !slices.Contains(a.Watch, k.Value) && !slices.Contains(more, k.Value) {
			more = append(more, k.Value)
		}
	}
	return more
}

// subscriptions is what the account wants to know and lets be known, as a
// ua.Agent takes it.
func (a Account) subscriptions() ua.Subscriptions {
	s := ua.Subscriptions{
		RefuseMWI: a.RefuseMWI, Watch: strings.Join(a.Watch, " "), WatchList: a.WatchList,
		RegEvent: a.RegEvent, FeatureSync: a.FeatureSync, ShareDialogs: a.ShareDialogs,
		RemoteControl: a.RemoteControl, CheckSyncAuth: a.CheckSyncAuth,
	}
	if a.Publish != "off" {
		s.Publish = ua.Publication(a.Publish)
	}
	return s
}
