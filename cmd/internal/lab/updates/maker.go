package updates

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"

	"offhook/provisioning/firmware"
)

// Base is the number of the version that a telephone's program is built as; others
// are the same program with another number in its place.
const Base = 1000

// Name is a version's, by its number.
func Name(number int) string { return fmt.Sprintf("v0.0.%d", number) }

// Maker makes versions and signs them.
type Maker struct {
	program []byte // of version Base
	target  string
	key     ed25519.PrivateKey
}

// NewMaker makes versions of a program of version Base, for a target.
func NewMaker(program []byte, target string) (m Maker, err error) {
	if !bytes.Contains(program, []byte(Name(Base))) {
		return m, fmt.Errorf("the program is not built as version %s", Name(Base))
	}
	m.program, m.target = program, target
	_, m.key, err = ed25519.GenerateKey(nil)
	return m, err
}

// Keys is the file of who may sign.
func (m Maker) Keys() ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(m.key.Public())
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), err
}

func (m Maker) numbered(number int) []byte {
	return bytes.ReplaceAll(m.program, []byte(Name(Base)), []byte(Name(number)))
}

// Good is a version that works.
func (m Maker) Good(number int) ([]byte, error) { return m.Signed(m.numbered(number), number) }

// Speechless is a version that cannot register: it knows no such method.
func (m Maker) Speechless(number int) ([]byte, error) {
	return m.Signed(bytes.ReplaceAll(m.numbered(number), []byte("REGISTER"), []byte("REGISTRY")), number)
}

// Thiefs is a good version that somebody else has signed.
func (m Maker) Thiefs(number int) (_ []byte, err error) {
	if _, m.key, err = ed25519.GenerateKey(nil); err != nil {
		return nil, err
	}
	return m.Good(number)
}

// Truncated is a good version whose end is missing.
func (m Maker) Truncated(number int) ([]byte, error) {
	all, err := m.Good(number)
	return all[:len(all)*3/4], err
}

// Flipped is a good version of which a bit is another.
func (m Maker) Flipped(number int) ([]byte, error) {
	all, err := m.Good(number)
	if err == nil {
		all[len(all)/2] ^= 1
	}
	return all, err
}

// Signed is any program as a version.
func (m Maker) Signed(program []byte, number int) ([]byte, error) {
	sum := sha256.Sum256(program)
	out := bytes.NewBuffer(program)
	err := firmware.Sign(out, firmware.Manifest{Version: Name(number), Target: m.target, Size: int64(len(program)), SHA256: hex.EncodeToString(sum[:])}, m.key)
	return out.Bytes(), err
}
