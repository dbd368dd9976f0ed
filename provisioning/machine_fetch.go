package provisioning

import (
	"errors"
	"time"
)

var errRejected = errors.New("the server still has the document that did not work; mend it there, or try it again with offhook reprovision")

func (m machine) afterFetch(e fetched, in input) machine {
	m.busy = noJob
	m.status.Attempts, m.status.LastAttempt = e.attempts, in.now
	m.doubt.served = m.doubt.served || e.answered || e.nowhere
	switch {
	case m.trial.on:
		m = m.serverProved(e, in)
	case e.nowhere:
		m = m.foundNobody(e, in)
	case e.err != nil:
		m = m.failed(e.err, in)
	case !m.forced && !e.unchanged && e.found.record.Meta.Hash == m.rejected:
		m = m.refused(in)
	default:
		m = m.succeeded(e, in)
	}
	if m.again {
		m.again, m.fetchAt = false, in.now
		if !m.force {
			m.fetchAt = in.now.Add(m.policy.gap + spread(m.inForce.doc.Provisioning.PushSpread, in.random))
		}
	}
	return m
}

// foundNobody looks again before long where the phone has nothing to work by:
// the network may only be coming up, or a person accept a server.
func (m machine) foundNobody(e fetched, in input) machine {
	m.status.Error, m.status.Faults = e.waits, nil
	if m.state() != Unprovisioned {
		m.failures, m.fetchAt = 0, in.now.Add(m.policy.retryMax)
		return m
	}
	if e.waits == "" {
		m.status.Error = "no provisioning server is known; set provisioning.url in the agent's file"
	}
	m.failures++
	m.fetchAt = in.now.Add(m.backoff(in.random))
	return m
}

// refused passes over a document that did not work here, or that a person does
// not want. The one is a failure that somebody should mend.
func (m machine) refused(in input) machine {
	if !m.pinned {
		return m.failed(errRejected, in)
	}
	m.failures = 0
	m.status.Error, m.status.Faults, m.status.LastFetch = "", nil, in.now
	m.fetchAt = m.poll(m.inForce.doc, in)
	return m
}

func (m machine) succeeded(e fetched, in input) machine {
	m.failures = 0
	m.status.Error, m.status.Faults, m.status.LastFetch = "", nil, in.now
	doc := m.inForce.doc
	if e.unchanged {
		m.rejected, m.pinned = "", false // what the server had is gone
	} else {
		found := e.found
		found.trial, found.staged = m.mustProve(found), m.mustStage(found)
		if found.record.Meta.Hash == m.cut.Hash && !m.forced {
			found.record.Meta.Cut = m.cut.Cut
		}
		m = m.supersede(in.now)
		m.pending, m.applyAt = &found, in.now
		doc = found.doc
	}
	m.fetchAt = m.poll(doc, in)
	return m
}

// supersede tells the store that a document which was staged, and then had to
// wait for the end of a call, will not come.
func (m machine) supersede(now time.Time) machine {
	if m.pending == nil || m.pending.undo || m.pending.record.Meta.Number == 0 {
		return m
	}
	r := m.pending.record
	r.Meta.Verdict, r.Meta.Why, r.Meta.Decided = RolledBack, "another came before it was applied", now
	return m.keep(r)
}

// poll is when a server is asked again that has answered.
func (m machine) poll(doc Document, in input) time.Time {
	p := doc.Provisioning
	return in.now.Add(max(p.Interval, m.policy.retryMin) + spread(p.RandomSpread, in.random))
}

func (m machine) failed(err error, in input) machine {
	m.failures++
	m.status.Error, m.status.Faults = err.Error(), Faults(err)
	m.fetchAt = in.now.Add(m.backoff(in.random))
	return m
}
