package provisioning

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"time"
)

// load reads the store; what does not parse any more is passed over, and the
// base is what remains.
func (m *Manager) load() started {
	records, err := m.cfg.Store.Load()
	if err != nil {
		m.cfg.Log.Error("a stored configuration is damaged", "error", err)
	}
	var kept []candidate
	out := m.judge(records)
	for _, r := range records {
		if !r.Meta.Good() {
			continue
		}
		doc, err := m.cfg.Parse(r.Data, withoutQuery(r.Meta.URL))
		if err != nil {
			m.cfg.Log.Error("a stored configuration cannot be read by this version", "url", withoutQuery(r.Meta.URL), "error", err)
			continue
		}
		kept = append(kept, candidate{doc: doc, record: r, stored: true})
	}
	out.kept = m.begin(append(kept, candidate{doc: m.cfg.Base}), &out)
	if out.user, err = m.cfg.Store.LoadUser(); err != nil {
		m.cfg.Log.Error("what the user has set is damaged, and forgotten", "error", err)
	}
	m.mu.Lock()
	m.user = out.user
	m.mu.Unlock()
	return out
}

// judge looks at what the program left when it ended. A document whose trial was
// cut short has one trial more; a second time it is not taken again.
func (m *Manager) judge(records []Record) (out started) {
	for i, r := range records {
		meta := &r.Meta
		if meta.Verdict == OnTrial {
			out.trialEnded = true
			meta.Verdict, meta.Decided, meta.Cut = RolledBack, time.Now(), meta.Cut+1
			meta.Why = "the phone ended during its trial; it is tried once more"
			if meta.Cut > 1 {
				meta.Why = "the phone ended during both its trials"
			}
			m.cfg.Log.Warn("a configuration was on trial when the phone ended: the one before is used", "number", meta.Number, "why", meta.Why)
			if _, err := m.cfg.Store.Save(r); err != nil {
				// Who cannot count trials has had the last one.
				out.storeErr, meta.Cut = err, 2
			}
		}
		switch {
		case i > 0:
		case meta.Verdict == Broken, meta.Verdict == RolledBack && meta.Cut == 1:
			out.cut = *meta
		case meta.Verdict == RolledBack:
			out.rejected, out.why = meta.Hash, meta.Why
		default:
			out.rejected, out.pinned = meta.Refuses, meta.Refuses != ""
		}
	}
	return out
}

// leave tells the store that the program ends because somebody wants it to, not
// because of the document on trial: that does not count against it.
// What was decided and not stored yet is. A normal end has the starts counted anew.
func (m *Manager) leave(s machine, normal bool) {
	for _, r := range s.unsaved {
		m.save(r)
	}
	var r Record
	switch {
	case s.trial.on:
		r = s.inForce.record
	case s.pending != nil && !s.pending.undo:
		r = s.pending.record
	}
	if !normal { // what was on trial may be why
		return
	}
	if !s.trial.on && s.inForce.record.Meta.Boots > 0 && s.inForce.record.Meta.Number > 0 {
		again := s.inForce.record
		again.Meta.Boots = 0
		m.save(again)
	}
	if r.Meta.Number == 0 {
		return
	}
	r.Meta.Verdict, r.Meta.Why, r.Meta.Decided = Broken, "the phone was restarted during its trial; it is tried again", time.Now()
	if _, err := m.cfg.Store.Save(r); err != nil {
		m.cfg.Log.Error("the configuration could not be stored", "error", err)
	}
}

// do runs one job and returns its result.
func (m *Manager) do(ctx context.Context, s machine) any {
	switch s.busy {
	case applyJob:
		return m.apply(ctx, s)
	case layJob:
		return m.layUser(ctx, s)
	case proveJob:
		return m.prove(ctx, s)
	case saveJob:
		return m.save(s.unsaved[0])
	}
	return m.fetch(ctx, s)
}

// fetch goes through the steps of discovery until a server answers.
func (m *Manager) fetch(ctx context.Context, s machine) any {
	var out fetched
	newest := s.newest()
	out.nowhere = true
	for f := range m.cfg.Discover.Discover(ctx, s.inForce.doc, newest.record.Meta) {
		attempt := Attempt{Step: f.Step, URL: withoutQuery(f.URL), Why: f.Why, Waits: f.Server}
		if f.URL == "" {
			m.cfg.Log.Debug("discovery: passed over", "step", f.Step, "why", f.Why)
			out.attempts = append(out.attempts, attempt)
			if f.Waits {
				m.cfg.Log.Warn("a provisioning server waits to be accepted", "step", f.Step, "why", f.Why)
				out.waits = cmp.Or(out.waits, f.Why)
			}
			continue
		}
		out.nowhere = false
		response, err := m.ask(ctx, f, newest.record.Meta, s.forced)
		if err == nil {
			out.answered = true
			m.cfg.Log.Info("discovery: won", "step", f.Step, "url", withoutQuery(f.URL), "why", f.Why)
			out.attempts = append(out.attempts, attempt)
			return m.take(out, f, response, newest)
		}
		m.cfg.Log.Warn("configuration cannot be fetched", "step", f.Step, "url", withoutQuery(f.URL), "error", err)
		attempt.Error = err.Error()
		out.attempts, out.err = append(out.attempts, attempt), err
		if !f.Proceed || ctx.Err() != nil {
			break
		}
	}
	return out
}

// ask fetches; what we have is mentioned only to the place it came from.
func (m *Manager) ask(ctx context.Context, f Finding, have Meta, forced bool) (Response, error) {
	u, err := url.Parse(f.URL)
	if err != nil {
		return Response{}, fmt.Errorf("the URL of step %s cannot be read; write it as https://host/path", f.Step)
	}
	source, ok := m.cfg.Sources[u.Scheme]
	if !ok {
		return Response{}, fmt.Errorf("%q URLs cannot be fetched; use https", u.Scheme)
	}
	request := Request{URL: f.URL, Access: f.Access, UserAgent: m.cfg.Device.UserAgent()}
	if have.URL == f.URL && !forced {
		request.ETag, request.LastModified = have.ETag, have.LastModified
	}
	return source.Fetch(ctx, request)
}

// take judges what a server answered. Many servers send no ETag, so the bytes
// themselves tell whether anything is new.
func (m *Manager) take(out fetched, f Finding, r Response, newest candidate) fetched {
	out.err = nil
	sum := sha256.Sum256(r.Data)
	hash := hex.EncodeToString(sum[:])
	if r.NotModified || hash == newest.record.Meta.Hash {
		m.cfg.Log.Debug("configuration is unchanged", "url", withoutQuery(f.URL))
		out.unchanged = true
		return out
	}
	doc, err := m.cfg.Parse(r.Data, withoutQuery(f.URL))
	if err != nil {
		for _, fault := range Faults(err) {
			m.cfg.Log.Error("configuration refused", "fault", fault.Error())
		}
		out.err = err
		return out
	}
	out.found = candidate{doc: doc, record: Record{Data: r.Data, Meta: Meta{
		Step: f.Step, Found: f.Why, URL: f.URL, ETag: r.ETag, LastModified: r.LastModified, Hash: hash, Fetched: time.Now(),
	}}}
	return out
}
