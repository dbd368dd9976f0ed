package phone

import "offhook/ua"

// featuresChanged takes over what the server of an account has switched, where
// the account keeps that the same here and there: do not disturb, and where every
// call goes. Calls that the server sends elsewhere when busy or not answered
// never come here, so those are the server's alone.
func (t *turn) featuresChanged(e ua.FeaturesChanged) {
	if a := t.account(e.Account); a == nil || !a.FeatureSync {
		return
	}
	to := ""
	if e.On {
		to = cleanNumber(e.Target)
	}
	switch {
	case e.Feature == ua.DoNotDisturb && e.On != t.dnd():
		t.switchDND(e.On)
	case e.Feature == ua.ForwardAlways && to != t.divertedTo():
		t.switchForward(to)
	}
}

// tellServers asks the servers for what a person has switched here.
func (t *turn) tellServers(state ua.FeatureState) {
	for _, a := range t.config.Accounts {
		if a.FeatureSync {
			t.do(SetFeature{Account: a.ID, State: state})
		}
	}
}

func (t *turn) setDND(on bool) {
	t.switchDND(on)
	t.tellServers(ua.FeatureState{Feature: ua.DoNotDisturb, On: on})
}

// setForward sends every call elsewhere; "" ends it.
func (t *turn) setForward(to string) {
	t.switchForward(to)
	t.tellServers(ua.FeatureState{Feature: ua.ForwardAlways, On: to != "", Target: to})
}
