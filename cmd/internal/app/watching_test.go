package app

import (
	"testing"

	"offhook/ua"
)

func TestBindings_what_the_server_tells(t *testing.T) {
	b := newBindings()
	b.use([]ua.Account{{ID: "a", User: "1", Domain: "x"}})
	b.observe(ua.DialogsChanged{Account: "a", Resource: "2", State: ua.LineIdle})
	before := b.list()[0]
	b.observe(ua.DialogsChanged{Account: "a", Resource: "2", State: ua.LineEarly, Incoming: true, Remote: ua.Party{URI: "sip:3@x"}})
	b.observe(ua.DialogsChanged{Account: "a", Resource: "4", State: ua.LineConfirmed})
	b.observe(ua.FeaturesChanged{Account: "a", FeatureState: ua.FeatureState{Feature: ua.DoNotDisturb, On: true}})
	b.observe(ua.SubscriptionChanged{Account: "a", Event: "dialog", Resource: "5", Cause: "489"})
	b.observe(ua.SubscriptionChanged{Account: "a", Event: "reg", Cause: "403"})
	b.observe(ua.SubscriptionChanged{Account: "a", Event: "reg", Active: true})
	if len(before.Watched) != 1 || before.Watched[0].State != "idle" {
		t.Errorf("a status has changed after it was given: %+v", before.Watched)
	}
	now := b.list()[0]
	if len(now.Watched) != 2 || now.Watched[0].State != "early" || now.Watched[0].Remote != "sip:3@x" || now.Watched[1].Resource != "4" {
		t.Errorf("%+v", now.Watched)
	}
	if len(now.Features) != 1 || !now.Features[0].On || len(now.Missing) != 1 || now.Missing[0].Resource != "5" {
		t.Errorf("%+v %+v", now.Features, now.Missing)
	}
}
