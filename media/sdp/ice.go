package sdp

import (
	"net/netip"
	"strconv"
	"strings"
)

// ICE is what a description says of it (RFC 8839 §5), as text, for package ice.
type ICE struct {
	Ufrag, Pwd string // both "": the side does no ICE
	Lite       bool
	Mismatch   bool     // it found the other side's default address changed on the way
	Candidates []string // values of a=candidate
	Chosen     []string // values of a=remote-candidates
}

// None tells that a side does no ICE.
func (i ICE) None() bool { return i.Ufrag == "" || i.Pwd == "" || i.Mismatch }

// session are the attributes for the session, all of them about ourselves.
func (i *ICE) session() []Attribute {
	if i == nil || i.Ufrag == "" {
		return nil
	}
	options := []Attribute{{"ice-options", "ice2"}} // RFC 8445 §10
	if i.Lite {
		options = append(options, Attribute{"ice-lite", ""})
	}
	return options
}

// media are the attributes for the m-line.
func (i *ICE) media() []Attribute {
	switch {
	case i == nil:
		return nil
	case i.Mismatch: // RFC 8839 §5.4
		return []Attribute{{"ice-mismatch", ""}}
	}
	list := []Attribute{{"ice-ufrag", i.Ufrag}, {"ice-pwd", i.Pwd}}
	for _, value := range i.Candidates {
		list = append(list, Attribute{"candidate", value})
	}
	for _, value := range i.Chosen {
		list = append(list, Attribute{"remote-candidates", value})
	}
	return list
}

// Bounds of RFC 8839 §5.4.
const (
	leastUfrag, leastPwd = 4, 22
	mostICE              = 256
)

// ice reads what an m-line, or else the session, says.
func (d Description) ice(m Media) ICE {
	i := ICE{Ufrag: d.inherited(m, "ice-ufrag"), Pwd: d.inherited(m, "ice-pwd"), Candidates: m.Values("candidate"), Chosen: m.Values("remote-candidates")}
	_, i.Lite = find(d.Attributes, "ice-lite")
	_, i.Mismatch = m.Attribute("ice-mismatch")
	if !iceText(i.Ufrag, leastUfrag) || !iceText(i.Pwd, leastPwd) {
		i.Ufrag, i.Pwd = "", ""
	}
	return i
}

// iceText tells whether all is of ice-char.
func iceText(s string, least int) bool {
	const more = "+/"
	return len(s) >= least && len(s) <= mostICE && strings.IndexFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && !strings.ContainsRune(more, r)
	}) < 0
}

// ChosenRemote is a value of remote-candidates for the one component there is.
func ChosenRemote(a netip.AddrPort) string {
	return "1 " + a.Addr().WithZone("").String() + " " + strconv.Itoa(int(a.Port()))
}
