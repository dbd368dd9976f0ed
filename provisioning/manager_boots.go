package provisioning

import (
	"fmt"
	"time"
)

// maxBoots is how many starts in a row may end soon before the document that the
// phone started with is put aside.
const maxBoots = 3

// begin counts the start that a phone makes with the first of what is kept. One
// whose last starts all ended within moments, and that not by anybody's wish,
// is put aside where there is another to go back to: what crashes the program
// when the document has long been confirmed crashes it after every restart.
func (m *Manager) begin(kept []candidate, out *started) []candidate {
	if out.trialEnded { // and not this one's start
		kept[0].record.Meta.Boots = 0
	}
	if kept[0].record.Meta.Boots >= maxBoots && usable(kept[1:]) {
		m.putAside(kept[0].record, out)
		kept = kept[1:]
		kept[0].record.Meta.Boots = 0
	}
	r := &kept[0].record
	if r.Meta.Number == 0 {
		return kept
	}
	r.Meta.Boots = min(r.Meta.Boots+1, maxBoots)
	if _, err := m.cfg.Store.Save(*r); err != nil {
		m.cfg.Log.Warn("starts cannot be counted", "error", err)
		out.storeErr = err
	}
	return kept
}

// usable tells whether a phone can work with the first of these: the base may
// know nothing.
func usable(kept []candidate) bool {
	return len(kept) > 0 && (kept[0].record.Meta.Number != 0 || len(kept[0].doc.Accounts) > 0)
}

// putAside takes a document that ended the program again and again. The server's
// is tried once more, for the power may have gone as often; not a second time.
func (m *Manager) putAside(r Record, out *started) {
	meta := &r.Meta
	meta.Verdict, meta.Decided, meta.Boots, meta.Cut = RolledBack, time.Now(), 0, meta.Cut+1
	meta.Why = fmt.Sprintf("the phone ended %d times in a row soon after it started with it; it is tried once more", maxBoots)
	if meta.Cut > 1 {
		meta.Why = fmt.Sprintf("the phone ended %d times in a row soon after it started with it, and again when it was tried once more", maxBoots)
	}
	m.cfg.Log.Error("the configuration is put aside and the one before is used", "number", meta.Number, "url", withoutQuery(meta.URL), "why", meta.Why)
	if _, err := m.cfg.Store.Save(r); err != nil {
		out.storeErr, meta.Cut = err, 2
	}
	if out.why = meta.Why; meta.Cut == 1 {
		out.cut = *meta
		return
	}
	out.rejected, out.pinned = meta.Hash, false
}

// proven notes that the program has worked with the document in force for a time.
func (m machine) proven(now time.Time) machine {
	m.provenAt = time.Time{}
	meta := &m.inForce.record.Meta
	switch {
	case m.trial.on || meta.Number == 0 && len(m.unsaved) > 0:
		m.provenAt = now.Add(m.policy.proven)
	case meta.Number != 0 && (meta.Boots > 0 || meta.Cut > 0):
		meta.Boots, meta.Cut = 0, 0
		m = m.keep(m.inForce.record)
	}
	return m
}
