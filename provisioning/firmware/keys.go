package firmware

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
)

// ParseKeys reads public keys in PEM, one after the other: a new one is told before
// the old one ends.
func ParseKeys(text []byte) (keys Keys, err error) {
	for {
		var block *pem.Block
		if block, text = pem.Decode(text); block == nil {
			break
		}
		parsed, err := x509.ParsePKIXPublicKey(block.Bytes)
		key, ok := parsed.(ed25519.PublicKey)
		if err != nil || !ok {
			return nil, fmt.Errorf("key %d is no Ed25519 public key in PEM: make it by openssl pkey -in KEY -pubout", len(keys)+1)
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return nil, errors.New("there is no PEM key: write what openssl pkey -in KEY -pubout prints")
	}
	return keys, nil
}
