package phone

import (
	"maps"
	"slices"
)

// configure takes a new configuration. Calls go on; what belonged to accounts
// that are gone is forgotten. Volumes that a person has set since stay, unless
// the configuration's own have changed.
func (t *turn) configure(c Config) {
	for out, percent := range c.Volumes {
		if before, ok := t.config.Volumes[out]; !ok || before != percent {
			t.setLevel(out, percent)
		}
	}
	c.Accounts = slices.Clone(c.Accounts)
	c.LineKeys = slices.Clone(c.LineKeys)
	c.Emergency = slices.Clone(c.Emergency)
	c.Volumes = maps.Clone(c.Volumes)
	if c.DND != t.config.DND {
		t.dnd = c.DND
	}
	t.config, t.words = c, nil
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
