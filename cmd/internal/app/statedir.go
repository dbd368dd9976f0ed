package app

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"

	"offhook/provisioning"
	"offhook/provisioning/vault"
)

// stateDir is the state directory, and what its files are encrypted with.
type stateDir struct {
	dir   string
	vault *vault.Vault
}

// keyCheck is a file that tells whether a key is the one that the others were
// encrypted with.
const keyCheck = "key-check"

// openState reads the key, if there is to be one. With an error the state can neither be read
// nor written: it waits for its key.
func openState(c provisioning.AgentConfig, log *slog.Logger) (stateDir, error) {
	d := stateDir{dir: c.State}
	v, err := d.unlock(c.StateKey)
	if err != nil {
		err = fmt.Errorf("%w: nothing is kept over a restart, and new configurations are not tried; what was kept is left as it is", err)
		v = vault.Shut(err)
	}
	d.vault = v
	if v != nil && err == nil {
		log.Info("what is kept is encrypted", "directory", c.State, "key", c.StateKey)
		d.sealAll(log)
	}
	return d, err
}

func (d stateDir) unlock(file string) (*vault.Vault, error) {
	check, err := os.ReadFile(d.path(keyCheck))
	had := err == nil
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if file == "" {
		if had {
			return nil, fmt.Errorf("what is kept in %s is encrypted, and the agent's file gives no state-key: give it, or remove %s to begin anew", d.dir, d.path(keyCheck))
		}
		return nil, nil
	}
	material, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("state-key: %w", err)
	}
	v, err := vault.New(material)
	if err != nil {
		return nil, fmt.Errorf("state-key: %s: %w", file, err)
	}
	if had {
		if _, err := v.Open(keyCheck, check); err != nil {
			return nil, fmt.Errorf("state-key: %s is not the key that %s is encrypted with: give that one, or remove %s to begin anew", file, d.dir, d.path(keyCheck))
		}
		return v, nil
	}
	err = stateDir{d.dir, v}.write(keyCheck, nil)
	if worn(err) {
		err = nil // nothing is written at all, and that is told
	}
	return v, err
}

func (d stateDir) path(name string) string { return filepath.Join(d.dir, name) }

func (d stateDir) read(name string) ([]byte, error) {
	data, err := os.ReadFile(d.path(name))
	if err != nil {
		return nil, err
	}
	return d.vault.Open(filepath.Base(name), data)
}

// write leaves the old file or the new one, whole, whenever the power goes.
func (d stateDir) write(name string, data []byte) error {
	sealed, err := d.vault.Seal(filepath.Base(name), data)
	if err != nil {
		return err
	}
	return renameio.WriteFile(d.path(name), sealed, 0o600)
}

// sealAll encrypts what was kept before there was a key.
func (d stateDir) sealAll(log *slog.Logger) {
	for _, pattern := range []string{"*.json", provisioningDir + "/document.*", provisioningDir + "/user"} {
		names, _ := filepath.Glob(d.path(pattern)) // the pattern is good
		for _, name := range names {
			data, err := os.ReadFile(name)
			if err == nil && !vault.Sealed(data) {
				name, _ = filepath.Rel(d.dir, name)
				err = d.write(name, data)
			}
			if err != nil {
				log.Warn("a file stays as it was, not encrypted", "file", name, "error", err)
			}
		}
	}
}
