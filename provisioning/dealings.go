package provisioning

import (
	"strings"
	"time"

	"offhook/ua"
)

// dealings is how the account deals with servers and callers, as a ua.Agent
// takes it. What is the default there is not said.
func (a Account) dealings() ua.Dealings {
	plain := Account{}
	plain.setDefaults()
	d := ua.Dealings{
		AutoAnswerFrom: strings.Join(a.AutoAnswerFrom, " "),
		LateOffer:      a.LateOffer, NoReferSub: a.NoReferSub, ConnectionReuse: a.Reuse,
	}
	if a.AutoAnswerFor != plain.AutoAnswerFor {
		d.AutoAnswer = ua.AnswerPolicy(a.AutoAnswerFor)
	}
	if a.Silence != plain.Silence {
		d.Silence = a.Silence
	}
	if a.Failback != plain.Failback {
		d.Failback = a.Failback
	}
	return d
}

// dealings checks what goes together.
func (c *checker) dealings(at string, a Account) {
	listed := a.AutoAnswerFor == string(ua.AnswerListed)
	switch {
	case listed && len(a.AutoAnswerFrom) == 0:
		c.fault(at+".auto-answer-from", "is missing; auto-answer-for: listed needs those who may")
	case !listed && len(a.AutoAnswerFrom) > 0:
		c.fault(at+".auto-answer-from", "names who may, but auto-answer-for is %s; set that to listed, or remove this", a.AutoAnswerFor)
	}
	for _, least := range []struct {
		key        string
		set, floor time.Duration
	}{{"silence", a.Silence, 500 * time.Millisecond}, {"failback", a.Failback, 5 * time.Second}} {
		if least.set != 0 && least.set < least.floor {
			c.fault(at+"."+least.key, "%s is too short; use %s or more, or 0s for the default", formatDuration(least.set), formatDuration(least.floor))
		}
	}
	if a.Reuse && a.Transport != ua.TLS && a.Transport != ua.Auto {
		c.fault(at+".connection-reuse", "is for TLS alone, where both sides have shown a certificate (RFC 5923); remove it or set transport: tls")
	}
}
