package app

import (
	"context"
	"net/netip"

	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
)

// withWays adds how the accounts reach their servers. An agent that ends tells
// nothing more.
func (a *App) withWays(ctx context.Context, accounts []localapi.Account) []localapi.Account {
	ways, err := a.agent.Ways(ctx)
	if err != nil {
		return accounts
	}
	for i := range accounts {
		for _, w := range ways {
			if string(w.Account) != accounts[i].ID {
				continue
			}
			accounts[i].Ways = append(accounts[i].Ways, localapi.Way{State: w.State.String(), Server: w.Server, Transport: string(w.Transport),
				Local: text(w.Local), Remote: text(w.Remote), Public: text(w.Public), Outbound: w.Outbound, GRUU: w.GRUU})
		}
	}
	return accounts
}

func text(a netip.AddrPort) string {
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

// settled looks at the phone after each input: it may be time to restart, and the
// servers may have to be told that nobody is to be disturbed. An agent that is busy is
// told after the next input.
func (a *App) settled(s phone.State) {
	if dnd, _ := s.Diverting(); dnd != a.undisturbed && a.agent.SetDoNotDisturb(dnd) == nil {
		a.undisturbed = dnd
	}
	a.restartIfIdle(s)
}
