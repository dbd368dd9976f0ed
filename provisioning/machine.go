package provisioning

import (
	"errors"
	"time"
)

// job is what the Manager does away from its own goroutine, one at a time.
type job uint8

const (
	noJob job = iota
	fetchJob
	applyJob
	saveJob
)

// candidate is a document that may come into force.
type candidate struct {
	doc    Document
	record Record // zero for the base
	stored bool   // read from the store: no need to save it
	undo   bool   // the one in force before a document that failed
}

// machine is the state of the Manager. step is its only way to change, and
// what it waits for is in its times: a zero time is never.
type machine struct {
	policy policy

	kept    []candidate // at the start: what to try, best first; the base is last
	inForce candidate
	told    Document // what the Applier was told last, whether it could or not
	works   bool     // inForce was applied
	stuck   bool     // nothing that was kept could be applied
	pending *candidate
	unsaved *Record

	busy     job
	fetchAt  time.Time
	applyAt  time.Time
	saveAt   time.Time
	again    bool // asked to fetch while fetching
	force    bool // asked by a person: at once, and even what failed before
	forced   bool // the fetch under way is such a one
	failures int
	rejected string // hash of the document that could not be applied

	status Status
}

// policy is the times that are not a document's to say.
type policy struct {
	retryMin, retryMax time.Duration // back-off after a failure
	gap                time.Duration // between fetches that check-syncs ask for
	idleRetry          time.Duration // for a document that waits for the phone
	bootSpread         time.Duration
}

// input is what happened, with the time and a random number in [0, 1).
type input struct {
	now    time.Time
	random float64
	event  any // started, tick, asked, idled, fetched, applied, saved
}

type (
	started struct{ kept []candidate }
	tick    struct{}
	asked   struct{ force bool }
	idled   struct{}
	fetched struct {
		attempts  []Attempt
		unchanged bool
		nowhere   bool // no step had a URL
		found     candidate
		err       error
	}
	applied struct{ err error }
	saved   struct{ err error }
)

// step answers an input with the next state; its busy tells the job to do, if
// it was resting before.
func (m machine) step(in input) machine {
	switch e := in.event.(type) {
	case started:
		m = m.start(e, in)
	case asked:
		m = m.ask(e, in.now)
	case idled:
		m.applyAt = in.now
	case fetched:
		m = m.afterFetch(e, in)
	case applied:
		m = m.afterApply(e.err, in)
	case saved:
		m = m.afterSave(e.err, in)
	}
	return m.next(in.now).report()
}

func (m machine) start(e started, in input) machine {
	m.kept = e.kept[1:]
	m.inForce = e.kept[len(e.kept)-1] // until something is applied
	m.pending, m.applyAt = &e.kept[0], in.now
	m.fetchAt = in.now
	if e.kept[0].stored {
		m.fetchAt = in.now.Add(spread(m.policy.bootSpread, in.random))
	}
	return m
}

func (m machine) ask(e asked, now time.Time) machine {
	if e.force {
		m.force, m.fetchAt = true, now
	}
	if m.busy == fetchJob {
		m.again = true
		return m
	}
	if at := m.status.LastAttempt.Add(m.policy.gap); !e.force && (m.fetchAt.IsZero() || at.Before(m.fetchAt)) {
		m.fetchAt = later(now, at)
	}
	return m
}

func (m machine) afterFetch(e fetched, in input) machine {
	m.busy = noJob
	m.status.Attempts, m.status.LastAttempt = e.attempts, in.now
	switch {
	case e.nowhere:
		m.status.Error, m.status.Faults = "", nil
		if m.state() == Unprovisioned {
			m.status.Error = "no provisioning server is known; set provisioning.url in the agent's file"
		}
		m.failures, m.fetchAt = 0, in.now.Add(m.policy.retryMax)
	case e.err != nil:
		m = m.failed(e.err, in)
	case !m.forced && !e.unchanged && e.found.record.Meta.Hash == m.rejected:
		m = m.failed(errRejected, in)
	default:
		m = m.succeeded(e, in)
	}
	if m.again {
		m.again, m.fetchAt = false, in.now
		if !m.force {
			m.fetchAt = in.now.Add(m.policy.gap)
		}
	}
	return m
}

var errRejected = errors.New("the server still has the document that could not be applied; mend it there")

func (m machine) succeeded(e fetched, in input) machine {
	m.failures = 0
	m.status.Error, m.status.Faults, m.status.LastFetch = "", nil, in.now
	if !e.unchanged {
		found := e.found
		m.pending, m.applyAt = &found, in.now
	}
	p := m.inForce.doc.Provisioning
	if !e.unchanged {
		p = e.found.doc.Provisioning
	}
	m.fetchAt = in.now.Add(max(p.Interval, m.policy.retryMin) + spread(p.RandomSpread, in.random))
	return m
}

func (m machine) failed(err error, in input) machine {
	m.failures++
	m.status.Error, m.status.Faults = err.Error(), Faults(err)
	m.fetchAt = in.now.Add(m.backoff(in.random))
	return m
}

// backoff doubles with each failure, and is somewhere in its upper half so that
// phones do not come back all at once.
func (m machine) backoff(random float64) time.Duration {
	wait := m.policy.retryMax
	if shift := m.failures - 1; shift < 20 {
		wait = min(wait, m.policy.retryMin<<shift)
	}
	return wait/2 + spread(wait/2, random)
}

func (m machine) afterApply(err error, in input) machine {
	m.busy = noJob
	tried := *m.pending
	if !errors.Is(err, ErrLater) {
		m.told = tried.doc
	}
	switch {
	case err == nil:
		return m.tookForce(tried, in.now)
	case errors.Is(err, ErrLater):
		m.applyAt = in.now.Add(m.policy.idleRetry)
	case tried.undo || len(m.kept) == 0 && !m.works:
		// What worked before does not any more: there is nothing to go back to,
		// but the server may have something better.
		m.failures++
		m.stuck = true
		m.status.Error = "cannot be applied: " + err.Error()
		m.applyAt = in.now.Add(m.backoff(in.random))
	case !m.works:
		m.status.Error = "the document kept on the phone cannot be applied: " + err.Error()
		m.rejected = tried.record.Meta.Hash
		m.pending, m.kept, m.applyAt = &m.kept[0], m.kept[1:], in.now
	default:
		m.rejected = tried.record.Meta.Hash
		m = m.failed(errors.New("the document cannot be applied, the one before stays: "+err.Error()), in)
		back := m.inForce
		back.undo = true
		m.pending, m.applyAt = &back, in.now
	}
	return m
}

func (m machine) tookForce(now candidate, at time.Time) machine {
	save := !now.stored && !now.undo && now.record.Meta.Hash != ""
	if !now.undo {
		m.rejected = ""
	}
	now.undo = false
	m.inForce, m.works, m.pending, m.kept = now, true, nil, nil
	if save {
		now.record.Meta.Applied = at
		record := now.record
		m.unsaved, m.saveAt = &record, time.Time{}
	}
	return m
}

func (m machine) afterSave(err error, in input) machine {
	m.busy = noJob
	if err != nil {
		m.status.StoreError = err.Error()
		m.saveAt = in.now.Add(m.policy.retryMax/2 + spread(m.policy.retryMax/2, in.random))
		return m
	}
	m.status.StoreError, m.unsaved, m.inForce.stored = "", nil, true
	return m
}
