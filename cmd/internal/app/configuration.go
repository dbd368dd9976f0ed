package app

import (
	"context"

	"offhook/cmd/internal/localapi"
	"offhook/provisioning"
	"offhook/provisioning/native"
)

// History tells of the documents that are kept.
func (a *App) History(context.Context) (localapi.History, error) {
	all, err := a.manager.History()
	out := localapi.History{Documents: []localapi.Kept{}}
	for _, k := range all {
		out.Documents = append(out.Documents, kept(k.Meta, k.InForce, k.Size))
	}
	if err != nil {
		out.Damaged = err.Error()
	}
	return out, nil
}

func kept(m provisioning.Meta, inForce bool, size int) localapi.Kept {
	verdict := m.Verdict
	if m.Good() {
		verdict = provisioning.Confirmed
	}
	return localapi.Kept{Number: m.Number, InForce: inForce, Step: m.Step, URL: m.URL, Hash: m.Hash, Size: size,
		Fetched: m.Fetched, Applied: m.Applied, Verdict: string(verdict), Why: m.Why, Decided: m.Decided}
}

// Kept is one of them, without its secrets.
func (a *App) Kept(_ context.Context, number int) (localapi.KeptDocument, error) {
	meta, doc, err := a.manager.Kept(number)
	if err != nil {
		return localapi.KeptDocument{}, err
	}
	text, err := native.MarshalRedacted(doc)
	return localapi.KeptDocument{Kept: kept(meta, meta.Hash == a.manager.Status().InForce.Hash, 0), Document: string(text)}, err
}

// Differences lists what is different in one document of the history from another.
func (a *App) Differences(_ context.Context, from, to int) ([]string, error) {
	_, old, err := a.manager.Kept(from)
	if err != nil {
		return nil, err
	}
	_, new, err := a.manager.Kept(to)
	if err != nil {
		return nil, err
	}
	lines := []string{}
	for _, c := range provisioning.Diff(old, new) {
		lines = append(lines, c.String())
	}
	return lines, nil
}

// Rollback brings back a document of the history.
func (a *App) Rollback(_ context.Context, r localapi.RollbackRequest) (localapi.RollbackRequest, error) {
	number, err := a.manager.Rollback(r.Number)
	return localapi.RollbackRequest{Number: number}, err
}

// Set makes a setting what the phone's user wants.
func (a *App) Set(ctx context.Context, r localapi.SetRequest) error {
	return a.manager.SetUser(ctx, r.Path, r.Value)
}

// Unset gives a setting back to the document.
func (a *App) Unset(ctx context.Context, r localapi.SetRequest) error {
	return a.manager.UnsetUser(ctx, r.Path)
}
