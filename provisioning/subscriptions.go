package provisioning

import (
	"strings"

	"offhook/ua"
)

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
