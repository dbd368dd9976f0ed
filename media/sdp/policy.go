package sdp

import (
	"slices"
	"strings"

	"offhook/media/keying"
)

// Policy says whether the sound is encrypted.
//
// Optional offers RTP/AVP with a=crypto lines: a far end without SRTP ignores
// the lines and answers in the clear (RFC 3264 §6 has it ignore unknown
// attributes), one with SRTP may take one. Offering RTP/SAVP instead would be
// refused by the first kind, and two m-lines are answered wrongly by many.
// It is what baresip calls "srtp" and Asterisk "media_encryption_optimistic";
// proxies such as Kamailio pass it on unchanged. A far end that insists on
// RTP/SAVP wants Mandatory.
type Policy uint8

// The policies.
const (
	Off       Policy = iota // RTP/AVP; RTP/SAVP is refused
	Optional                // encrypted whenever the far end can
	Mandatory               // RTP/SAVP; anything in the clear is refused
)

func (p Policy) String() string {
	return [...]string{"off", "optional", "mandatory"}[min(p, Mandatory)]
}

// transport is what a proto field says, if it is RTP that we can speak: must it
// be encrypted, and with keys by DTLS (RFC 5764 §8).
func transport(proto string) (secure, dtls, ok bool) {
	switch strings.ToUpper(proto) {
	case "RTP/AVP", "RTP/AVPF":
		return false, false, true
	case "RTP/SAVP", "RTP/SAVPF":
		return true, false, true
	case "UDP/TLS/RTP/SAVP", "UDP/TLS/RTP/SAVPF":
		return true, true, true
	}
	return false, false, false
}

// Means are the ways to keys that this side has; nil: not this one.
type Means struct {
	SDES func(crypto string) bool                             // can the line be used?
	DTLS func(fingerprints []string, setup keying.Setup) bool // can these?
	// PreferDTLS takes DTLS where the far end leaves the choice (RFC 8643 §3).
	PreferDTLS bool
}

// choose finds the way to keys that the far end's description allows.
func (m Means) choose(r Remote, dtlsOnly bool) keying.Method {
	dtls := m.DTLS != nil && len(r.Fingerprints) > 0 && m.DTLS(r.Fingerprints, r.Setup)
	sdes := m.SDES != nil && !dtlsOnly && slices.ContainsFunc(r.Crypto, m.SDES)
	switch {
	case dtls && (m.PreferDTLS || !sdes):
		return keying.DTLS
	case sdes:
		return keying.SDES
	}
	return keying.Clear
}

// admits tells what a policy makes of an audio m-line, given whether there is a
// way to keys: is it taken, is it encrypted, and if not why.
func (p Policy) admits(secure, crypto bool) (encrypted bool, err error) {
	switch {
	case p == Off && secure, secure && !crypto:
		if p == Mandatory {
			return false, ErrNoEncryption
		}
		return false, ErrEncryption
	case p == Off:
		return false, nil
	case p == Mandatory && !crypto:
		return false, ErrNoEncryption
	}
	return crypto, nil
}
