package provisioning

import (
	"fmt"
	"slices"
	"time"

	"offhook/ua"
)

// trial is the time in which the document in force has to prove itself. The
// store says the same, so that who ends in the midst of it starts with the good
// one.
type trial struct {
	on      bool
	good    candidate // what comes back
	before  Vitals
	until   time.Time
	looked  time.Time // last
	probeAt time.Time
	served  bool // a provisioning server has answered
	newer   bool // with another document
	server  string
	missing string
}

// mustProve: what comes from a server or out of the history, where something
// that works can come back. A person brings back what has worked.
func (m machine) mustProve(c candidate) bool {
	return c.doc.Provisioning.Confirm > 0 && m.mustStage(c)
}

// mustStage: even what need not prove itself is stored as on trial while it is
// applied, so that one by which the program ends is not taken for ever.
func (m machine) mustStage(c candidate) bool {
	worked := c.person && c.record.Meta.Verdict == Confirmed
	return !worked && m.works && m.state() != Unprovisioned
}

func (m machine) beginTrial(good candidate, before Vitals, at time.Time) machine {
	m.trial = trial{
		on: true, good: good, before: before, until: at.Add(m.inForce.doc.Provisioning.Confirm),
		looked: at, probeAt: at.Add(m.policy.settle), missing: "it has just been applied",
	}
	m.failures, m.fetchAt, m.pushed = 0, at.Add(m.policy.settle/2), false
	return m
}

// serverProved takes what a fetch in a trial tells: whether the server is
// reached with the new settings. What it has is looked at after the trial.
func (m machine) serverProved(e fetched, in input) machine {
	t := &m.trial
	switch {
	case e.nowhere, e.answered:
		t.served, t.server = true, ""
		t.newer = t.newer || !e.nowhere && !e.unchanged
		m.failures, m.status.LastFetch = 0, in.now
		m.status.Error, m.status.Faults = "", nil
		m.fetchAt = m.poll(m.inForce.doc, in)
		t.probeAt = later(in.now, m.trialStart().Add(m.policy.settle))
	default:
		t.server = e.err.Error()
		m = m.failed(e.err, in)
	}
	return m
}

func (m machine) trialStart() time.Time { return m.inForce.record.Meta.Applied }

// afterProof ends the trial well as soon as nothing is missing, and badly when
// its time is over. The time of calls does not count: they are not ended, and
// what they tell of the document is good.
func (m machine) afterProof(v Vitals, in input) machine {
	m.busy = noJob
	t := &m.trial
	switch {
	case m.doubt.on:
		return m.afterDoubt(v, in)
	case !t.on:
		return m
	}
	if v.Busy {
		t.until = t.until.Add(in.now.Sub(t.looked))
	}
	t.looked = in.now
	t.missing = t.lacks(m.inForce.doc, v)
	switch {
	case t.missing == "":
		newer := t.newer
		m.trial = trial{}
		m = m.confirm(in.now)
		if newer {
			m.fetchAt = in.now
		}
	case !in.now.Before(t.until):
		return m.trialFailed(in.now)
	default:
		t.probeAt = in.now.Add(m.policy.probe)
	}
	return m
}

// lacks tells what the document has not proven yet: every account that was
// registered before and is still one is registered; if none of them is one any
// more, any account is; a server answers; every part of the program moves.
func (t trial) lacks(doc Document, v Vitals) string {
	still, wanted := 0, 0
	for _, a := range doc.Accounts {
		if !a.Register {
			continue
		}
		wanted++
		id := ua.AccountID(a.ID)
		if !slices.Contains(t.before.Registered, id) {
			continue
		}
		if still++; !slices.Contains(v.Registered, id) {
			return fmt.Sprintf("account %s is not registered, and was before", id)
		}
	}
	switch {
	case len(t.before.Registered) > 0 && still == 0 && wanted > 0 && len(v.Registered) == 0:
		return "no account is registered"
	case v.Stuck != "" && t.before.Stuck == "":
		return v.Stuck
	case !t.served && t.server != "":
		return "the provisioning server is not reached: " + t.server
	case !t.served:
		return "the provisioning server has not answered yet"
	}
	return ""
}

func (m machine) trialFailed(now time.Time) machine {
	bad, why, newer, was := m.inForce, m.trial.missing, m.trial.newer, m.trial
	m.inForce, m.trial = m.trial.good, trial{}
	m = m.goBack(bad, fmt.Sprintf("rolled back: within %s of its trial %s", formatDuration(bad.doc.Provisioning.Confirm), why), now)
	m.failures, m.pushed = 1, false
	m.fetchAt = now.Add(m.policy.retryMax / 2)
	m.status.Error = m.status.RolledBack
	if newer {
		m.fetchAt = now
		return m
	}
	was.on, was.good = false, candidate{}
	m.doubt = doubt{trial: was, record: bad.record, within: bad.doc.Provisioning.Confirm}
	return m
}
