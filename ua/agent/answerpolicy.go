package agent

import (
	"fmt"
	"strings"

	"offhook/ua"
	"offhook/ua/wire"
)

// mayAutoAnswer decides whether a caller may have a call answered without a
// person, and whether he may command it (RFC 5373: what opens a microphone
// needs authorization). From is what anybody writes: unless all may, the call has
// to come through the account's own server, and to command it a name is needed
// which that server asserts.
func (o *owner) mayAutoAnswer(l *line, s *serverTx) (may, command bool) {
	if l == nil || l.account.AutoAnswer == ua.AnswerNobody {
		return false, false
	}
	if !l.servedBy(s.flow) {
		return l.account.AutoAnswer == ua.AnswerAll, false
	}
	party, _ := asserted(&s.request)
	command = party.Verified
	switch l.account.AutoAnswer {
	case ua.AnswerAsserted:
		may = party.Verified
	case ua.AnswerListed:
		if !party.Verified {
			party = o.party(&s.request, "From", false)
		}
		may = listed(l.account, party)
	default:
		may = true
	}
	return may, may && command
}

// listed reports whether the account's list names somebody: by his user part,
// where he is of the account's domain, or by his URI.
func listed(account ua.Account, party ua.Party) bool {
	theirs, err := wire.ParseURI(party.URI)
	if err != nil {
		return false
	}
	for _, entry := range strings.Fields(account.AutoAnswerFrom) {
		text, err := resolveTarget(account, ua.Target(entry))
		if err != nil {
			continue
		}
		ours, err := wire.ParseURI(text)
		if err == nil && wire.UnescapeUser(ours.User) == party.User && sameName(ours.Host, theirs.Host) {
			return true
		}
	}
	return false
}

// checkDealings refuses policies that there are none of.
func checkDealings(account ua.Account) error {
	switch account.AutoAnswer {
	case "", ua.AnswerNobody, ua.AnswerServer, ua.AnswerAsserted, ua.AnswerAll:
	case ua.AnswerListed:
		if strings.TrimSpace(account.AutoAnswerFrom) == "" {
			return fmt.Errorf("nobody is listed who may ask to be answered")
		}
	default:
		return fmt.Errorf("%q does not say who may ask to be answered: nobody, server, asserted, listed and all do", account.AutoAnswer)
	}
	for _, entry := range strings.Fields(account.AutoAnswerFrom) {
		if _, err := resolveTarget(account, ua.Target(entry)); err != nil {
			return fmt.Errorf("%q cannot ask to be answered: it is neither a user nor a SIP URI", entry)
		}
	}
	if account.Silence < 0 || account.Failback < 0 {
		return fmt.Errorf("silence and failback cannot be negative")
	}
	return nil
}
