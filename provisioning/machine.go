package provisioning

import (
	"time"
)

// job is what the Manager does away from its own goroutine, one at a time.
type job uint8

const (
	noJob job = iota
	fetchJob
	applyJob
	saveJob
	layJob   // apply what the user has set
	proveJob // see how the phone is
)

// candidate is a document that may come into force.
type candidate struct {
	doc    Document
	record Record // zero for the base
	stored bool   // read from the store: no need to save it
	undo   bool   // the one in force before a document that failed
	trial  bool   // has to prove itself
	staged bool   // is stored as on trial before it is applied
	person bool   // a person brought it back
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
	restore *candidate // what a person brings back, as soon as nothing is under way
	trial   trial
	doubt   doubt
	unsaved []Record
	user    []UserSetting
	lay     bool // what the user has set is to be applied

	busy     job
	fetchAt  time.Time
	applyAt  time.Time
	saveAt   time.Time
	layAt    time.Time
	provenAt time.Time
	pushed   bool // the next fetch is what a check-sync asked for
	again    bool // asked to fetch while fetching
	force    bool // asked by a person: at once, and even what failed before
	forced   bool // the fetch under way is such a one
	failures int
	rejected string // hash of the server's document that did not work, or that a person does not want
	pinned   bool   // a person does not want it
	cut      Meta   // of the document whose first trial the end of the program cut short

	status Status
}

// policy is the times that are not a document's to say.
type policy struct {
	retryMin, retryMax time.Duration // back-off after a failure
	gap                time.Duration // between fetches that check-syncs ask for
	idleRetry          time.Duration // for a document that waits for the phone
	bootSpread         time.Duration
	settle             time.Duration // after a document was applied, until it is looked at
	probe              time.Duration // between looks
	storeRetry         time.Duration // after what could not be stored
	proven             time.Duration // of work, until a start counts as one that went well
}

// input is what happened, with the time and a random number in [0, 1).
type input struct {
	now    time.Time
	random float64
	event  any // started, tick, asked, idled, restored, userSet, and what jobs end with
}

type (
	started struct {
		kept     []candidate
		user     []UserSetting
		rejected string
		why      string // it was rolled back
		pinned   bool
		cut      Meta
		storeErr error
		// trialEnded: the program ended in a trial, which is not the fault of what it
		// starts with.
		trialEnded bool
	}
	tick     struct{}
	asked    struct{ force bool }
	idled    struct{}
	restored struct{ to candidate }
	userSet  struct{ user []UserSetting }
	fetched  struct {
		attempts  []Attempt
		unchanged bool
		nowhere   bool   // no step had a URL
		waits     string // a step has a server that a person has to accept first
		answered  bool   // a server did, even if with what has faults
		found     candidate
		err       error
	}
	applied struct {
		err    error
		told   Document // what the Applier was told
		same   bool     // it was not, for nothing is different
		number int      // as what it was staged; 0: it was not
		stage  error    // it could not be staged, and was not applied
		before Vitals
	}
	laid struct {
		err  error
		told Document
	}
	proved struct{ vitals Vitals }
	saved  struct {
		number int
		err    error
	}
)

// step answers an input with the next state; its busy tells the job to do, if
// it was resting before.
func (m machine) step(in input) machine {
	switch e := in.event.(type) {
	case started:
		m = m.start(e, in)
	case asked:
		m = m.ask(e, in)
	case idled:
		m.applyAt, m.layAt = in.now, in.now
	case restored:
		to := e.to
		m.restore = &to
	case userSet:
		m.user, m.lay, m.layAt = e.user, true, in.now
	case fetched:
		m = m.afterFetch(e, in)
	case applied:
		m = m.afterApply(e, in)
	case laid:
		m = m.afterLay(e, in)
	case proved:
		m = m.afterProof(e.vitals, in)
	case saved:
		m = m.afterSave(e, in)
	}
	return m.next(in.now).report()
}

func (m machine) start(e started, in input) machine {
	m.kept = e.kept[1:]
	m.inForce = e.kept[len(e.kept)-1] // until something is applied
	m.pending, m.applyAt = &e.kept[0], in.now
	m.fetchAt = in.now
	m.user, m.rejected, m.pinned, m.cut = e.user, e.rejected, e.pinned, e.cut
	m.status.RolledBack = e.why
	if e.storeErr != nil {
		m.status.StoreError = e.storeErr.Error()
	}
	if e.kept[0].stored {
		m.fetchAt = in.now.Add(spread(m.policy.bootSpread, in.random))
	}
	return m
}

func (m machine) ask(e asked, in input) machine {
	if e.force {
		m.force, m.fetchAt = true, in.now
	}
	if m.busy == fetchJob {
		m.again = true
		return m
	}
	if e.force || m.pushed {
		return m // those that come after it do not move it
	}
	at := later(in.now, m.status.LastAttempt.Add(m.policy.gap)).Add(spread(m.inForce.doc.Provisioning.PushSpread, in.random))
	if m.fetchAt.IsZero() || at.Before(m.fetchAt) {
		m.fetchAt, m.pushed = at, true
	}
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
