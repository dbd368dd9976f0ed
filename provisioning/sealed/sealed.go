// Package sealed opens and makes encrypted configuration files.
//
// Three forms are read. Our own (AES-256-GCM, see Seal) is authenticated: what
// it opens to is what was sealed. The files of openssl enc -aes-256-cbc, which
// Grandstream and Cisco SPA phones take, and Yealink's AES files are not: the
// wrong key, or somebody's change on the way, shows only in that nothing
// readable comes out. So they hide a password from a curious eye on the server
// and need HTTPS like a plain file does.
//
// Whatever is wrong with a file, the error is the same ErrKey: who sends files
// to a phone to see what it says of their padding learns nothing.
package sealed

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"offhook/ua"
)

// MaxSize bounds a file and what it opens to, in bytes.
const MaxSize = 4 << 20

// Form is how a file is encrypted.
type Form string

// The forms.
const (
	Plain         Form = "plain"
	Offhook       Form = "offhook"        // AES-256-GCM, authenticated
	OpenSSLSHA256 Form = "openssl"        // openssl enc -aes-256-cbc, since 1.1
	OpenSSLMD5    Form = "openssl-md5"    // the same before 1.1, or with -md md5
	OpenSSLPBKDF2 Form = "openssl-pbkdf2" // the same with -pbkdf2
	Yealink       Form = "yealink"        // AES-128 or AES-256, block by block
)

// Forms are those that Encrypt makes.
func Forms() []Form {
	return []Form{Offhook, OpenSSLSHA256, OpenSSLMD5, OpenSSLPBKDF2, Yealink}
}

// Keys are what a phone has to open files with.
type Keys struct {
	Secrets []ua.Secret // keys and passwords, tried in order
	MAC     string      // of the phone, any spelling
}

// Opened is a file without its wrapping.
type Opened struct {
	Data       []byte
	Form       Form
	Compressed bool // it was a gzip file, below the encryption
}

// Authenticated tells that who has no key cannot have changed the file.
func (o Opened) Authenticated() bool { return o.Form == Offhook }

// ErrKey is a file that none of the keys opens.
var ErrKey = errors.New("wrong key or damaged")

// ErrNoKey is a sealed file where the phone has no key at all.
var ErrNoKey = errors.New("is sealed and this phone has no key for it; give the key in the agent's file")

// Open takes the wrapping off a file: what is encrypted is decrypted, what is
// compressed is inflated, and a plain file is returned as it is. The error wraps
// ErrKey or ErrNoKey where the file is sealed and stays so.
func Open(data []byte, keys Keys) (Opened, error) {
	if len(data) > MaxSize {
		return Opened{}, fmt.Errorf("is %d bytes, more than the %d that a configuration file may have", len(data), MaxSize)
	}
	form, err := Sniff(data)
	if err != nil {
		return Opened{}, err
	}
	opened := Opened{Data: data, Form: form}
	if form != Plain {
		if !slices.ContainsFunc(keys.Secrets, func(s ua.Secret) bool { return !s.IsZero() }) {
			return Opened{Form: form}, ErrNoKey
		}
		if opened, err = decrypt(data, form, keys); err != nil {
			return Opened{Form: form}, err
		}
	}
	if isGzip(opened.Data) {
		opened.Compressed = true
		opened.Data, err = inflate(opened.Data)
	}
	return opened, err
}

func decrypt(data []byte, form Form, keys Keys) (Opened, error) {
	for _, secret := range keys.Secrets {
		var plain []byte
		ok := false
		switch {
		case secret.IsZero():
		case form == Offhook:
			plain, ok = openOwn(data, secret, keys.MAC)
		case form == Yealink: // or openssl's without a salt: neither has a header
			if plain, ok = openYealink(data, secret); !ok {
				var without Form
				if plain, without, ok = openOpenSSL(data, secret); ok {
					form = without
				}
			}
		default:
			plain, form, ok = openOpenSSL(data, secret)
		}
		if ok {
			return Opened{Data: plain, Form: form}, nil
		}
	}
	if form == Offhook {
		return Opened{}, fmt.Errorf("%w, or sealed for another phone; seal it again with this phone's key and MAC", ErrKey)
	}
	return Opened{}, fmt.Errorf("%w; compare the key with the one that the server encrypts with", ErrKey)
}

// Sniff tells the form of a file by its first bytes; openssl's forms look alike
// and are all OpenSSLSHA256 here. The error is a sealed form that is known and
// cannot be opened.
func Sniff(data []byte) (Form, error) {
	switch {
	case bytes.HasPrefix(data, []byte(magic)):
		return Offhook, nil
	case bytes.HasPrefix(data, []byte(salted)):
		return OpenSSLSHA256, nil
	case bytes.HasPrefix(data, []byte("Crypt=")):
		return Plain, errors.New("is encrypted with Poly's own tool, whose layout is not public; let the server give it as plain XML over HTTPS, or sealed with offhook seal")
	case len(data) == 0, len(data)%16 != 0, plausible(data), !scrambled(data):
		return Plain, nil
	}
	return Yealink, nil
}

// scrambled tells what a cipher made from text with a few bad bytes, and from
// UTF-16, which readers complain of better.
func scrambled(data []byte) bool {
	if bytes.HasPrefix(data, []byte{0xff, 0xfe}) || bytes.HasPrefix(data, []byte{0xfe, 0xff}) {
		return false
	}
	ascii := 0
	for _, b := range data {
		if b >= ' ' && b < 0x7f || b == '\n' || b == '\r' || b == '\t' {
			ascii++
		}
	}
	return ascii*4 < len(data)*3
}

// isGrandstreamBinary knows the header of Grandstream's binary form: whole
// 16-bit words, counted in front, and two line ends behind the MAC.
func isGrandstreamBinary(data []byte) bool {
	return len(data) >= 16 && string(data[12:16]) == "\r\n\r\n"
}

// readable tells text, whatever its alphabet, from what a cipher makes.
func readable(data []byte) bool {
	for _, b := range data {
		if b < ' ' && b != '\t' && b != '\n' && b != '\r' && b != '\f' {
			return false
		}
	}
	if utf8.Valid(data) {
		return true
	}
	// Latin-1 in a comment: text as long as nearly all of it is ASCII.
	high := 0
	for _, b := range data {
		if b >= utf8.RuneSelf {
			high++
		}
	}
	return high*8 < len(data)
}

// plausible tells what the right key brought from what a wrong one did.
func plausible(data []byte) bool {
	return len(data) > 0 && (readable(data) || isGzip(data) || isGrandstreamBinary(data))
}

// Encrypt makes a file of the form that Open reads with the same secret. mac,
// which binds the file to one phone, is for our own form alone.
func Encrypt(data []byte, form Form, secret ua.Secret, mac string) ([]byte, error) {
	switch {
	case len(data) > MaxSize:
		return nil, fmt.Errorf("sealed: the file is %d bytes, more than the %d that a configuration file may have", len(data), MaxSize)
	case secret.IsZero():
		return nil, errors.New("sealed: the key is empty")
	case mac != "" && form != Offhook:
		return nil, fmt.Errorf("sealed: the form %s cannot be bound to a MAC; only %s can", form, Offhook)
	}
	switch form {
	case Offhook:
		return sealOwn(data, secret, mac)
	case OpenSSLSHA256, OpenSSLMD5, OpenSSLPBKDF2:
		return sealOpenSSL(data, secret, form)
	case Yealink:
		return sealYealink(data, secret)
	}
	return nil, fmt.Errorf("sealed: there is no form %q; take one of %v", form, Forms())
}
