package main

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"debug/buildinfo"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"os"

	"offhook/provisioning/firmware"
)

// sign prints a program and its signed manifest: what telephones take in place of
// their own.
func sign(_ context.Context, t terminal, args []string) error {
	fs := flag.NewFlagSet("offhook-lab sign", flag.ContinueOnError)
	keyFile := fs.String("key", "", "`FILE` of the Ed25519 private key, PEM: openssl genpkey -algorithm ed25519")
	version := fs.String("version", "", "`VERSION` that offhook version says")
	target := fs.String("target", "", "`OS/ARCH[/ARM]` it is for; the program says it where it can")
	if err := parseSome(fs, t, args); err != nil {
		return err
	}
	if fs.NArg() != 1 || *keyFile == "" || *version == "" {
		fmt.Fprintln(t.err, "offhook-lab sign --key FILE --version VERSION PROGRAM > SIGNED")
		return errUsage
	}
	key, err := privateKey(*keyFile)
	if err != nil {
		return fmt.Errorf("%s: %w", *keyFile, err)
	}
	program, err := os.ReadFile(fs.Arg(0))
	if err != nil {
		return err
	}
	if *target == "" {
		if *target, err = targetOf(fs.Arg(0)); err != nil {
			return fmt.Errorf("%s: %w; say what it is for by --target", fs.Arg(0), err)
		}
	}
	sum := sha256.Sum256(program)
	if _, err := t.out.Write(program); err != nil {
		return err
	}
	return firmware.Sign(t.out, firmware.Manifest{Version: *version, Target: *target, Size: int64(len(program)), SHA256: hex.EncodeToString(sum[:])}, key)
}

func privateKey(file string) (ed25519.PrivateKey, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, errors.New("this is not PEM")
	}
	parsed, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	key, ok := parsed.(ed25519.PrivateKey)
	if !ok {
		return nil, errors.New("this is no Ed25519 key: openssl genpkey -algorithm ed25519")
	}
	return key, nil
}

// targetOf is what a program was built for, as the linker has written into it.
func targetOf(file string) (string, error) {
	info, err := buildinfo.ReadFile(file)
	if err != nil {
		return "", err
	}
	settings := map[string]string{}
	for _, s := range info.Settings {
		settings[s.Key] = s.Value
	}
	target := settings["GOOS"] + "/" + settings["GOARCH"]
	if arm := settings["GOARM"]; arm != "" {
		target += "/" + arm[:1]
	}
	return target, nil
}
