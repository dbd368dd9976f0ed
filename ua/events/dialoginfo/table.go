package dialoginfo

import "offhook/ua"

// Outcome is what became of a document.
type Outcome uint8

// The outcomes.
const (
	Taken Outcome = iota
	Stale         // older than what is known; nothing has changed
	Gap           // a document in between is missing: the full state has to be asked for
)

// Table is what is known of a resource: a value, the zero one knows nothing.
type Table struct {
	known   bool
	gap     bool // known, but for what is missing
	version uint32
	dialogs []Dialog
}

// Apply takes a document in (RFC 4235 §4.3). A full one always counts: NOTIFYs
// are in order of their CSeq already, and there are servers that do not count.
func (t Table) Apply(info Info) (Table, Outcome) {
	if !info.Full {
		switch {
		case !t.known:
			return t, Gap // the first document has to be a full one
		case info.Version <= t.version:
			return t, Stale
		case info.Version != t.version+1:
			return Table{gap: true, dialogs: t.dialogs}, Gap
		}
	}
	next := Table{known: true, version: info.Version}
	if !info.Full {
		next.dialogs = append(next.dialogs, t.dialogs...)
	}
	for _, d := range info.Dialogs {
		next.put(d)
	}
	return next, Taken
}

// put replaces the dialog of that id; a terminated one goes.
func (t *Table) put(d Dialog) {
	kept := t.dialogs[:0]
	for _, old := range t.dialogs {
		if old.ID != d.ID {
			kept = append(kept, old)
		}
	}
	if d.State != ua.Terminated && len(kept) < maxDialogs {
		kept = append(kept, d)
	}
	t.dialogs = kept
}

// Known reports whether a full state has come and nothing is missing since.
func (t Table) Known() bool { return t.known }

// Gapped reports whether something is missing of what was known.
func (t Table) Gapped() bool { return t.gap }

// Dialogs counts those that are not over.
func (t Table) Dialogs() int { return len(t.dialogs) }

// Foremost is the dialog that a person has to see: one that rings before one
// that is in a call, before one that is being set up; false when there is none.
func (t Table) Foremost() (Dialog, bool) {
	if len(t.dialogs) == 0 {
		return Dialog{}, false
	}
	foremost := &t.dialogs[0]
	for i := range t.dialogs {
		if d := &t.dialogs[i]; rank(d) > rank(foremost) {
			foremost = d
		}
	}
	return *foremost, true
}

func rank(d *Dialog) int {
	switch {
	case d.Incoming && d.State < ua.Confirmed:
		return 4
	case d.State == ua.Confirmed && !d.Held:
		return 3
	case d.State == ua.Confirmed:
		return 2
	case d.State == ua.Early:
		return 1
	}
	return 0
}

// State is the resource's, as a lamp has it.
func (t Table) State() ua.LineState {
	d, busy := t.Foremost()
	switch {
	case !t.known:
		return ua.LineUnknown
	case !busy:
		return ua.LineIdle
	case d.State == ua.Confirmed:
		return ua.LineConfirmed
	case d.State == ua.Early || d.Incoming:
		return ua.LineEarly
	}
	return ua.LineTrying
}
