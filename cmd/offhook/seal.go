package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	"offhook/provisioning/sealed"
	"offhook/ua"
)

func sealCommand() command {
	return command{name: "seal", args: "[FILE]", most: 1,
		summary: "Encrypts a configuration file, so that a server and who reads it on the way learn nothing.",
		details: "The key is the first line of a file: 64 hexadecimal digits (openssl rand -hex 32 makes some) or\n" +
			"a password. With --mac the file opens on that phone alone. FILE is the standard input when it is\n" +
			"left out. The form offhook is authenticated: nobody without the key can change the file. The\n" +
			"others are those of other makers' telephones, and need HTTPS for that.",
		prepare: func(fs *flag.FlagSet) action {
			key := fs.String("key", "", "`FILE` with the key or password (needed)")
			mac := fs.String("mac", "", "bind it to the phone with this `MAC`")
			form := fs.String("form", string(sealed.Offhook), "`FORM`: "+formNames())
			out := outFlag(fs)
			return func(_ context.Context, t terminal, args []string) error {
				secret, err := readKey(*key)
				if err != nil {
					return err
				}
				data, err := readInput(t.in, args)
				if err != nil {
					return err
				}
				done, err := sealed.Encrypt(data, sealed.Form(*form), secret, *mac)
				if err != nil {
					return usageError(strings.TrimPrefix(err.Error(), "sealed: "))
				}
				return writeOutput(t.out, *out, done, 0o644)
			}
		}}
}

func unsealCommand() command {
	return command{name: "unseal", args: "[FILE]", most: 1,
		summary: "Opens an encrypted or compressed configuration file, whatever its form.",
		details: "It reads what offhook seal writes, files of openssl enc -aes-256-cbc (as Grandstream and Cisco\n" +
			"take them), Yealink's with their AES key, and gzip files, and says which it was. A file that was\n" +
			"sealed for one phone needs its --mac.",
		prepare: func(fs *flag.FlagSet) action {
			key := fs.String("key", "", "`FILE` with the key or password")
			mac := fs.String("mac", "", "open it as the phone with this `MAC`")
			out := outFlag(fs)
			return func(_ context.Context, t terminal, args []string) error {
				keys := sealed.Keys{MAC: *mac}
				if *key != "" {
					secret, err := readKey(*key)
					if err != nil {
						return err
					}
					keys.Secrets = []ua.Secret{secret}
				}
				data, err := readInput(t.in, args)
				if err != nil {
					return err
				}
				opened, err := sealed.Open(data, keys)
				if err != nil {
					return fmt.Errorf("the file %w", err)
				}
				fmt.Fprintln(t.err, told(opened))
				return writeOutput(t.out, *out, opened.Data, 0o600)
			}
		}}
}

// told says what an opened file was.
func told(o sealed.Opened) string {
	said := "form " + string(o.Form)
	if o.Compressed {
		said += ", compressed"
	}
	switch {
	case o.Form == sealed.Plain:
		return said
	case o.Authenticated():
		return said + ", authenticated"
	}
	return said + ", not authenticated: it may have been changed on its way"
}

func formNames() string {
	var all []string
	for _, f := range sealed.Forms() {
		all = append(all, string(f))
	}
	return strings.Join(all, ", ")
}

func outFlag(fs *flag.FlagSet) *string {
	return fs.String("out", "", "write to `FILE` and not to the standard output")
}

// readKey takes a key from the first line of a file: on a command line every
// user of the machine could read it.
func readKey(file string) (ua.Secret, error) {
	if file == "" {
		return ua.Secret{}, usageError("--key is missing: name a file with the key")
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return ua.Secret{}, fmt.Errorf("the key: %w", err)
	}
	line, _, _ := strings.Cut(string(data), "\n")
	line = strings.TrimSuffix(line, "\r")
	if line == "" {
		return ua.Secret{}, fmt.Errorf("the key: the first line of %s is empty; write the key or password there", file)
	}
	return ua.NewSecret(line), nil
}

func readInput(in io.Reader, args []string) ([]byte, error) {
	if len(args) == 1 {
		f, err := os.Open(args[0])
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	return io.ReadAll(io.LimitReader(in, sealed.MaxSize+1))
}

func writeOutput(out io.Writer, file string, data []byte, mode os.FileMode) error {
	if file != "" {
		return os.WriteFile(file, data, mode)
	}
	_, err := out.Write(data)
	return err
}
