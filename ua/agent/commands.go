package agent

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"offhook/ua"
	"offhook/ua/dialog"
	"offhook/ua/locate"
	"offhook/ua/wire"
)

// Ringing sends 180.
func (a *Agent) Ringing(id ua.CallID) error { return a.tell(id, dialog.Ring{}) }

// Answer accepts an incoming call.
func (a *Agent) Answer(id ua.CallID) error { return a.tell(id, dialog.Accept{}) }

// Reject refuses an incoming call.
func (a *Agent) Reject(id ua.CallID, status int) error {
	if status < 300 || status > 699 {
		return fmt.Errorf("ua: a call cannot be rejected with %d, only with 300 to 699", status)
	}
	return a.tell(id, dialog.Reject{Status: status})
}

// Redirect sends an incoming call elsewhere (302).
func (a *Agent) Redirect(id ua.CallID, target ua.Target, why ua.Diversion) error {
	if !a.names.hasCall(id) {
		return ua.ErrNoCall
	}
	if strings.TrimSpace(string(target)) == "" || hasControl(string(target)+string(why)) {
		return ua.ErrTarget
	}
	return a.command(func(o *owner) { o.redirect(id, target, why) })
}

// Hold holds or resumes.
func (a *Agent) Hold(id ua.CallID, on bool) error { return a.tell(id, dialog.Hold{On: on}) }

// SendDigit sends a digit by INFO: 0-9, *, #, A-D, or ! for a hook flash.
func (a *Agent) SendDigit(id ua.CallID, digit rune, duration time.Duration) error {
	if !strings.ContainsRune("0123456789*#ABCDabcd!", digit) {
		return fmt.Errorf("ua: %q is no digit: 0-9, *, #, A-D and ! are", digit)
	}
	return a.tell(id, dialog.SendDigit{Digit: digit, Duration: duration})
}

// Hangup ends the call as its state asks.
func (a *Agent) Hangup(id ua.CallID) error { return a.tell(id, dialog.Hangup{}) }

// Withdraw ends a call because another of ours was answered.
func (a *Agent) Withdraw(id ua.CallID) error { return a.tell(id, dialog.Hangup{Elsewhere: true}) }

// Transfer asks the far end to call another.
func (a *Agent) Transfer(id ua.CallID, target ua.Target) error {
	if !a.names.hasCall(id) {
		return ua.ErrNoCall
	}
	if strings.TrimSpace(string(target)) == "" || hasControl(string(target)) {
		return ua.ErrTarget
	}
	return a.command(func(o *owner) { o.transfer(id, target) })
}

// TransferTo joins the far ends of two calls.
func (a *Agent) TransferTo(id, consult ua.CallID) error {
	if !a.names.hasCall(id) || !a.names.hasCall(consult) {
		return ua.ErrNoCall
	}
	if id == consult {
		return ua.ErrTarget
	}
	return a.command(func(o *owner) { o.transferTo(id, consult) })
}

func (a *Agent) tell(id ua.CallID, input dialog.Input) error {
	if !a.names.hasCall(id) {
		return ua.ErrNoCall
	}
	return a.command(func(o *owner) {
		if c := o.calls[id]; c != nil {
			o.step(c, input)
		}
	})
}

// SetAccounts makes the accounts these. An account that stays as it is keeps
// its flow, binding and calls.
func (a *Agent) SetAccounts(accounts []ua.Account) error {
	if err := checkAccounts(accounts, a.config.Roots); err != nil {
		return err
	}
	copied := append([]ua.Account(nil), accounts...)
	if err := a.command(func(o *owner) { o.setAccounts(copied) }); err != nil {
		return err
	}
	a.names.setAccounts(copied)
	return nil
}

// errNetwork is why flows end when the network has become another.
var errNetwork = errors.New("the network has changed")

// NetworkChanged says that the device has another address or link: every
// connection is opened and every binding made anew. Calls go on.
func (a *Agent) NetworkChanged() error {
	return a.command(func(o *owner) {
		o.health = locate.Health{} // it was the other network's
		for _, l := range o.lines {
			for _, e := range l.edges() {
				o.renew(e, errNetwork)
			}
		}
	})
}

// resolveTarget makes a URI of what a person dialled.
func resolveTarget(account ua.Account, target ua.Target) (string, error) {
	text := strings.TrimSpace(string(target))
	if text == "" || hasControl(text) {
		return "", ua.ErrTarget
	}
	scheme, rest, _ := strings.Cut(text, ":")
	switch strings.ToLower(scheme) {
	case "sip", "sips":
		uri, err := wire.ParseURI(text)
		if err != nil || uri.Secure && account.Transport != ua.TLS && account.Transport != ua.Auto {
			return "", ua.ErrTarget // sips must not go in the clear (RFC 3261 §26.2.2); of auto it is seen when it is sent
		}
		uri.Headers = "" // what they would add is not asked for (RFC 3261 §19.1.5)
		return uri.String(), nil
	case "tel":
		text = rest
	}
	user, host := text, account.Domain
	if at := strings.LastIndexByte(text, '@'); at >= 0 {
		user, host = text[:at], text[at+1:]
	}
	name, port, err := wire.SplitHostPort(host)
	if err != nil || user == "" {
		return "", ua.ErrTarget
	}
	return wire.URI{User: wire.EscapeUser(strings.ReplaceAll(user, " ", "")), Host: name, Port: port}.String(), nil
}
