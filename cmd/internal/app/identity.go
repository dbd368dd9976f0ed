package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/renameio/v2"

	"offhook/provisioning"
)

// instanceID is the device's urn:uuid (RFC 5626 §4.1): made once, kept for the
// life of the state directory.
func instanceID(dir string) (string, error) {
	path := filepath.Join(dir, "instance")
	data, err := os.ReadFile(path)
	if err == nil && strings.HasPrefix(string(data), "urn:uuid:") && len(data) == len("urn:uuid:")+36 {
		return string(data), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	var u [16]byte
	if _, err := rand.Read(u[:]); err != nil {
		return "", err
	}
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80 // version 4 (RFC 9562 §5.4)
	id := fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
	if err := renameio.WriteFile(path, []byte(id), 0o600); !worn(err) {
		return id, err
	}
	return id, nil // of this start only
}

// deviceOf says who this phone is: as configured, else as the machine tells.
func deviceOf(c provisioning.AgentConfig, model, version string, root fs.FS) provisioning.Device {
	d := provisioning.Device{MAC: c.Device.MAC, Serial: c.Device.Serial, Model: model, Version: version}
	if d.MAC == "" {
		d.MAC = hardwareAddress()
	}
	if d.Serial == "" {
		if data, err := fs.ReadFile(root, "proc/device-tree/serial-number"); err == nil {
			d.Serial = strings.TrimRight(string(data), "\x00\n")
		}
	}
	return d
}

// hardwareAddress is that of the first interface that could carry a call.
func hardwareAddress() string {
	interfaces, err := net.Interfaces()
	if err != nil {
		return ""
	}
	for _, i := range interfaces {
		if len(i.HardwareAddr) == 6 && i.Flags&net.FlagLoopback == 0 && i.Flags&net.FlagUp != 0 {
			return i.HardwareAddr.String()
		}
	}
	return ""
}
