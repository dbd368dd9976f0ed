package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"offhook/cmd/internal/app"
	"offhook/provisioning"
	"offhook/provisioning/firmware"
	"offhook/provisioning/native"
)

// What the installed program tells the one of a slot that it runs in its place.
const (
	slotVariable      = "OFFHOOK_SLOT"
	installedVariable = "OFFHOOK_INSTALLED"
	versionVariable   = "OFFHOOK_INSTALLED_VERSION"
)

// launched is which program this is, where other versions are, and who may sign them.
func (f runFlags) launched() (app.Firmware, error) {
	config, err := native.LoadAgentConfig(f.config)
	if err != nil {
		// A file that this version cannot read may be for the one in the slot.
		config = provisioning.DefaultAgentConfig()
	}
	beside(&config, f.config)
	if f.state != "" {
		config.State = f.state
	}
	l := app.Firmware{Installed: version}
	text, err := os.ReadFile(config.Firmware.Keys)
	if err == nil {
		l.Keys, err = firmware.ParseKeys(text)
	}
	if errors.Is(err, fs.ErrNotExist) {
		err = nil // nobody's
	}
	if err != nil {
		err = fmt.Errorf("%s: %w", config.Firmware.Keys, err)
	}
	l.Dir = programs(config.State)
	if slot := os.Getenv(slotVariable); slot != "" {
		l.Slot, l.Installed = firmware.Slot(slot), os.Getenv(versionVariable)
	}
	return l, err
}

// programs is where versions of this program are kept.
func programs(state string) string { return filepath.Join(state, "firmware") }

// launch runs the version that is to run, if it is not this one. It returns when
// it is, or when no other can be run.
func launch(l app.Firmware) error {
	self, err := os.Executable()
	if err != nil || l.Slot != firmware.Installed {
		return err
	}
	for {
		program, slot, err := l.Slots().Choose(l.Installed)
		if program == "" {
			return err
		}
		environment := append(installedOnly(os.Environ()), slotVariable+"="+string(slot), installedVariable+"="+self, versionVariable+"="+l.Installed)
		err = syscall.Exec(program, os.Args, environment)
		err = fmt.Errorf("%s cannot be run: %w: is its file system mounted noexec?", program, err)
		if writes, confined := os.LookupEnv(confinedVariable); confined && !slices.Contains(strings.Split(writes, ":"), filepath.Dir(l.Dir)) {
			return err // of a state directory that is new: it is not the program's fault
		}
		if bad := l.Slots().Save(l.Slots().Load().Broken(slot, err.Error())); bad != nil {
			return errors.Join(err, bad)
		}
	}
}

// installedOnly is an environment without what is told to a slot's program.
func installedOnly(environment []string) []string {
	return slices.DeleteFunc(environment, func(s string) bool {
		name, _, _ := strings.Cut(s, "=")
		return name == slotVariable || name == installedVariable || name == versionVariable
	})
}
