package updates

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"offhook/provisioning/firmware"
)

// base is the version that the telephone's program is built as; others are the same
// program with another number in its place.
const base = 1000

func name(number int) string { return fmt.Sprintf("v0.0.%d", number) }

// maker makes versions and signs them.
type maker struct {
	program []byte // of version base
	key     ed25519.PrivateKey
}

// newMaker builds the program.
func newMaker(ctx context.Context, dir string) (m maker, installed string, err error) {
	installed = filepath.Join(dir, "offhook")
	build := exec.CommandContext(ctx, "go", "build", "-ldflags", "-s -w -X main.version="+name(base), "-o", installed, "offhook/cmd/offhook")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return m, "", fmt.Errorf("the telephone is not built: %w: %s", err, out)
	}
	if m.program, err = os.ReadFile(installed); err != nil {
		return m, "", err
	}
	_, m.key, err = ed25519.GenerateKey(nil)
	return m, installed, err
}

// keys is the file of who may sign.
func (m maker) keys() ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(m.key.Public())
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), err
}

// good is a version that works.
func (m maker) good(number int) ([]byte, error) {
	return m.signed(bytes.ReplaceAll(m.program, []byte(name(base)), []byte(name(number))), number)
}

// crashing is a version that ends as soon as it runs.
func (m maker) crashing(number int) ([]byte, error) {
	return m.signed([]byte("#!/bin/sh\nexit 1\n"), number)
}

// thiefs is a good version that somebody else has signed.
func (m maker) thiefs(number int) (_ []byte, err error) {
	if _, m.key, err = ed25519.GenerateKey(nil); err != nil {
		return nil, err
	}
	return m.good(number)
}

// truncated is a good version whose end is missing.
func (m maker) truncated(number int) ([]byte, error) {
	all, err := m.good(number)
	return all[:len(all)*3/4], err
}

// flipped is a good version of which a bit is another.
func (m maker) flipped(number int) ([]byte, error) {
	all, err := m.good(number)
	if err == nil {
		all[len(all)/2] ^= 1
	}
	return all, err
}

func (m maker) signed(program []byte, number int) ([]byte, error) {
	sum := sha256.Sum256(program)
	out := bytes.NewBuffer(program)
	err := firmware.Sign(out, firmware.Manifest{Version: name(number), Target: firmware.Target(), Size: int64(len(program)), SHA256: hex.EncodeToString(sum[:])}, m.key)
	return out.Bytes(), err
}
