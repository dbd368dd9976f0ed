package provisioning

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
)

const pemPrefix = "-----BEGIN "

// SystemCA as a ca setting means the roots of the system.
const SystemCA = "system"

func matchAuthority(s string) string {
	if s == SystemCA || strings.HasPrefix(s, "$") {
		return ""
	}
	if wrong := matchPEM(s); wrong != "" {
		return "is neither $name of a certificate under tls.authorities, nor system, nor a certificate in PEM"
	}
	return ""
}

func matchIdentity(s string) string {
	if strings.HasPrefix(s, "$") {
		return ""
	}
	if wrong := matchPEM(s); wrong != "" {
		return "is neither $name of a certificate under tls.identities nor a certificate in PEM"
	}
	return ""
}

// matchPEM wants PEM blocks, and certificates that can be read. What is in
// them is never in the answer: it may be a key.
func matchPEM(s string) string {
	rest, blocks := []byte(s), 0
	for {
		block, more := pem.Decode(rest)
		if block == nil {
			break
		}
		blocks, rest = blocks+1, more
		if block.Type != "CERTIFICATE" {
			continue
		}
		if _, err := x509.ParseCertificate(block.Bytes); err != nil {
			return fmt.Sprintf("certificate %d cannot be read; copy it again, from -----BEGIN to -----END", blocks)
		}
	}
	if blocks == 0 || strings.TrimSpace(string(rest)) != "" {
		return "is not PEM; copy all of it, from -----BEGIN to -----END"
	}
	return ""
}

func pairFault(certificate, key string) string {
	if matchPEM(certificate) != "" || matchPEM(key) != "" {
		return "" // said already
	}
	if _, err := tls.X509KeyPair([]byte(certificate), []byte(key)); err != nil {
		return "does not belong to the certificate; give the key that it was made with"
	}
	return ""
}

// describePEM stands for a certificate where a person reads.
func describePEM(s string) string {
	block, _ := pem.Decode([]byte(s))
	if block == nil {
		return "(PEM)"
	}
	certificate, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return "(PEM)"
	}
	return fmt.Sprintf("(PEM: %s)", certificate.Subject)
}

// authority finds the PEM of a name; empty when there is none.
func (t TLS) authority(name string) string {
	for _, a := range t.Authorities {
		if a.Name == name {
			return a.PEM
		}
	}
	return ""
}

func (t TLS) identity(name string) (Identity, bool) {
	for _, id := range t.Identities {
		if id.Name == name {
			return id, true
		}
	}
	return Identity{}, false
}
