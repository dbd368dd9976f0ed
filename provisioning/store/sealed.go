package store

import (
	"path/filepath"
	"strings"

	"offhook/provisioning/vault"
)

// Sealed is a disk whose files are encrypted.
type Sealed struct {
	Disk
	Vault *vault.Vault
}

// ReadFile reads a file and opens it.
func (s Sealed) ReadFile(path string) ([]byte, error) {
	data, err := s.Disk.ReadFile(path)
	if err != nil {
		return data, err
	}
	return s.Vault.Open(filepath.Base(path), data)
}

// Write seals what the file is to hold, under the name that it is to have.
func (s Sealed) Write(path string, data []byte) error {
	sealed, err := s.Vault.Seal(strings.TrimSuffix(filepath.Base(path), born), data)
	if err != nil {
		return err
	}
	return s.Disk.Write(path, sealed)
}
