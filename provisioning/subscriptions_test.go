package provisioning

import (
	"testing"

	"offhook/ua"
)

func TestAccount_subscriptions(t *testing.T) {
	for _, c := range []struct {
		arrow  string
		change func(*Account)
		want   ua.Subscriptions
	}{
		{"the defaults -> none", func(*Account) {}, ua.Subscriptions{}},
		{"lists -> one text", func(a *Account) { a.Watch = []string{"1", "sip:2@b"} }, ua.Subscriptions{Watch: "1 sip:2@b"}},
		{"publish -> a package", func(a *Account) { a.Publish = "presence" }, ua.Subscriptions{Publish: ua.PublishPresence}},
		{"all -> all", func(a *Account) {
			a.RefuseMWI, a.WatchList, a.RegEvent, a.FeatureSync = true, "all", true, true
			a.ShareDialogs, a.RemoteControl, a.CheckSyncAuth = true, true, true
		}, ua.Subscriptions{RefuseMWI: true, WatchList: "all", RegEvent: true, FeatureSync: true, ShareDialogs: true, RemoteControl: true, CheckSyncAuth: true}},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			a := Account{}
			a.setDefaults()
			c.change(&a)
			if got := a.subscriptions(); got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}
