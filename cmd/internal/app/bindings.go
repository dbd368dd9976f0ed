package app

import (
	"sync"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/ua"
)

// bindings remembers what the user agent told of each account, for status.
type bindings struct {
	mu       sync.Mutex
	order    []ua.AccountID
	accounts map[ua.AccountID]localapi.Account
}

func newBindings() *bindings { return &bindings{accounts: map[ua.AccountID]localapi.Account{}} }

// use makes the accounts these; what is known of one that stays is kept.
func (b *bindings) use(accounts []ua.Account) {
	b.mu.Lock()
	defer b.mu.Unlock()
	known := b.accounts
	b.order, b.accounts = nil, map[ua.AccountID]localapi.Account{}
	for _, a := range accounts {
		line := known[a.ID]
		line.ID, line.AOR, line.Transport = string(a.ID), "sip:"+a.User+"@"+a.Domain, string(a.Transport)
		if line.State == "" {
			line.State = ua.Unregistered.String()
		}
		b.order = append(b.order, a.ID)
		b.accounts[a.ID] = line
	}
}

func (b *bindings) observe(e ua.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := e.(type) {
	case ua.RegistrationChanged:
		line := b.accounts[e.Account] // an event may overtake use: then it is completed there
		line.State, line.Cause, line.Server, line.Expires, line.Retry = e.State.String(), e.Cause, e.Server, e.Expires, e.Retry
		if e.State == ua.Registered && line.Registered.IsZero() {
			line.Registered = time.Now()
		}
		b.accounts[e.Account] = line
	case ua.MessageWaiting:
		line := b.accounts[e.Account]
		line.New, line.Old = e.New, e.Old
		b.accounts[e.Account] = line
	case ua.DialogsChanged:
		b.accounts[e.Account] = observeServer(b.accounts[e.Account], e)
	case ua.FeaturesChanged:
		b.accounts[e.Account] = observeServer(b.accounts[e.Account], e)
	case ua.SubscriptionChanged:
		b.accounts[e.Account] = observeServer(b.accounts[e.Account], e)
	}
}

func (b *bindings) list() []localapi.Account {
	b.mu.Lock()
	defer b.mu.Unlock()
	out := []localapi.Account{}
	for _, id := range b.order {
		out = append(out, b.accounts[id])
	}
	return out
}
