package provisioning

import (
	"fmt"
	"slices"
)

// Kept is a document of the history.
type Kept struct {
	Meta    Meta
	InForce bool
	Size    int // bytes
}

// History tells of the documents that are kept, newest first. The error tells of
// damaged ones and may come beside the others.
func (m *Manager) History() ([]Kept, error) {
	records, err := m.cfg.Store.Load()
	in := m.Status().InForce
	var all []Kept
	for _, r := range records {
		now := in.Hash != "" && r.Meta.Hash == in.Hash && (r.Meta.Number == in.Number || in.Number == 0)
		r.Meta.URL = withoutQuery(r.Meta.URL)
		all = append(all, Kept{r.Meta, now, len(r.Data)})
	}
	return all, err
}

// Kept is the document with a number, as this version reads it, without what the
// user has set.
func (m *Manager) Kept(number int) (Meta, Document, error) {
	r, err := m.record(number)
	if err != nil {
		return Meta{}, Document{}, err
	}
	doc, err := m.cfg.Parse(r.Data, withoutQuery(r.Meta.URL))
	r.Meta.URL = withoutQuery(r.Meta.URL)
	if err != nil {
		err = fmt.Errorf("document %d cannot be read by this version: %w", number, err)
	}
	return r.Meta, doc, err
}

func (m *Manager) record(number int) (Record, error) {
	records, err := m.cfg.Store.Load()
	i := slices.IndexFunc(records, func(r Record) bool { return r.Meta.Number == number })
	switch {
	case i >= 0:
		return records[i], nil
	case err != nil:
		return Record{}, err
	}
	return Record{}, fmt.Errorf("there is no document %d in the history (offhook history lists them)", number)
}

// Rollback brings back a document of the history; 0 is the newest that worked
// before the one in force. It stays until the server has another than now. It
// returns the number of what comes back, which may wait for the end of a call.
func (m *Manager) Rollback(number int) (int, error) {
	if number == 0 {
		var err error
		if number, err = m.before(); err != nil {
			return 0, err
		}
	}
	r, err := m.record(number)
	if err != nil {
		return 0, err
	}
	doc, err := m.cfg.Parse(r.Data, withoutQuery(r.Meta.URL))
	if err != nil {
		return 0, fmt.Errorf("document %d cannot be read by this version: %w", number, err)
	}
	if s := m.Status(); s.InForce.Hash == r.Meta.Hash && s.OnTrial.IsZero() {
		return 0, fmt.Errorf("document %d is in force", number)
	}
	back := candidate{doc: doc, record: r, person: true}
	meta := &back.record.Meta
	if meta.Good() {
		meta.Verdict = Confirmed
	}
	meta.Number, meta.Cut, meta.Refuses, meta.Why = 0, 0, "", fmt.Sprintf("a person brought back document %d", number)
	replace(m.restore, restored{back})
	return number, nil
}

// before is the newest document that worked and is not the one in force.
func (m *Manager) before() (int, error) {
	all, err := m.History()
	in := m.Status().InForce.Hash
	for _, k := range all {
		if k.Meta.Good() && k.Meta.Hash != in {
			return k.Meta.Number, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("there is no document to go back to: the one in force is the only one that worked (offhook history)")
	}
	return 0, err
}
