// Package sdp reads and writes session descriptions (RFC 8866) and makes
// offers and answers of them (RFC 3264). It is pure: no clock, no socket.
//
// The reader is tolerant: lines in any order, unknown lines and transports,
// bare line feeds. What it reads it can write again. The writer is strict.
package sdp

import (
	"errors"
	"slices"
	"strings"
)

// Errors of reading and negotiating; they come wrapped with what was found.
var (
	ErrSyntax       = errors.New("sdp: not a session description")
	ErrNoAudio      = errors.New("sdp: the far end describes no usable audio")
	ErrNoCodec      = errors.New("sdp: no codec in common with the far end")
	ErrNoEncryption = errors.New("sdp: the far end offers no encryption and the account requires it")
	ErrEncryption   = errors.New("sdp: the far end requires encryption that this account does not have")
	ErrFamily       = errors.New("sdp: the far end's sound is at an address of the other IP version: register the account over IPv6 where the far ends have it alone")
	ErrNoOffer      = errors.New("sdp: an answer came and no offer was made")
)

// Description is one session description.
type Description struct {
	Origin     Origin
	Name       string // s=
	Address    string // of c= at session level, "" when absent
	Attributes []Attribute
	Media      []Media
}

// Origin is the o= line: who made the description, and which version it is.
type Origin struct {
	User    string
	ID      uint64
	Version uint64
	Address string
}

// Attribute is one a= line; Value is "" for a flag such as rtcp-mux.
type Attribute struct{ Name, Value string }

// Media is one m= line and what belongs to it.
type Media struct {
	Kind       string // "audio", "video", "image" …
	Port       int    // 0: refused, or not used any more
	Ports      int    // number of port pairs when more than one is asked, else 0
	Proto      string // "RTP/AVP", "RTP/SAVP", "udptl" …
	Formats    []string
	Address    string // of its own c= line, "" when absent
	Attributes []Attribute
}

// Attribute returns the value of the first attribute of that name.
func (m Media) Attribute(name string) (string, bool) { return find(m.Attributes, name) }

// Values returns the values of all attributes of that name, in order.
func (m Media) Values(name string) []string {
	var values []string
	for _, a := range m.Attributes {
		if strings.EqualFold(a.Name, name) {
			values = append(values, a.Value)
		}
	}
	return values
}

// Equal reports whether two descriptions say the same, their origin aside.
func (d Description) Equal(other Description) bool {
	return d.Name == other.Name && d.Address == other.Address &&
		slices.Equal(d.Attributes, other.Attributes) &&
		slices.EqualFunc(d.Media, other.Media, Media.equal)
}

func (m Media) equal(o Media) bool {
	return m.Kind == o.Kind && m.Port == o.Port && m.Ports == o.Ports && m.Proto == o.Proto &&
		m.Address == o.Address && slices.Equal(m.Formats, o.Formats) && slices.Equal(m.Attributes, o.Attributes)
}

func find(attributes []Attribute, name string) (string, bool) {
	for _, a := range attributes {
		if strings.EqualFold(a.Name, name) {
			return a.Value, true
		}
	}
	return "", false
}
