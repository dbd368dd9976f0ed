package dialog

import (
	"slices"
	"strings"
)

// maxRedirects bounds how often an INVITE follows a 3xx.
const maxRedirects = 5

// redirect follows a 3xx to the first target that was not tried (RFC 3261
// §8.1.3.4). It goes by the same route as the first INVITE did, so a redirection
// leads to nobody whom the account's server would not call for us. False when
// there is nowhere to go.
func (s *step) redirect(r Response) bool {
	if s.phase != phaseInviting || r.Status < 300 || r.Status > 302 || s.invite.redirects >= maxRedirects {
		return false
	}
	for _, target := range r.Contacts {
		if !s.mayFollow(target) || target == s.invite.uri || slices.Contains(s.invite.tried, target) {
			continue
		}
		s.invite.tried = append(slices.Clone(s.invite.tried), s.invite.uri)
		s.invite.redirects++
		s.invite.uri = target
		s.inviteAgain()
		return true
	}
	return false
}

// mayFollow: only to SIP, and not from sips to sip (§26.2.2).
func (s *step) mayFollow(target string) bool {
	scheme, _, _ := strings.Cut(strings.ToLower(target), ":")
	was, _, _ := strings.Cut(strings.ToLower(s.invite.uri), ":")
	return scheme == "sips" || scheme == "sip" && was != "sips"
}
