package uatest

import "offhook/ua"

// InviteWith implements ua.Agent.
func (a *Agent) InviteWith(account ua.AccountID, target ua.Target, options ua.InviteOptions) (ua.CallID, error) {
	return a.invite(Command{Name: "Invite", Account: account, Target: target, Options: options})
}

// Pickup implements ua.Agent.
func (a *Agent) Pickup(account ua.AccountID, dialog ua.DialogRef) (ua.CallID, error) {
	return a.invite(Command{Name: "Pickup", Account: account, Target: dialog.Target, Dialog: dialog})
}

// Redirect implements ua.Agent.
func (a *Agent) Redirect(id ua.CallID, target ua.Target, why ua.Diversion) error {
	if target == "" {
		return ua.ErrTarget
	}
	return a.onCall(Command{Name: "Redirect", Call: id, Target: target, Why: why})
}

// SendMessage implements ua.Agent.
func (a *Agent) SendMessage(account ua.AccountID, target ua.Target, text string) (ua.MessageID, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, ok := a.accounts[account]; !ok {
		return 0, ua.ErrNoAccount
	}
	if text == "" {
		return 0, ua.ErrMessage
	}
	if err := a.accept(Command{Name: "SendMessage", Account: account, Target: target, Text: text}); err != nil {
		return 0, err
	}
	a.lastMessage++
	return a.lastMessage, nil
}
