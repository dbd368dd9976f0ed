package phone

import (
	"maps"
	"slices"
)

// configure takes a new configuration. Calls go on; what belonged to accounts
// that are gone is forgotten. What a person has set stays, unless the
// configuration's own has changed.
func (t *turn) configure(c Config) {
	keys := t.config.lineKeys()
	c.Accounts = slices.Clone(c.Accounts)
	c.LineKeys = slices.Clone(c.LineKeys)
	c.Emergency = slices.Clone(c.Emergency)
	c.Bell = slices.Clone(c.Bell)
	c.Locked = slices.Clone(c.Locked)
	c.Volumes = maps.Clone(c.Volumes)
	t.config, t.words = c, nil
	t.chosen = t.chosen.under(&t.config)
	t.forgetWatched(keys)
	bindings := t.bindings[:0]
	for _, b := range t.bindings {
		if t.account(b.Account) != nil {
			bindings = append(bindings, b)
		}
	}
	t.bindings = bindings
	mailboxes := t.mailboxes[:0]
	for _, m := range t.mailboxes {
		if t.account(m.Account) != nil {
			mailboxes = append(mailboxes, m)
		}
	}
	t.mailboxes = mailboxes
	if t.account(t.line) == nil {
		t.line = ""
	}
	t.wake()
}
