package wire

import "strings"

// Cookie starts every branch of RFC 3261 (§8.1.1.7).
const Cookie = "z9hG4bK"

// Via is one hop (RFC 3261 §20.42).
type Via struct {
	Version   string // "SIP/2.0"
	Transport string // upper case
	Host      string // without brackets
	Port      uint16
	Params    Params
}

// Branch returns the branch parameter.
func (v Via) Branch() string {
	branch, _ := v.Params.Get("branch")
	return branch
}

// ParseVia reads one hop.
func ParseVia(text string) (Via, error) {
	name, rest, ok1 := strings.Cut(text, "/")
	version, rest, ok2 := strings.Cut(rest, "/")
	rest = strings.TrimSpace(rest)
	at := strings.IndexAny(rest, " \t")
	if !ok1 || !ok2 || at < 0 {
		return Via{}, malformed("a wrong Via")
	}
	via := Via{
		Version:   strings.ToUpper(strings.TrimSpace(name) + "/" + strings.TrimSpace(version)),
		Transport: strings.ToUpper(rest[:at]),
	}
	sentBy, params, found := strings.Cut(strings.TrimSpace(rest[at:]), ";")
	var err error
	if via.Host, via.Port, err = SplitHostPort(strings.ReplaceAll(strings.TrimSpace(sentBy), " ", "")); err != nil {
		return via, err
	}
	if found && strings.TrimSpace(params) == "" {
		return via, malformed("a wrong Via parameter")
	}
	via.Params, err = ParseParams(params)
	return via, err
}

// CSeq is a sequence number and a method (RFC 3261 §20.16).
type CSeq struct {
	Number uint32
	Method string
}
