package dhcp

import (
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"
)

// readNetworkd reads NAME=value. systemd keeps few options: 43, and 224 to 254,
// as hexadecimal digits.
func readNetworkd(data []byte) (Lease, bool) {
	lease := Lease{Options: Options{}}
	for line := range strings.Lines(string(data)) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || strings.HasPrefix(name, "#") {
			continue
		}
		switch name {
		case "ADDRESS":
			lease.Address, _ = netip.ParseAddr(value)
		case "SERVER_ADDRESS":
			lease.Server, _ = netip.ParseAddr(value)
		case "DOMAINNAME":
			lease.Options[optionDomain] = []byte(value)
		case "VENDOR_SPECIFIC":
			lease.Options.hex(optionVendor, value)
		default:
			if number, ok := strings.CutPrefix(name, "OPTION_"); ok {
				lease.Options.hexNumbered(number, value)
			}
		}
	}
	return lease, lease.Address.IsValid()
}

func (o Options) hexNumbered(number, value string) {
	if n, err := strconv.ParseUint(number, 10, 8); err == nil && n > 0 && n < optionEnd {
		o.hex(byte(n), value)
	}
}

func (o Options) hex(number byte, value string) {
	if data, err := hex.DecodeString(value); err == nil && len(data) > 0 {
		o[number] = data
	}
}

// readUdhcpc reads what the hook of docs/provisioning.md writes: the
// environment that udhcpc gives it.
func readUdhcpc(data []byte) (Lease, bool) {
	lease := Lease{Options: Options{}}
	for line := range strings.Lines(string(data)) {
		name, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), "=")
		if !ok || value == "" {
			continue
		}
		switch name {
		case "interface":
			lease.Interface = value
		case "ip":
			lease.Address, _ = netip.ParseAddr(value)
		case "serverid":
			lease.Server, _ = netip.ParseAddr(value)
		case "domain":
			lease.Options[optionDomain] = []byte(value)
		case "tftp":
			lease.Options[optionTFTPServer] = []byte(value)
		case "bootfile":
			lease.Options[67] = []byte(value)
		default:
			if number, ok := strings.CutPrefix(name, "opt"); ok {
				lease.Options.hexNumbered(number, value)
			}
		}
	}
	return lease, lease.Address.IsValid()
}
