package app

import (
	"context"
	"fmt"
	"slices"

	"offhook/cmd/internal/localapi"
	"offhook/provisioning"
)

// verdict is how the document in force stands.
func verdict(s provisioning.Status) string {
	switch {
	case s.InForce.Hash == "":
		return ""
	case !s.OnTrial.IsZero():
		return string(provisioning.OnTrial)
	case s.InForce.Good():
		return string(provisioning.Confirmed)
	}
	return string(s.InForce.Verdict)
}

// Explain tells every setting in force and where it comes from.
func (a *App) Explain(context.Context) ([]localapi.Setting, error) {
	doc, status, user := a.manager.Document(), a.manager.Status(), a.manager.User()
	base := a.cfg.Agent.Base()
	var out []localapi.Setting
	for _, e := range doc.Explain("") {
		s := localapi.Setting{Path: e.Path, Value: e.Value, Origin: e.Where()}
		own, here := base.Origin(e.Path)
		if status.InForce.Hash != "" && e.Set && !(here && own == e.From) {
			s.URL, s.Step, s.Found = status.InForce.URL, status.InForce.Step, status.InForce.Found
			s.Applied, s.State = status.InForce.Applied, verdict(status)
		}
		if i := slices.IndexFunc(user, func(u provisioning.UserSetting) bool { return u.Path == e.Path }); i >= 0 && e.User.IsZero() {
			s.Origin += fmt.Sprintf("; %q, set by the user on %s, does not count: the configuration forces this setting, or has reset it",
				user[i].Value, user[i].At.Local().Format("2006-01-02 15:04"))
		}
		out = append(out, s)
	}
	return out, nil
}
