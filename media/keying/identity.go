package keying

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"
)

// Identity is who this side is in a handshake: a certificate that nobody signed
// but itself. The description vouches for it (RFC 5763 §5).
type Identity struct {
	Certificate tls.Certificate
	Fingerprint Fingerprint
}

// Certificates are valid from a day before the clock, which a board without a
// battery may have wrong, for as long as anything runs. Nobody looks: RFC 5763
// §6.3 has the fingerprint count alone.
const (
	validBefore = 24 * time.Hour
	validAfter  = 10 * 365 * 24 * time.Hour
)

// NewIdentity makes an identity with a fresh ECDSA key on P-256. Its name tells
// nothing.
func NewIdentity(now time.Time) (*Identity, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("keying: no key for DTLS: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 63))
	if err != nil {
		return nil, fmt.Errorf("keying: no serial number: %w", err)
	}
	template := x509.Certificate{
		SerialNumber: serial.Add(serial, big.NewInt(1)), Subject: pkix.Name{CommonName: "offhook"},
		NotBefore: now.Add(-validBefore), NotAfter: now.Add(validAfter), KeyUsage: x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("keying: no certificate for DTLS: %w", err)
	}
	sum := sha256.Sum256(der)
	return &Identity{
		Certificate: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		Fingerprint: Fingerprint{Hash: "sha-256", Value: string(sum[:])},
	}, nil
}
