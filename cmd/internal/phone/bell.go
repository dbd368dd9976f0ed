package phone

import (
	"slices"
	"time"

	"offhook/provisioning"
	"offhook/ua"
)

// Bell is one whom the call key calls. Who does not answer in time, or cannot be
// called, is followed by the next.
type Bell struct {
	Number string
	For    time.Duration        // 0: as long as the call lives
	Hours  []provisioning.Hours // any of them; none: at any time
}

// ringBell calls those of the bell whose hours it is, one after another.
func (t *turn) ringBell() {
	due := slices.DeleteFunc(slices.Clone(t.config.Bell), func(b Bell) bool {
		return len(b.Hours) > 0 && !slices.ContainsFunc(b.Hours, func(h provisioning.Hours) bool { return h.Include(t.now) })
	})
	if len(due) == 0 {
		t.complain(t.texts().NobodyNow)
		return
	}
	t.ringFirst(due)
}

func (t *turn) ringFirst(bells []Bell) {
	number := cleanNumber(bells[0].Number)
	t.placeCall(call{number: number, emergency: t.isEmergency(number), bells: bells})
	t.stop(timerBell)
	if bells[0].For > 0 {
		t.start(timerBell, bells[0].For)
	}
}

// rung is the end of the time that the bell rings at one.
func (t *turn) rung() {
	c := t.find(func(c *call) bool { return len(c.bells) > 0 && c.State != ua.Confirmed && !c.leaving })
	if c == nil {
		return
	}
	if c.ID == 0 {
		t.start(timerBell, retryTime) // the agent has not taken it yet
		return
	}
	c.unanswered = true
	t.do(Hangup{Call: c.ID})
}

// ringOn goes on with the next when one did not answer. It reports false when
// there is none.
func (t *turn) ringOn(before call) bool {
	if len(before.bells) < 2 || t.path == "" {
		return false
	}
	t.ringFirst(before.bells[1:])
	return true
}
