package sealed

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"hash"

	"offhook/ua"
)

// What openssl enc writes: the eight letters, a salt of eight bytes, and
// AES-256-CBC with PKCS #7 padding. Key and IV come from the password by
// EVP_BytesToKey with one round, or with -pbkdf2 by 10,000 rounds of
// PBKDF2-HMAC-SHA-256 (openssl-enc(1)). Which, the file does not tell.
const (
	salted         = "Salted__"
	opensslHeader  = len(salted) + 8
	opensslRounds  = 10_000
	opensslDerived = keySize + aes.BlockSize
)

func sealOpenSSL(data []byte, secret ua.Secret, form Form) ([]byte, error) {
	out := append([]byte(salted), make([]byte, opensslHeader-len(salted))...)
	rand.Read(out[len(salted):])
	block, iv, err := opensslCipher(form, secret.Reveal(), out[len(salted):])
	if err != nil {
		return nil, err
	}
	padding := aes.BlockSize - len(data)%aes.BlockSize
	body := append(bytes.Clone(data), bytes.Repeat([]byte{byte(padding)}, padding)...)
	cipher.NewCBCEncrypter(block, iv).CryptBlocks(body, body)
	return append(out, body...), nil
}

func openOpenSSL(data []byte, secret ua.Secret) ([]byte, Form, bool) {
	var salt []byte // with -nosalt there is none, and no header
	body := data
	if bytes.HasPrefix(data, []byte(salted)) && len(data) >= opensslHeader {
		salt, body = data[len(salted):opensslHeader], data[opensslHeader:]
	}
	if len(body) == 0 || len(body)%aes.BlockSize != 0 {
		return nil, OpenSSLSHA256, false
	}
	for _, form := range []Form{OpenSSLSHA256, OpenSSLMD5, OpenSSLPBKDF2} {
		for _, password := range spellings(secret) {
			block, iv, err := opensslCipher(form, password, salt)
			if err != nil {
				continue
			}
			plain := make([]byte, len(body))
			cipher.NewCBCDecrypter(block, iv).CryptBlocks(plain, body)
			if plain, ok := unpad(plain); ok && plausible(plain) {
				return plain, form, true
			}
		}
	}
	return nil, OpenSSLSHA256, false
}

// spellings of a password: as it is, and what it is the hexadecimal of, since
// Cisco's rules may give a key so.
func spellings(secret ua.Secret) []string {
	text := secret.Reveal()
	if raw, err := hex.DecodeString(text); err == nil {
		return []string{text, string(raw)}
	}
	return []string{text}
}

func opensslCipher(form Form, password string, salt []byte) (cipher.Block, []byte, error) {
	var derived []byte
	var err error
	switch form {
	case OpenSSLPBKDF2:
		derived, err = pbkdf2.Key(sha256.New, password, salt, opensslRounds, opensslDerived)
	case OpenSSLMD5:
		derived = bytesToKey(md5.New(), password, salt)
	default:
		derived = bytesToKey(sha256.New(), password, salt)
	}
	if err != nil {
		return nil, nil, err
	}
	block, err := aes.NewCipher(derived[:keySize])
	return block, derived[keySize:opensslDerived], err
}

// bytesToKey is EVP_BytesToKey with a count of one: each digest is of the one
// before, the password and the salt.
func bytesToKey(h hash.Hash, password string, salt []byte) []byte {
	var derived, last []byte
	for len(derived) < opensslDerived {
		h.Reset()
		h.Write(last)
		h.Write([]byte(password))
		h.Write(salt)
		last = h.Sum(nil)
		derived = append(derived, last...)
	}
	return derived
}

// unpad takes PKCS #7 padding off (RFC 5652 §6.3).
func unpad(plain []byte) ([]byte, bool) {
	if len(plain) == 0 {
		return nil, false
	}
	n := int(plain[len(plain)-1])
	if n == 0 || n > aes.BlockSize || n > len(plain) {
		return nil, false
	}
	for _, b := range plain[len(plain)-n:] {
		if int(b) != n {
			return nil, false
		}
	}
	return plain[:len(plain)-n], true
}
