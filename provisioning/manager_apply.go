package provisioning

import (
	"context"
	"errors"
)

// apply stages a document that has to prove itself, then makes it work: if
// that ends the program, the store knows what was tried.
func (m *Manager) apply(ctx context.Context, s machine) any {
	out := applied{told: s.pending.doc.withUser(s.user)}
	changes := Diff(s.told, out.told)
	if len(changes) == 0 && s.works && !s.pending.undo {
		m.cfg.Log.Info("the new configuration changes nothing")
		out.same = true
		return out
	}
	if out.err = m.cfg.Applier.Ready(out.told, changes); out.err == nil && s.pending.staged {
		if s.pending.record.Meta.Number == 0 {
			out.number, out.stage = m.stage(s)
		}
		if out.stage != nil {
			return out
		}
		if m.cfg.Prover != nil && s.pending.trial {
			out.before = m.cfg.Prover.Vitals(ctx)
		}
	}
	if out.err == nil {
		out.err = m.cfg.Applier.Apply(ctx, out.told, changes)
	}
	m.tell(s, out.err, len(changes))
	return out
}

// stage has the store say that a document is on trial. Where the one in force is
// not stored either, or this one need not prove itself, it is applied without.
func (m *Manager) stage(s machine) (number int, err error) {
	r := s.pending.record
	r.Meta.Verdict = OnTrial
	if number, err = m.cfg.Store.Save(r); err == nil {
		return number, nil
	}
	m.cfg.Log.Error("the configuration cannot be stored", "error", err, "applied", !s.inForce.stored || !s.pending.trial)
	if !s.inForce.stored || !s.pending.trial {
		err = nil
	}
	return 0, err
}

func (m *Manager) tell(s machine, err error, changes int) {
	url := withoutQuery(s.pending.record.Meta.URL)
	switch {
	case err == nil:
		m.cfg.Log.Info("configuration applied", "url", url, "changes", changes, "back", s.pending.undo, "trial", s.pending.trial)
	case errors.Is(err, ErrLater):
		m.cfg.Log.Info("configuration waits for the phone to be idle", "changes", changes)
	default:
		m.cfg.Log.Error("configuration cannot be applied", "url", url, "error", err, "back", s.pending.undo)
	}
}

func (m *Manager) layUser(ctx context.Context, s machine) any {
	out := laid{told: s.inForce.doc.withUser(s.user)}
	changes := Diff(s.told, out.told)
	if len(changes) == 0 {
		return out
	}
	if out.err = m.cfg.Applier.Ready(out.told, changes); out.err == nil {
		out.err = m.cfg.Applier.Apply(ctx, out.told, changes)
	}
	if out.err != nil && !errors.Is(out.err, ErrLater) {
		m.cfg.Log.Error("what the user has set cannot be applied", "error", out.err)
	}
	return out
}

// prove looks how the phone is.
func (m *Manager) prove(ctx context.Context, s machine) any {
	if m.cfg.Prover == nil {
		return proved{}
	}
	return proved{m.cfg.Prover.Vitals(ctx)}
}

// save keeps a record, and tells what was decided.
func (m *Manager) save(r Record) any {
	number, err := m.cfg.Store.Save(r)
	switch {
	case err != nil:
		m.cfg.Log.Error("the configuration could not be stored", "error", err)
	case r.Meta.Verdict == RolledBack:
		m.cfg.Log.Error("configuration rolled back", "number", number, "url", withoutQuery(r.Meta.URL), "why", r.Meta.Why)
	default:
		m.cfg.Log.Info("configuration kept", "number", number, "url", withoutQuery(r.Meta.URL))
	}
	return saved{number, err}
}
