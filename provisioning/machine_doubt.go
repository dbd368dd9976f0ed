package provisioning

import "time"

// doubt is whether a document that was taken back was at fault. If the one
// before does no better in the same time, it was not: a registrar may be down.
// Then it is tried again as soon as the phone is well.
type doubt struct {
	trial           // of the one before: what it has to prove, and until when
	record   Record // of the one that was taken back
	within   time.Duration
	innocent bool
}

// patience is how many times less often a phone is looked at that waits for
// others to mend.
const patience = 15

// arm begins the doubt when the one before is in force again.
func (m machine) arm(now time.Time) machine {
	d := &m.doubt
	if d.record.Meta.Hash == "" || d.on {
		return m
	}
	d.on, d.missing, d.server = true, "", ""
	d.until, d.looked, d.probeAt = now.Add(d.within), now, now.Add(m.policy.settle)
	if !d.served {
		m.fetchAt = now.Add(m.policy.settle / 2)
	}
	return m
}

// afterDoubt lets the verdict stand if the one before is well in time; else it
// waits until that is, and lets the other be tried again.
func (m machine) afterDoubt(v Vitals, in input) machine {
	d := &m.doubt
	if v.Busy {
		d.until = d.until.Add(in.now.Sub(d.looked))
	}
	d.looked = in.now
	well := d.lacks(m.inForce.doc, v) == ""
	switch {
	case well && d.innocent:
		m.doubt, m.rejected, m.fetchAt, m.failures = doubt{}, "", in.now, 0
	case well:
		m.doubt = doubt{}
	case d.innocent:
		d.probeAt = in.now.Add(patience * m.policy.probe)
	case !in.now.Before(d.until):
		m = m.acquit(in.now)
	default:
		d.probeAt = in.now.Add(m.policy.probe)
	}
	return m
}

// acquit tells, and has stored, that the document was not at fault.
func (m machine) acquit(now time.Time) machine {
	d := &m.doubt
	meta := &d.record.Meta
	d.innocent, d.probeAt = true, now.Add(patience*m.policy.probe)
	m.status.RolledBack += "; the one before does no better, so it is tried again when that is well"
	m.status.Error = m.status.RolledBack
	meta.Verdict, meta.Why, meta.Decided = Broken, m.status.RolledBack, now
	if meta.Number != 0 {
		m = m.keep(d.record)
	}
	return m
}
