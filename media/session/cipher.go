package session

import (
	"errors"
	"fmt"
	"sync/atomic"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"offhook/media/keying"
	"offhook/media/session/countermode"
)

const replayWindow = countermode.Window

// cipher is one SRTP context with the key that it was made of. A context has
// one direction, one owner, and carries RTP or RTCP, not both. Anybody may read how
// many packets it has had.
type cipher struct {
	key     keying.Crypto
	context *srtp.Context
	rtp     protection // of RTP: the context, or what does its work for less
	used    atomic.Uint64
	proven  bool        // has authenticated a packet
	resumed *resumption // nil: began with its first packet
}

// protection protects RTP packets, or unprotects them.
type protection interface {
	EncryptRTP(dst, plain []byte, header *rtp.Header) ([]byte, error)
	DecryptRTP(dst, packet []byte, header *rtp.Header) ([]byte, error)
	ROC(ssrc uint32) (roc uint32, known bool)
	SetROC(ssrc, roc uint32)
}

var (
	_ protection = (*srtp.Context)(nil)
	_ protection = (*countermode.Context)(nil)
)

var (
	errReplayed = errors.New("session: a packet that may have been received before")
	errSpent    = errors.New("session: all packets that one SRTP key may protect were sent: the call needs a new key")
)

// decrypt unprotects a packet of at least a header.
func (c *cipher) decrypt(dst, packet []byte, header *rtp.Header) ([]byte, error) {
	if c.used.Load() >= c.key.Packets() {
		return nil, errSpent // whose key it is said so: it must not be used any more (RFC 3711 §9.2)
	}
	if c.resumed != nil && !c.resumed.admits(c.rtp, packet) {
		return nil, errReplayed
	}
	plain, err := c.rtp.DecryptRTP(dst, packet, header)
	if err != nil {
		return plain, err
	}
	c.used.Add(1)
	if c.resumed != nil && c.resumed.over(packet) {
		c.resumed = nil
	}
	return plain, nil
}

// encrypt protects a packet, as long as the key lasts.
func (c *cipher) encrypt(dst, plain []byte, header *rtp.Header) ([]byte, error) {
	if c.used.Load() >= c.key.Packets() {
		return nil, errSpent
	}
	c.used.Add(1)
	return c.rtp.EncryptRTP(dst, plain, header)
}

// report protects RTCP, as long as the key lasts.
func (c *cipher) report(plain []byte) ([]byte, error) {
	if c.used.Load() >= c.key.Reports() {
		return nil, errSpent
	}
	c.used.Add(1)
	return c.context.EncryptRTCP(nil, plain, nil)
}

// count is how many packets the key has protected.
func (c *cipher) count() uint64 {
	if c == nil {
		return 0
	}
	return c.used.Load()
}

func profile(suite keying.Suite) (srtp.ProtectionProfile, bool) {
	switch suite {
	case keying.AES128GCM:
		return srtp.ProtectionProfileAeadAes128Gcm, true
	case keying.AES256GCM:
		return srtp.ProtectionProfileAeadAes256Gcm, true
	case keying.AES128CMSHA1_80:
		return srtp.ProtectionProfileAes128CmHmacSha1_80, true
	case keying.AES128CMSHA1_32:
		return srtp.ProtectionProfileAes128CmHmacSha1_32, true
	case keying.AES256CMSHA1_80:
		return srtp.ProtectionProfileAes256CmHmacSha1_80, true
	}
	return 0, false
}

// tagSize is that of RTP in counter mode, 0 for other suites.
func tagSize(suite keying.Suite) int {
	switch suite {
	case keying.AES128CMSHA1_80, keying.AES256CMSHA1_80:
		return 10
	case keying.AES128CMSHA1_32:
		return 4
	}
	return 0
}

// renew returns old if it has the key, else a new cipher; nil for no key.
func renew(old *cipher, key keying.Crypto) (*cipher, error) {
	if key.IsZero() {
		return nil, nil
	}
	if old != nil && old.key.SameKey(key) {
		return old, nil
	}
	p, ok := profile(key.Suite)
	if !ok {
		return nil, fmt.Errorf("session: crypto suite %q is not known to SRTP", key.Suite)
	}
	master, salt := key.Key.Reveal(key.Suite)
	context, err := srtp.CreateContext(master, salt, p,
		srtp.SRTPReplayProtection(replayWindow), srtp.SRTCPReplayProtection(replayWindow),
		srtp.MasterKeyIndicator([]byte(key.MKI)))
	if err != nil {
		return nil, fmt.Errorf("session: SRTP with %s: %w", key.Suite, err)
	}
	c := &cipher{key: key, context: context, rtp: context}
	if size := tagSize(key.Suite); size > 0 {
		if c.rtp, err = countermode.New(master, salt, []byte(key.MKI), size); err != nil {
			return nil, fmt.Errorf("session: SRTP with %s: %w", key.Suite, err)
		}
	}
	return c, nil
}

// inbound are the keys of what is received. The one before stays for the
// packets that were under way when the far end changed its key.
type inbound struct{ current, previous *cipher }

// renew makes the inbound for a key, keeping contexts that have it.
func (in inbound) renew(key keying.Crypto) (inbound, error) {
	for _, old := range []*cipher{in.current, in.previous} {
		if old != nil && old.key.SameKey(key) {
			if old == in.current {
				return in, nil
			}
			return inbound{current: old, previous: in.current}, nil
		}
	}
	fresh, err := renew(nil, key)
	return inbound{current: fresh, previous: in.current}, err
}

// unprotect decrypts a packet into dst; grace lets the key before this one
// count too. Current tells whether it was the present key.
func (in inbound) unprotect(dst, packet []byte, header *rtp.Header, grace bool) (plain []byte, current bool, err error) {
	if plain, err = in.current.decrypt(dst, packet, header); err == nil {
		in.current.proven = true
		return plain, true, nil
	}
	if in.previous == nil {
		return nil, false, err
	}
	// RFC 3711 §3.3.1 has the roll-over counter go on under a new key; many
	// begin at 0 instead. Both are tried until one was right.
	if roc, known := in.previous.rtp.ROC(header.SSRC); known && roc > 0 && !in.current.proven {
		in.current.rtp.SetROC(header.SSRC, roc)
		if plain, err = in.current.decrypt(dst, packet, header); err == nil {
			in.current.proven = true
			return plain, true, nil
		}
		in.current.rtp.SetROC(header.SSRC, 0)
	}
	if grace {
		plain, err = in.previous.decrypt(dst, packet, header)
	}
	return plain, false, err
}
