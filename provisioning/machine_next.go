package provisioning

import "time"

// next takes up a job if one is due: what was fetched is applied, and what was
// applied is kept, before something newer is asked for.
func (m machine) next(now time.Time) machine {
	if m.busy != noJob {
		return m
	}
	if m.restore != nil && (m.works || m.stuck) {
		m = m.bringBack(now)
	}
	due := func(at time.Time) bool { return !at.After(now) }
	if !m.provenAt.IsZero() && due(m.provenAt) {
		m = m.proven(now)
	}
	switch {
	case m.pending != nil && due(m.applyAt):
		m.busy = applyJob
	case m.mayLay() && due(m.layAt):
		m.busy = layJob
	case len(m.unsaved) > 0 && due(m.saveAt):
		m.busy = saveJob
	case m.mayFetch() && due(m.fetchAt):
		m.busy = fetchJob
		m.forced, m.force, m.pushed = m.force, false, false
	case m.trial.on && due(m.trial.probeAt), m.doubt.on && due(m.doubt.probeAt):
		m.busy = proveJob
	}
	return m
}

// mayFetch: what the phone has goes first, so that it works without a network.
func (m machine) mayFetch() bool { return (m.works || m.stuck) && !m.fetchAt.IsZero() }

// mayLay: before anything was applied, or while what was is taken back, the user's
// settings go with the document.
func (m machine) mayLay() bool { return m.lay && m.works && (m.pending == nil || !m.pending.undo) }

// wake is when the machine next wants a tick; false: only when something happens.
func (m machine) wake() (time.Time, bool) {
	if m.busy != noJob {
		return time.Time{}, false
	}
	var at time.Time
	sooner := func(t time.Time, wanted bool) {
		if wanted && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	sooner(m.applyAt, m.pending != nil)
	sooner(m.layAt, m.mayLay())
	sooner(m.saveAt, len(m.unsaved) > 0)
	sooner(m.trial.probeAt, m.trial.on)
	sooner(m.doubt.probeAt, m.doubt.on)
	sooner(m.provenAt, !m.provenAt.IsZero())
	sooner(m.fetchAt, m.mayFetch())
	return at, !at.IsZero()
}

// newest is the document that a server is asked to better: the pending one, or
// the one in force.
func (m machine) newest() candidate {
	if m.pending != nil && !m.pending.undo {
		return *m.pending
	}
	return m.inForce
}

func (m machine) state() State {
	switch {
	case m.inForce.record.Meta.Hash != "":
		return Provisioned
	case len(m.inForce.doc.Accounts) > 0:
		return Local
	}
	return Unprovisioned
}

// report brings the snapshot up to date.
func (m machine) report() machine {
	m.status.State = m.state()
	m.status.Activity = [...]Activity{Resting, Fetching, Applying, Storing, Applying, Proving}[m.busy]
	m.status.InForce = m.inForce.record.Meta
	m.status.InForce.URL = withoutQuery(m.status.InForce.URL)
	m.status.Failures, m.status.LeftOut = m.failures, m.inForce.doc.leftOut
	m.status.Next = m.fetchAt
	m.status.OnTrial, m.status.Missing = m.trial.until, m.trial.missing
	m.status.Refused, m.status.Pinned = m.rejected, m.pinned
	m.status.Pending = ""
	if m.pending != nil && !m.pending.undo {
		m.status.Pending = m.pending.record.Meta.Hash
	}
	return m
}

func spread(most time.Duration, random float64) time.Duration {
	return time.Duration(float64(most) * random)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
