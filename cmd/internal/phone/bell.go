package phone

import (
	"slices"
	"time"

	"offhook/provisioning"
	"offhook/ua"
)

// Bell is one whom the call key calls, and who rings at once with him. Who does
// not answer in time, or cannot be called, is followed by the next.
type Bell struct {
	Number string
	Also   []string
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

// ringFirst calls the first of these that can be called.
func (t *turn) ringFirst(bells []Bell) {
	reach := t.reachable(bells[0])
	for len(reach) == 0 && len(bells) > 1 {
		bells = bells[1:]
		reach = t.reachable(bells[0])
	}
	if len(reach) == 0 {
		reach = []string{cleanNumber(bells[0].Number)} // and why not is told
	}
	t.placeCall(call{number: reach[0], emergency: t.isEmergency(reach[0]), bells: bells})
	t.ringAlong(reach[1:])
	t.stop(timerBell)
	if bells[0].For > 0 {
		t.start(timerBell, bells[0].For)
	}
}

// reachable are those of a bell that some account can call now.
func (t *turn) reachable(b Bell) (numbers []string) {
	for _, text := range append([]string{b.Number}, b.Also...) {
		number := cleanNumber(text)
		if _, why := t.accountFor(t.isEmergency(number)); why == "" && number != "" {
			numbers = append(numbers, number)
		}
	}
	return numbers
}

// rung is the end of the time that the bell rings at one.
func (t *turn) rung() {
	for i := range t.calls {
		c := &t.calls[i]
		switch {
		case len(c.bells) == 0 || c.State == ua.Confirmed || c.leaving:
		case c.ID == 0:
			t.start(timerBell, retryTime) // the agent has not taken it yet
		case !c.unanswered:
			c.unanswered = true
			t.do(Hangup{Call: c.ID})
		}
	}
}

// ringOn goes on with the others that ring, or with the next when one did not
// answer. It reports false when there is none.
func (t *turn) ringOn(before call) bool {
	if t.path == "" {
		return false
	}
	if t.ringsOn(before) {
		return true
	}
	if len(before.bells) < 2 {
		return false
	}
	t.ringFirst(before.bells[1:])
	return true
}
