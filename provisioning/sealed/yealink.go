package sealed

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"fmt"

	"offhook/ua"
)

// Yealink's files in their compatible mode: the characters of the Common or the
// MAC key, 16 or 32 of them, are the key of AES, and each block is encrypted by
// itself without an IV, as the openly published command lines for these files
// have it (openssl enc -aes-128-ecb -nopad). Equal blocks look equal: this hides
// little. The longer key is the same with AES-256.
//
// A key that comes as NAME_Security.enc is wrapped with one that is built into
// that maker's telephones, and RSA mode needs a private key of theirs: neither
// is ours to have, so such a key must be given to the phone in clear.

func yealinkCipher(secret ua.Secret) (cipher.Block, error) {
	key := secret.Reveal()
	if len(key) != 16 && len(key) != 32 {
		return nil, fmt.Errorf("sealed: a Yealink key has 16 or 32 characters, not %d", len(key))
	}
	return aes.NewCipher([]byte(key))
}

func sealYealink(data []byte, secret ua.Secret) ([]byte, error) {
	block, err := yealinkCipher(secret)
	if err != nil {
		return nil, err
	}
	out := bytes.Clone(data)
	// Line ends mean nothing in a configuration file, so they may pad it.
	for len(out) == 0 || len(out)%aes.BlockSize != 0 {
		out = append(out, '\n')
	}
	for at := 0; at < len(out); at += aes.BlockSize {
		block.Encrypt(out[at:], out[at:])
	}
	return out, nil
}

func openYealink(data []byte, secret ua.Secret) ([]byte, bool) {
	block, err := yealinkCipher(secret)
	if err != nil || len(data) == 0 || len(data)%aes.BlockSize != 0 {
		return nil, false
	}
	plain := make([]byte, len(data))
	for at := 0; at < len(plain); at += aes.BlockSize {
		block.Decrypt(plain[at:], data[at:])
	}
	// Tools fill the last block with zeros, or as PKCS #7 says.
	if cut, ok := unpad(plain); ok && plain[len(plain)-1] != '\n' {
		plain = cut
	}
	plain = bytes.TrimRight(plain, "\x00")
	return plain, plausible(plain)
}
