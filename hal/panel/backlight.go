package panel

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// backlight is a lamp of the kernel's backlight class.
type backlight struct {
	file    string
	highest int
}

// findBacklight finds one by name, or the first for "auto"; nil when there is
// none to be had or none is wanted.
func findBacklight(class, name string) (*backlight, error) {
	if name == "none" {
		return nil, nil
	}
	entries, err := os.ReadDir(class) // sorted
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		if name == "auto" || name == e.Name() {
			return openBacklight(filepath.Join(class, e.Name()))
		}
		names = append(names, e.Name())
	}
	if name == "auto" {
		return nil, nil
	}
	return nil, fmt.Errorf("there is no backlight %q (there are %q; none means no backlight)", name, names)
}

func openBacklight(dir string) (*backlight, error) {
	data, err := os.ReadFile(filepath.Join(dir, "max_brightness"))
	if err != nil {
		return nil, err
	}
	highest, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil || highest < 1 {
		return nil, fmt.Errorf("%s/max_brightness says %q", dir, strings.TrimSpace(string(data)))
	}
	return &backlight{file: filepath.Join(dir, "brightness"), highest: highest}, nil
}

// set gives the lamp a percentage of its brightness: dark at 0 only.
func (b *backlight) set(percent int) error {
	value := percent * b.highest / 100
	if percent > 0 {
		value = max(1, value)
	}
	f, err := os.OpenFile(b.file, os.O_WRONLY, 0)
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("%w: an udev rule may give it to our group", err)
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(strconv.Itoa(value))
	return errors.Join(err, f.Close())
}
