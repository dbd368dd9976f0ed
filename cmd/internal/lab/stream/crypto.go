package stream

import (
	"fmt"

	"github.com/pion/srtp/v3"

	"offhook/media/keying"
)

// cipher is one direction's SRTP context; nil stands for plain RTP.
type cipher struct {
	crypto  keying.Crypto
	context *srtp.Context
}

// with returns a cipher for the key: itself when that has not changed, for a
// new context would forget the roll-over counter (RFC 3711 §3.3.1).
func (c cipher) with(crypto keying.Crypto) (cipher, error) {
	crypto.Tag = 0 // names a line of a description, not a key
	if c.crypto == crypto {
		return c, nil
	}
	if crypto.IsZero() {
		return cipher{}, nil
	}
	profile, err := profileOf(crypto.Suite)
	if err != nil {
		return cipher{}, err
	}
	options := []srtp.ContextOption{srtp.SRTPReplayProtection(64), srtp.SRTCPReplayProtection(64)}
	if crypto.MKI != "" {
		options = append(options, srtp.MasterKeyIndicator([]byte(crypto.MKI)))
	}
	key, salt := crypto.Key.Reveal(crypto.Suite)
	context, err := srtp.CreateContext(key, salt, profile, options...)
	if err != nil {
		return cipher{}, fmt.Errorf("stream: SRTP keys for %s: %w", crypto.Suite, err)
	}
	return cipher{crypto: crypto, context: context}, nil
}

func profileOf(suite keying.Suite) (srtp.ProtectionProfile, error) {
	switch suite {
	case keying.AES128CMSHA1_80:
		return srtp.ProtectionProfileAes128CmHmacSha1_80, nil
	case keying.AES128CMSHA1_32:
		return srtp.ProtectionProfileAes128CmHmacSha1_32, nil
	case keying.AES256CMSHA1_80:
		return srtp.ProtectionProfileAes256CmHmacSha1_80, nil
	case keying.AES128GCM:
		return srtp.ProtectionProfileAeadAes128Gcm, nil
	case keying.AES256GCM:
		return srtp.ProtectionProfileAeadAes256Gcm, nil
	}
	return 0, fmt.Errorf("stream: crypto suite %q is not one of ours", suite)
}

func (c cipher) protect(plain []byte, control bool) ([]byte, error) {
	switch {
	case c.context == nil:
		return plain, nil
	case control:
		return c.context.EncryptRTCP(nil, plain, nil)
	}
	return c.context.EncryptRTP(nil, plain, nil)
}

func (c cipher) unprotect(data []byte, control bool) ([]byte, error) {
	switch {
	case c.context == nil:
		return data, nil
	case control:
		return c.context.DecryptRTCP(nil, data, nil)
	}
	return c.context.DecryptRTP(nil, data, nil)
}
