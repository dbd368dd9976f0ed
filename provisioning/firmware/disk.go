package firmware

import (
	"errors"
	"os"

	"offhook/provisioning/store"
)

// OS is the system's disk.
type OS struct{ store.OS }

var _ Disk = OS{}

// Open opens a file for reading, and tells how long it is.
func (OS) Open(path string) (File, int64, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	info, err := file.Stat()
	if err != nil {
		return nil, 0, errors.Join(err, file.Close())
	}
	return file, info.Size(), nil
}

// MakeProgram makes a file durable, and one that can be run by its owner.
func (OS) MakeProgram(path string) error {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(file.Chmod(0o700), file.Sync(), file.Close())
}
