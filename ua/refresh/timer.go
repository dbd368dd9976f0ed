package refresh

// Timer numbers the starts of a machine's one timer, so that an alarm that had
// already gone off when it was stopped is known for stale.
type Timer struct {
	gen     uint32
	running bool
}

// Start starts it anew and returns the generation that Fired will want.
func (t *Timer) Start() uint32 {
	t.gen++
	t.running = true
	return t.gen
}

// Stop reports whether there was anything to stop.
func (t *Timer) Stop() bool {
	was := t.running
	t.running = false
	return was
}

// Fired reports whether an alarm is that of the last Start, and stops it then.
func (t *Timer) Fired(gen uint32) bool {
	if !t.running || gen != t.gen {
		return false
	}
	t.running = false
	return true
}

// Transaction is the one request of a machine that is in work.
type Transaction[ID ~uint32] struct{ current, last ID }

// Begin makes every earlier one void.
func (t *Transaction[ID]) Begin() ID {
	t.last++
	t.current = t.last
	return t.current
}

// End reports whether id is the one in work, and ends it.
func (t *Transaction[ID]) End(id ID) bool {
	if id == 0 || id != t.current {
		return false
	}
	t.current = 0
	return true
}

// Drop makes the one in work void.
func (t *Transaction[ID]) Drop() { t.current = 0 }

// Busy reports whether one is in work.
func (t Transaction[ID]) Busy() bool { return t.current != 0 }
