package phone

import (
	"testing"

	"offhook/hal"
	"offhook/ua"
)

func TestStep_features_of_the_server(t *testing.T) {
	keys := func(c *Config) { c.LineKeys = []LineKey{{Use: KeyDND}, {Use: KeyForward, Number: "1007"}} }
	alone := configured(t, keys)
	synced := configured(t, func(c *Config) {
		keys(c)
		c.Accounts[0].FeatureSync = true
	})
	tells := func(feature ua.Feature, on bool, target string) Input {
		return UA{ua.FeaturesChanged{Account: "a", FeatureState: ua.FeatureState{Feature: feature, On: on, Target: target}}}
	}
	rings := said(in(7, ua.Early))
	check(t, desk(t), []arrow{
		{"the server: do not disturb -> 486", then(synced, tells(ua.DoNotDisturb, true, "")), then(rings), "reject 7 with 486", KindIdle},
		{"the server: do not disturb, off again -> rings", then(synced, tells(ua.DoNotDisturb, true, ""), tells(ua.DoNotDisturb, false, "")), then(rings), "180 7, ring", KindRinging},
		{"the server: forwarded -> elsewhere", then(synced, tells(ua.ForwardAlways, true, "1-009")), then(rings), "send 7 to 1009: unconditional", KindIdle},
		{"the server: forwarded, not any more -> rings", then(synced, tells(ua.ForwardAlways, true, "1009"), tells(ua.ForwardAlways, false, "1009")), then(rings), "180 7, ring", KindRinging},
		{"the server: forwarded when busy -> its own business", then(synced, tells(ua.ForwardBusy, true, "1009")), then(rings), "180 7, ring", KindRinging},
		{"the server: told, nothing is asked back", then(synced), then(tells(ua.DoNotDisturb, true, "")), "", KindIdle},
		{"an account that keeps to itself -> rings", then(alone, tells(ua.DoNotDisturb, true, "")), then(rings), "180 7, ring", KindRinging},
		{"do not disturb key -> the server is asked", then(synced), press(hal.KeyLine1), "ask a for dnd", KindIdle},
		{"do not disturb key again -> asked to end it", then(synced, press(hal.KeyLine1)), press(hal.KeyLine1), "ask a for no dnd", KindIdle},
		{"forward key -> the server is asked", then(synced), press(hal.KeyLine2), "ask a for forward-always 1007", KindIdle},
		{"do not disturb key, alone -> nobody is asked", then(alone), press(hal.KeyLine1), "", KindIdle},
	})
}
