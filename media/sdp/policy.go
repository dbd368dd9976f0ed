package sdp

import "strings"

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

// transport is what a proto field says, if it is RTP that we can speak.
func transport(proto string) (secure, ok bool) {
	switch strings.ToUpper(proto) {
	case "RTP/AVP", "RTP/AVPF":
		return false, true
	case "RTP/SAVP", "RTP/SAVPF":
		return true, true
	}
	return false, false
}

// admits tells what a policy makes of an audio m-line, given whether one of
// its crypto lines can be used: is it taken, is it encrypted, and if not why.
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
