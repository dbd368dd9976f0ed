package firmware

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// Manifest says what a program is. Its line, as it stands in the file, is what is
// signed.
type Manifest struct {
	Version string `json:"version"`
	Target  string `json:"target"` // linux/arm64, linux/arm/6
	Size    int64  `json:"size"`   // octets of the program, which come first
	SHA256  string `json:"sha256"` // of them, hexadecimal
}

// A file ends with the manifest's line, the line of its signature, and one of fixed
// length that says how long the two are.
const (
	ending      = "offhook firmware 1 "
	endingSize  = len(ending) + 5 + 1
	maxManifest = 4096 // octets of both lines
	maxProgram  = 64 << 20
)

// Faults of a file. All say that nothing of it was used.
var (
	ErrNoFirmware  = errors.New("this is no signed program, or its end is missing: sign it with offhook-lab sign, and see that the server sends the whole file")
	ErrSignature   = errors.New("the signature is by none of this telephone's keys: sign with the key that belongs to one of them, or install that key's public half")
	ErrDamaged     = errors.New("the program is damaged: its hash is not the signed one; publish the file again")
	ErrWrongTarget = errors.New("the program is for another processor")
)

// Sign writes what follows a program that is to be an update.
func Sign(w io.Writer, m Manifest, key ed25519.PrivateKey) error {
	line, err := json.Marshal(m)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	both := append(line, base64.StdEncoding.EncodeToString(ed25519.Sign(key, signed(line)))+"\n"...)
	if len(both) > maxManifest {
		return fmt.Errorf("a manifest of %d octets is too long", len(both))
	}
	_, err = fmt.Fprintf(w, "%s%s%05d\n", both, ending, len(both))
	return err
}

// signed is what the key signs: the line belongs to this format and no other.
func signed(line []byte) []byte { return append([]byte(ending), line...) }

// Keys are who may sign.
type Keys []ed25519.PublicKey

// Verify reads a file of size octets to its end, and tells what it is if it is
// whole, signed by one of the keys, and for target.
func (k Keys) Verify(file io.ReaderAt, size int64, target string) (m Manifest, err error) {
	m, err = k.head(file, size)
	if err != nil {
		return m, err
	}
	if !fits(m.Target, target) {
		return m, fmt.Errorf("%w: it is for %s, and this is %s", ErrWrongTarget, m.Target, target)
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(file, 0, m.Size)); err != nil {
		return m, err
	}
	if hex.EncodeToString(sum.Sum(nil)) != m.SHA256 {
		return m, ErrDamaged
	}
	return m, nil
}

// head reads the manifest and who signed it.
func (k Keys) head(file io.ReaderAt, size int64) (m Manifest, err error) {
	last := make([]byte, endingSize)
	if size < int64(endingSize) {
		return m, ErrNoFirmware
	}
	if _, err := file.ReadAt(last, size-int64(endingSize)); err != nil {
		return m, err
	}
	digits, ok := bytes.CutPrefix(last, []byte(ending))
	length, bad := strconv.Atoi(string(bytes.TrimSuffix(digits, []byte("\n"))))
	begin := size - int64(endingSize) - int64(length)
	if !ok || bad != nil || length < 2 || length > maxManifest || begin < 0 {
		return m, ErrNoFirmware
	}
	both := make([]byte, length)
	if _, err := file.ReadAt(both, begin); err != nil {
		return m, err
	}
	at := bytes.IndexByte(both, '\n') + 1
	signature, bad := base64.StdEncoding.Strict().DecodeString(string(bytes.TrimSuffix(both[at:], []byte("\n"))))
	if at == 0 || bad != nil {
		return m, ErrNoFirmware
	}
	if !k.signedBy(both[:at], signature) {
		return m, ErrSignature
	}
	if err := json.Unmarshal(both[:at], &m); err != nil || m.Version == "" || m.Size != begin || m.Size > maxProgram {
		return Manifest{}, ErrNoFirmware
	}
	return m, nil
}

func (k Keys) signedBy(line, signature []byte) bool {
	for _, key := range k {
		if ed25519.Verify(key, signed(line), signature) {
			return true
		}
	}
	return false
}
