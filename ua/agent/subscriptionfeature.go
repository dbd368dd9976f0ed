package agent

import (
	"errors"
	"fmt"

	"offhook/ua"
	"offhook/ua/events/feature"
	"offhook/ua/subscription"
)

// ErrNoFeatureSync says that the account does not keep features with its server.
var ErrNoFeatureSync = errors.New("ua: the account has no feature-sync")

// SetFeature asks the account's server for a feature.
func (a *Agent) SetFeature(id ua.AccountID, state ua.FeatureState) error {
	account, ok := a.names.account(id)
	switch {
	case !ok:
		return ua.ErrNoAccount
	case !account.FeatureSync:
		return ErrNoFeatureSync
	case !feature.Known(state.Feature):
		return fmt.Errorf("ua: %q is no feature: %s, %s, %s and %s are", state.Feature, ua.DoNotDisturb, ua.ForwardAlways, ua.ForwardBusy, ua.ForwardNoAnswer)
	case hasControl(state.Target) || state.On && state.Feature != ua.DoNotDisturb && state.Target == "":
		return ua.ErrTarget
	}
	return a.command(func(o *owner) {
		l := o.lines[id]
		if l == nil {
			return
		}
		for _, w := range l.watches {
			if w.event == feature.Event {
				o.stepWatch(w, subscription.Tell{Content: subscription.Content{Type: feature.ContentType, Body: feature.Encode(state)}})
			}
		}
	})
}

// features tells what the server says of its features.
func (o *owner) features(l *line, contentType string, body []byte) {
	states, err := feature.Parse(contentType, body)
	if err != nil {
		o.log.Debug("a notification of features was not understood", "account", l.account.ID, "error", err)
		return
	}
	for _, state := range states {
		o.emit(ua.FeaturesChanged{Account: l.account.ID, FeatureState: state})
	}
}
