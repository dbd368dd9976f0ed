package store

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"offhook/provisioning"
)

// userFile holds what the phone's user has set.
const userFile = "user"

// LoadUser returns what the user has set. A damaged file is as none, and told.
func (s *Dir) LoadUser() ([]provisioning.UserSetting, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := filepath.Join(s.path, userFile)
	data, err := s.disk.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("store: %w", err)
	}
	rest, err := unseal(data)
	if err != nil {
		return nil, fmt.Errorf("store: %s: %w", path, err)
	}
	var all []provisioning.UserSetting
	if err := json.Unmarshal(rest, &all); err != nil {
		return nil, fmt.Errorf("store: %s: %w", path, errFormat)
	}
	return all, nil
}

// SaveUser keeps what the user has set, as Save keeps a document.
func (s *Dir) SaveUser(all []provisioning.UserSetting) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	rest, err := json.Marshal(all)
	if err != nil {
		return fmt.Errorf("store: %w", err)
	}
	if err := s.put(userFile, seal(rest)); err != nil {
		return unkept(err)
	}
	return nil
}
