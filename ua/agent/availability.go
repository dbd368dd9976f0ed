package agent

import (
	"slices"

	"offhook/ua/events/presence"
	"offhook/ua/subscription/notifier"
)

// SetDoNotDisturb says whether calls are kept from the person: presence is closed
// then, published or subscribed to. What is told of dialogs are calls and nothing else:
// that package has no word for it (RFC 4235).
func (a *Agent) SetDoNotDisturb(on bool) error {
	return a.command(func(o *owner) {
		if o.undisturbed == on {
			return
		}
		o.undisturbed = on
		for _, l := range o.lines {
			o.putPublication(l)
		}
		for _, sub := range slices.Clone(o.subscribers) {
			if sub.presence {
				o.stepSubscriber(sub, notifier.Changed{})
			}
		}
	})
}

// presence is what the account's presentity is (RFC 3863 §4.1.4).
func (o *owner) presence(l *line, inCall bool) []byte {
	return presence.Encode(l.aor(), presence.State{Open: !o.undisturbed, Busy: o.undisturbed, OnPhone: inCall})
}
