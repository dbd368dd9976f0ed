package agent

import (
	"sync"

	"offhook/ua"
)

// names are what commands and readers must know at once, without asking the
// owner: a leaf that calls nothing while it holds its lock.
type names struct {
	mu       sync.Mutex
	accounts map[ua.AccountID]ua.Account
	calls    map[ua.CallID]struct{}
	dialogs  map[string]int // Call-ID header: calls that have it
}

func newNames() *names {
	return &names{accounts: map[ua.AccountID]ua.Account{}, calls: map[ua.CallID]struct{}{}, dialogs: map[string]int{}}
}

func (n *names) setAccounts(accounts []ua.Account) {
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.accounts)
	for _, account := range accounts {
		n.accounts[account.ID] = account
	}
}

func (n *names) account(id ua.AccountID) (ua.Account, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	account, ok := n.accounts[id]
	return account, ok
}

// direct are the accounts that anyone may call.
func (n *names) direct() []ua.Account {
	n.mu.Lock()
	defer n.mu.Unlock()
	var out []ua.Account
	for _, account := range n.accounts {
		if !hasServer(account) {
			out = append(out, account)
		}
	}
	return out
}

func (n *names) hasCall(id ua.CallID) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	_, ok := n.calls[id]
	return ok
}

func (n *names) hasDialog(callID string) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.dialogs[callID] > 0
}

func (n *names) addCall(id ua.CallID) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.calls[id] = struct{}{}
}

func (n *names) dropCall(id ua.CallID) {
	n.mu.Lock()
	defer n.mu.Unlock()
	delete(n.calls, id)
}

func (n *names) addDialog(callID string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.dialogs[callID]++
}

func (n *names) dropDialog(callID string) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.dialogs[callID]--; n.dialogs[callID] <= 0 {
		delete(n.dialogs, callID)
	}
}

func (n *names) clear() {
	n.mu.Lock()
	defer n.mu.Unlock()
	clear(n.accounts)
	clear(n.calls)
	clear(n.dialogs)
}
