// Package vault encrypts what a telephone keeps on its disk, with a key that is
// kept elsewhere: who has the card alone reads no password of it, and changes
// nothing unseen. Older files of the same name can be put back unseen: nothing on a
// board counts them.
package vault

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"fmt"
)

// A sealed file is "OHSTATE1", a random nonce of 12 bytes, and what AES-256-GCM
// makes of the content, with the file's name as the associated data: one cannot be
// put in another's place. The key is HKDF-SHA-256 (RFC 5869) of the key file.
const (
	magic     = "OHSTATE1"
	nonceSize = 12
	info      = "offhook state 1"
)

// Least is how many bytes a key file has at least.
const Least = 16

// Vault seals and opens files. Without one, nil, they are plain.
type Vault struct {
	aead cipher.AEAD
	shut error
}

// New makes a vault of what is in a key file, which is best 32 random bytes.
func New(material []byte) (*Vault, error) {
	if len(material) < Least {
		return nil, fmt.Errorf("the key has %d bytes, of at least %d that make one", len(material), Least)
	}
	if bytes.Count(material, material[:1]) == len(material) { // as a memory for keys that nobody has written to
		return nil, errors.New("the key is one octet again and again: nothing was written there yet")
	}
	key, err := hkdf.Key(sha256.New, material, nil, info, 32)
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	aead, err := cipher.NewGCM(block)
	return &Vault{aead: aead}, err
}

// Shut is a vault whose key cannot be had. It seals nothing: what was good is
// not written over.
func Shut(why error) *Vault { return &Vault{shut: why} }

// ErrKey is a file that was sealed with another key, under another name, or that was changed.
var ErrKey = errors.New("is encrypted with another key, or damaged")

// ErrNoKey is a sealed file where there is no key.
var ErrNoKey = errors.New("is encrypted, and this telephone has no key for it; give it as state-key in the agent's file")

// Sealed tells a sealed file.
func Sealed(data []byte) bool { return bytes.HasPrefix(data, []byte(magic)) }

// Seal encrypts what is to be kept under a name.
func (v *Vault) Seal(name string, data []byte) ([]byte, error) {
	if v == nil {
		return data, nil
	}
	if v.shut != nil {
		return nil, v.shut
	}
	out := make([]byte, len(magic)+nonceSize, len(magic)+nonceSize+len(data)+v.aead.Overhead())
	copy(out, magic)
	nonce := out[len(magic):]
	rand.Read(nonce)
	return v.aead.Seal(out, nonce, data, []byte(name)), nil
}

// Open decrypts what was kept under a name. What was kept before there was a
// key is as it is.
func (v *Vault) Open(name string, data []byte) ([]byte, error) {
	switch {
	case !Sealed(data):
		return data, nil
	case v == nil:
		return nil, ErrNoKey
	case v.shut != nil:
		return nil, v.shut
	case len(data) < len(magic)+nonceSize:
		return nil, ErrKey
	}
	nonce, rest := data[len(magic):len(magic)+nonceSize], data[len(magic)+nonceSize:]
	plain, err := v.aead.Open(nil, nonce, rest, []byte(name))
	if err != nil {
		return nil, ErrKey
	}
	return plain, nil
}
