package provisioning

import (
	"errors"
	"time"
)

func (m machine) afterApply(e applied, in input) machine {
	m.busy = noJob
	tried := *m.pending
	if e.number != 0 {
		tried.record.Meta.Number = e.number
		m.pending = &tried
	}
	if e.stage != nil {
		m.status.StoreError = e.stage.Error()
		m.applyAt = in.now.Add(m.policy.storeRetry)
		return m
	}
	if !errors.Is(e.err, ErrLater) {
		m.told = e.told
	}
	switch {
	case e.err == nil:
		return m.tookForce(tried, e, in.now)
	case errors.Is(e.err, ErrLater):
		m.applyAt = in.now.Add(m.policy.idleRetry)
	case tried.undo || len(m.kept) == 0 && !m.works:
		// What worked before does not any more: there is nothing to go back to,
		// but the server may have something better.
		m.failures++
		m.stuck = true
		m.status.Error = "cannot be applied: " + e.err.Error()
		m.applyAt = in.now.Add(m.backoff(in.random))
	case !m.works:
		m.status.Error = "the document kept on the phone cannot be applied: " + e.err.Error()
		m.rejected = tried.record.Meta.Hash
		m.pending, m.kept, m.applyAt = &m.kept[0], m.kept[1:], in.now
	default:
		why := "the document cannot be applied, the one before stays: " + e.err.Error()
		m = m.failed(errors.New(why), in)
		m = m.goBack(tried, why, in.now)
	}
	return m
}

func (m machine) tookForce(now candidate, e applied, at time.Time) machine {
	if !now.undo && !now.stored { // what was kept knows nothing new of the server's
		m.rejected, m.pinned = now.record.Meta.Refuses, now.record.Meta.Refuses != ""
		m.status.RolledBack, m.status.StoreError = "", ""
		m.cut = Meta{}
	}
	before, undone := m.inForce, now.undo
	if !undone {
		m.doubt = doubt{}
	}
	keep := !now.stored && !now.undo && now.record.Meta.Hash != ""
	proves := now.trial && !e.same
	now.undo, now.trial, now.staged = false, false, false
	m.provenAt = at.Add(m.policy.proven)
	if m.works || proves || now.record.Meta.Applied.IsZero() { // else it was in force before the restart
		now.record.Meta.Applied = at
	}
	m.inForce, m.works, m.pending, m.kept = now, true, nil, nil
	switch {
	case proves:
		m = m.beginTrial(before, e.before, at)
	case keep:
		m = m.confirm(at)
	case undone:
		m = m.arm(at)
	}
	return m
}

// confirm has the document in force kept as one that works.
func (m machine) confirm(at time.Time) machine {
	meta := &m.inForce.record.Meta
	meta.Verdict, meta.Decided = Confirmed, at
	return m.keep(m.inForce.record)
}

// keep has a record stored, in its order.
func (m machine) keep(r Record) machine {
	m.unsaved, m.saveAt = append(m.unsaved[:len(m.unsaved):len(m.unsaved)], r), time.Time{}
	return m
}

// goBack has the document before applied again, and this one not taken until
// the server has another or a person asks.
func (m machine) goBack(from candidate, why string, now time.Time) machine {
	m.rejected, m.pinned, m.doubt = from.record.Meta.Hash, false, doubt{}
	m.status.RolledBack = why
	if from.record.Meta.Number != 0 {
		meta := &from.record.Meta
		meta.Verdict, meta.Why, meta.Decided, meta.Cut = RolledBack, why, now, 0
		m = m.keep(from.record)
	}
	back := m.inForce
	back.undo = true
	m.pending, m.applyAt = &back, now
	return m
}

// bringBack takes up what a person wants: not what the server has.
func (m machine) bringBack(now time.Time) machine {
	refused := m.inForce
	if m.pending != nil && !m.pending.undo {
		refused = *m.pending
	}
	if m.trial.on {
		left := m.inForce
		m.inForce, m.trial = m.trial.good, trial{}
		m = m.goBack(left, "a person rolled back", now)
	}
	to := *m.restore
	if to.record.Meta.Refuses = refused.record.Meta.Hash; m.rejected != "" {
		to.record.Meta.Refuses = m.rejected
	}
	if to.record.Meta.Refuses == to.record.Meta.Hash {
		to.record.Meta.Refuses = "" // it is what the server has
	}
	to.trial, to.staged = m.mustProve(to), m.mustStage(to)
	m.restore, m.pending, m.applyAt = nil, &to, now
	return m
}

func (m machine) afterLay(e laid, in input) machine {
	m.busy = noJob
	if errors.Is(e.err, ErrLater) {
		m.layAt = in.now.Add(m.policy.idleRetry)
		return m
	}
	m.lay, m.told = false, e.told
	if e.err != nil {
		m.status.Error = "what the user has set cannot be applied: " + e.err.Error()
	}
	return m
}

func (m machine) afterSave(e saved, in input) machine {
	m.busy = noJob
	if e.err != nil {
		m.status.StoreError = e.err.Error()
		m.saveAt = in.now.Add(m.policy.storeRetry)
		return m
	}
	done := m.unsaved[0]
	m.status.StoreError, m.unsaved = "", m.unsaved[1:]
	if in := &m.inForce; in.record.Meta.Hash == done.Meta.Hash && done.Meta.Verdict == Confirmed {
		in.stored, in.record.Meta.Number = true, e.number
	}
	return m
}
