package agent

import (
	"time"

	"offhook/ua"
	"offhook/ua/registration"
)

// reloadAgain is how long a flow stays on its old certificates when the new
// ones do not work, before they are tried once more.
const reloadAgain = time.Minute

// renewedTLS reports whether nothing but certificates, keys and the expected
// name differs: the account stays what it is.
func renewedTLS(old, renewed ua.Account) bool {
	old.TLS = renewed.TLS
	return old == renewed && (old.Transport == ua.TLS || old.Transport == ua.Auto)
}

// reloadTLS has an account use other certificates. Each flow stays until the
// one that follows it stands, and longer for the calls that were made over it.
func (o *owner) reloadTLS(l *line, account ua.Account) {
	l.account = account
	for _, e := range l.edges() {
		e.tls, _ = tlsConfig(account.TLS, e.query.Host, o.config.Roots, o.config.today) // was checked by SetAccounts
		o.replaceFlow(e)
	}
}

// replaceFlow opens a way's flow anew and goes over to it.
func (o *owner) replaceFlow(e *edge) {
	old := e.flow
	if old == nil {
		o.stepBinding(e, registration.NetworkChanged{}) // the new ones may be what was missing
		return
	}
	o.dialEdge(e, nil, func(o *owner, f *flow, err error) {
		gone := e.flow != old || o.stopping || e.line.removed
		switch {
		case gone && err == nil:
			f.finish()
		case gone:
		case err != nil:
			o.log.Warn("no connection with the new certificates: the old one stays", "account", e.line.account.ID, "cause", err)
			wait := reloadAgain/2 + time.Duration(o.random(uint64(reloadAgain/2)))
			o.clock.after(wait, func() { o.replaceAgain(e, old) })
		default:
			o.retire(e, old)
			o.useFlow(e, f)
			o.stepBinding(e, registration.NetworkChanged{})
		}
	})
}

func (o *owner) replaceAgain(e *edge, old *flow) {
	if e.flow == old && old.alive() && !e.line.removed && !o.stopping {
		o.replaceFlow(e)
	}
}
