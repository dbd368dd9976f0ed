package dialog

import (
	"slices"
	"strings"
)

// maxLegs bounds what a forking (or hostile) proxy can make us remember.
const maxLegs = 32

// leg is a dialog, early or confirmed, by its remote tag.
type leg struct {
	tag       string
	target    string   // remote target: URI of the far end's Contact
	route     []string // route set, in the order of use
	remoteSeq uint32
	hasSeq    bool   // a request of the far end was seen
	sdp       []byte // answer of a provisional response
	dead      bool
	gone      bool   // its BYE came before its answer
	shut      bool   // its early media is not to be heard (RFC 5009)
	rseq      uint32 // of its last reliable provisional response
	prack     Tx     // of the last PRACK
	pracked   []byte // the description in it
	answers   bool   // one of them had the answer
	agreed    bool   // and the PRACK for it was accepted
	update    bool   // it allows UPDATE
	updated   bool   // an UPDATE has changed what its answer said
}

func (l leg) alive() bool { return !l.dead }

// findLeg returns the index of a leg, or -1.
func (s *step) findLeg(tag string) int {
	return slices.IndexFunc(s.legs, func(l leg) bool { return l.tag == tag })
}

// learn makes or updates a leg by a response (RFC 3261 §12.1.2). A 2xx counts
// over what a provisional told (§13.2.2.4). It returns -1 when there are too many.
func (s *step) learn(r Response) int {
	i := s.findLeg(r.ToTag)
	if i < 0 {
		if len(s.legs) >= maxLegs {
			return -1
		}
		s.legs = append(s.legs, leg{tag: r.ToTag, target: s.invite.uri})
		i = len(s.legs) - 1
	}
	l := &s.legs[i]
	if r.Contact != "" {
		l.target = r.Contact
	}
	if len(r.RecordRoute) > 0 || r.Status >= 200 {
		l.route = trimmed(r.RecordRoute)
		slices.Reverse(l.route)
	}
	return i
}

// request addresses a request in the leg's dialog.
func (l leg) request(method string) Outgoing {
	uri, route := Address(l.target, l.route)
	return Outgoing{Method: method, URI: uri, ToTag: l.tag, Route: route}
}

// Address gives the Request-URI and the Route values of a request in a dialog,
// by its remote target and its route set (RFC 3261 §12.2.1.1).
func Address(target string, routeSet []string) (uri string, route []string) {
	if len(routeSet) == 0 || isLoose(routeSet[0]) {
		return target, slices.Clone(routeSet)
	}
	// A strict router: it is the Request-URI, and the target goes last.
	uri, _, _ = strings.Cut(bare(routeSet[0]), "?")
	return uri, append(slices.Clone(routeSet[1:]), "<"+target+">")
}

// isLoose reports whether a Route value has the lr parameter in its URI.
func isLoose(route string) bool {
	uri, _, _ := strings.Cut(bare(route), "?")
	for i, parameter := range strings.Split(uri, ";") {
		name, _, _ := strings.Cut(parameter, "=")
		if i > 0 && strings.EqualFold(strings.TrimSpace(name), "lr") {
			return true
		}
	}
	return false
}

// bare returns the URI of a name-addr.
func bare(value string) string {
	if open := strings.IndexByte(value, '<'); open >= 0 {
		value = value[open+1:]
		value, _, _ = strings.Cut(value, ">")
	}
	return strings.TrimSpace(value)
}

func trimmed(values []string) []string {
	var kept []string
	for _, v := range values {
		if v = strings.TrimSpace(v); v != "" {
			kept = append(kept, v)
		}
	}
	return kept
}
