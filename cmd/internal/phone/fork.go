package phone

// ringAlong calls others at once with the one that was just placed.
func (t *turn) ringAlong(numbers []string) {
	first := t.byFocus()
	if first == nil || len(first.bells) == 0 || len(numbers) == 0 {
		return
	}
	first.fork = first.serial
	with := call{bells: first.bells, fork: first.serial, aside: true}
	for _, number := range numbers {
		with.number, with.emergency = number, t.isEmergency(number)
		account, why := t.accountFor(with.emergency)
		if why != "" || len(t.calls) >= maxCalls {
			continue
		}
		t.invite(with, account)
	}
	t.focus = with.fork
}

// won: the first who answers has the call, and the others are let go.
func (t *turn) won(c *call) {
	if c.fork == 0 {
		return
	}
	c.aside = false
	t.stop(timerBell)
	for i := range t.calls {
		if o := &t.calls[i]; o.fork == c.fork && o.serial != c.serial && !o.leaving {
			o.leaving, o.lost = true, true
			t.letGo(o)
		}
	}
	c.fork = 0
}

// ringsOn shows another of those that ring at once in the place of one that does not.
// It reports false when it was the last.
func (t *turn) ringsOn(before call) bool {
	if before.fork == 0 {
		return false
	}
	next := t.find(func(c *call) bool { return c.fork == before.fork && !c.leaving })
	if next == nil {
		return false
	}
	if !before.aside {
		next.aside = false
		t.focus = next.serial
	}
	return true
}

// forks ends what rings along with a call that is given up.
func (t *turn) forks() {
	for i := range t.calls {
		c := &t.calls[i]
		if c.aside && !c.leaving && t.find(func(o *call) bool { return o.fork == c.fork && !o.aside && !o.leaving }) == nil {
			t.hangup(c)
		}
	}
}
