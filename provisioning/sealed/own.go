package sealed

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"offhook/ua"
)

// Our own form, all numbers in network byte order:
//
//	 0  8  "OHSEAL1\n"
//	 8  1  1: a key of 32 bytes; 2: a password
//	 9  1  1: bound to a MAC, else 0
//	10  4  iterations of PBKDF2-HMAC-SHA-256 (RFC 8018 §5.2) over the password; 0 for a key
//	14 16  salt, random
//	30  …  chunks of 64 KiB and less, each with its tag of 16 bytes
//
// The key of the chunks is HKDF-SHA-256 (RFC 5869) of the key, or of what PBKDF2
// made of the password, with the salt. A salt is used once, so nonces may count:
// 11 bytes of chunk number and one that is 1 in the last chunk, so that chunks
// cannot be swapped, left out or cut off (the STREAM construction). The header
// and the six bytes of the MAC are authenticated with each chunk.
const (
	magic      = "OHSEAL1\n"
	saltSize   = 16
	headerSize = len(magic) + 2 + 4 + saltSize
	chunkSize  = 64 << 10
	tagSize    = 16
	keySize    = 32

	byKey      = 1
	byPassword = 2

	info = "offhook sealed configuration 1"
)

// Iterations that we seal with, and that a file may ask for: more would keep a
// small board busy for who wants it so.
const (
	iterations    = 600_000
	minIterations = 10_000
	maxIterations = 1_000_000
)

// MinPassword is the shortest password that Encrypt takes for our own form.
const MinPassword = 10

// rawKey is the key that a secret of 64 hexadecimal digits is.
func rawKey(secret ua.Secret) ([]byte, bool) {
	key, err := hex.DecodeString(strings.TrimSpace(secret.Reveal()))
	return key, err == nil && len(key) == keySize
}

func sealOwn(data []byte, secret ua.Secret, mac string) ([]byte, error) {
	header := make([]byte, headerSize)
	copy(header, magic)
	header[8] = byKey
	if _, raw := rawKey(secret); !raw {
		if len(secret.Reveal()) < MinPassword {
			return nil, fmt.Errorf("sealed: the password is shorter than %d characters; a key of 64 hexadecimal digits is best", MinPassword)
		}
		header[8] = byPassword
		binary.BigEndian.PutUint32(header[10:], iterations)
	}
	if mac != "" {
		header[9] = 1
	}
	rand.Read(header[headerSize-saltSize:])
	bound, err := associated(header, mac)
	if err != nil {
		return nil, err
	}
	aead, ok := chunkCipher(header, secret)
	if !ok {
		return nil, errors.New("sealed: no cipher could be made of the key")
	}
	out := header
	for n := uint64(0); ; n++ {
		chunk := data[:min(len(data), chunkSize)]
		data = data[len(chunk):]
		last := len(data) == 0
		out = aead.Seal(out, nonce(n, last), chunk, bound)
		if last {
			return out, nil
		}
	}
}

func openOwn(data []byte, secret ua.Secret, mac string) ([]byte, bool) {
	if len(data) < headerSize+tagSize {
		return nil, false
	}
	header, rest := data[:headerSize], data[headerSize:]
	if header[9] == 0 {
		mac = "" // for every phone that has the key
	}
	bound, err := associated(header, mac)
	if err != nil {
		return nil, false
	}
	aead, ok := chunkCipher(header, secret)
	if !ok {
		return nil, false
	}
	plain := make([]byte, 0, len(rest))
	for n := uint64(0); ; n++ {
		chunk := rest[:min(len(rest), chunkSize+tagSize)]
		rest = rest[len(chunk):]
		last := len(rest) == 0
		if plain, err = aead.Open(plain, nonce(n, last), chunk, bound); err != nil {
			return nil, false
		}
		if last {
			return plain, true
		}
	}
}

// associated is the header and the MAC it is bound to.
func associated(header []byte, mac string) ([]byte, error) {
	switch {
	case header[9] > 1:
		return nil, errors.New("sealed: unknown flags")
	case header[9] == 0:
		return header[:headerSize:headerSize], nil
	}
	six, err := hex.DecodeString(strings.NewReplacer(":", "", "-", "", ".", "").Replace(strings.TrimSpace(mac)))
	if err != nil || len(six) != 6 {
		return nil, fmt.Errorf("sealed: %q is not a MAC; write it like 02:00:5e:10:00:01", mac)
	}
	return append(bytes.Clone(header[:headerSize]), six...), nil
}

// chunkCipher derives the cipher of a file's chunks; false where the secret is
// not of the kind that the header asks for.
func chunkCipher(header []byte, secret ua.Secret) (cipher.AEAD, bool) {
	salt := header[headerSize-saltSize : headerSize]
	rounds := binary.BigEndian.Uint32(header[10:])
	key, ok := rawKey(secret)
	switch {
	case header[8] == byKey && rounds == 0:
	case header[8] == byPassword && rounds >= minIterations && rounds <= maxIterations:
		var err error
		key, err = pbkdf2.Key(sha256.New, secret.Reveal(), salt, int(rounds), keySize)
		ok = err == nil
	default:
		ok = false
	}
	if !ok {
		return nil, false
	}
	key, err := hkdf.Key(sha256.New, key, salt, info, keySize)
	if err != nil {
		return nil, false
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, false
	}
	aead, err := cipher.NewGCM(block)
	return aead, err == nil
}

func nonce(n uint64, last bool) []byte {
	nonce := make([]byte, 12)
	binary.BigEndian.PutUint64(nonce[3:], n)
	if last {
		nonce[11] = 1
	}
	return nonce
}
