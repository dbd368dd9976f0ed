package chaos

import (
	"fmt"
	"time"
)

// claim is what somebody says of the telephone.
type claim struct {
	registered bool
	call       bool // one that is up, or that somebody tries
}

// sample is the telephone and the world at one instant.
type sample struct {
	at     time.Duration // since the witness began
	truth  claim
	status *claim // nil: the telephone does not say
	screen *claim
}

// allowance is how long the telephone may believe in what has ended.
type allowance struct {
	registration time.Duration // what its own detection takes
	call         time.Duration
}

// lie is a claim that was not true for longer than allowed.
type lie struct {
	who, what string
	from, to  time.Duration
}

func (l lie) String() string {
	return fmt.Sprintf("%s shows %s that is none from %.1f s to %.1f s", l.who, l.what, l.from.Seconds(), l.to.Seconds())
}

// judge finds the lies in what was seen, in the order of their ends. What is false
// begins to count when it is first seen so, not when it became false: a telephone
// that answers nothing shows nothing.
func judge(seen []sample, a allowance) []lie {
	var all []lie
	for _, w := range []struct {
		who string
		say func(sample) *claim
	}{{"status", func(s sample) *claim { return s.status }}, {"screen", func(s sample) *claim { return s.screen }}} {
		all = append(all, stretches(seen, w.who, "a registration", a.registration, w.say, func(c claim) bool { return c.registered })...)
		all = append(all, stretches(seen, w.who, "a call", a.call, w.say, func(c claim) bool { return c.call })...)
	}
	return all
}

// stretches are those in which one thing is said and not so.
func stretches(seen []sample, who, what string, allowed time.Duration, say func(sample) *claim, of func(claim) bool) (all []lie) {
	var open *lie
	end := func() {
		if open != nil && open.to-open.from > allowed {
			all = append(all, *open)
		}
		open = nil
	}
	for _, s := range seen {
		said := say(s)
		if said == nil || !of(*said) || of(s.truth) {
			end()
			continue
		}
		if open == nil {
			open = &lie{who: who, what: what, from: s.at}
		}
		open.to = s.at
	}
	end()
	return all
}
