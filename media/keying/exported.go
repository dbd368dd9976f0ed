package keying

import "fmt"

// Exporter is the label under which DTLS gives out SRTP's keys (RFC 5764 §4.2).
const Exporter = "EXTRACTOR-dtls_srtp"

// Exported is how many octets a suite needs of the exporter.
func (s Suite) Exported() int {
	key, salt := s.lengths()
	return 2 * (key + salt)
}

// FromExporter cuts what the exporter gave into the keys of the client and the
// server: both keys, then both salts (RFC 5764 §4.2).
func FromExporter(s Suite, material []byte) (client, server Crypto, err error) {
	n, m := s.lengths()
	if n == 0 || len(material) != 2*(n+m) {
		return client, server, fmt.Errorf("%w: %d octets of key material for %q", ErrUnsupported, len(material), s)
	}
	keys, salts := material[:2*n], material[2*n:]
	client = Crypto{Suite: s, Key: Key{string(keys[:n]) + string(salts[:m])}}
	server = Crypto{Suite: s, Key: Key{string(keys[n:]) + string(salts[m:])}}
	return client, server, nil
}
