package provisioning

import (
	"context"
	"slices"
	"sort"
	"strings"
	"time"
)

// SetUser makes a setting what the phone's user wants, as text that a document
// could hold. It outlives restarts and new documents as long as the document
// leaves the setting to him (phone.user-may-change) and does not reset it
// (phone.user-reset). It returns when that is stored; it is applied soon after.
func (m *Manager) SetUser(ctx context.Context, path, value string) error {
	return m.changeUser(ctx, path, func(doc Document) (*UserSetting, error) {
		s := UserSetting{Path: path, Value: value, At: time.Now(), Reset: doc.Phone.UserReset}
		_, err := doc.set(s)
		return &s, err
	})
}

// UnsetUser gives a setting back to the document.
func (m *Manager) UnsetUser(ctx context.Context, path string) error {
	return m.changeUser(ctx, path, func(Document) (*UserSetting, error) { return nil, nil })
}

// User returns what the user has set, whether it counts now or not.
func (m *Manager) User() []UserSetting {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.user)
}

func (m *Manager) changeUser(ctx context.Context, path string, change func(Document) (*UserSetting, error)) error {
	select {
	case m.setting <- struct{}{}:
		defer func() { <-m.setting }()
	case <-ctx.Done():
		return ctx.Err()
	}
	doc, before := m.Document(), m.User()
	was := slices.ContainsFunc(before, func(s UserSetting) bool { return s.Path == path })
	to, err := change(doc)
	switch {
	case err != nil:
		return err
	case to == nil && !was:
		return &FaultError{Path: path, Msg: "was not set by the user"}
	case to != nil && !doc.UserMay(path):
		return &FaultError{Path: path, Msg: "is not the user's to change: the configuration leaves him " + listOr(doc.Phone.UserMayChange)}
	}
	next := slices.DeleteFunc(before, func(s UserSetting) bool { return s.Path == path })
	if to != nil {
		next = append(next, *to)
	}
	sort.Slice(next, func(i, j int) bool { return next[i].Path < next[j].Path })
	if err := m.cfg.Store.SaveUser(next); err != nil {
		return err
	}
	m.mu.Lock()
	m.user = next
	m.mu.Unlock()
	replace(m.userSet, userSet{next})
	return nil
}

func listOr(all []string) string {
	if len(all) == 0 {
		return "nothing"
	}
	return strings.Join(all, ", ")
}
