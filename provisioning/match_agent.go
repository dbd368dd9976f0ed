package provisioning

import (
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
)

// Steps are the steps of discovery that an order may name.
var steps = []string{"pinned", "document", "dhcp", "pnp", "dns", "static", "redirect", "cached"}

// matchStep checks one entry of an order: a step, and what to do when the
// server that it found gives no document.
func matchStep(s string) string {
	step, then, given := strings.Cut(s, ":")
	if !slices.Contains(steps, step) {
		return fmt.Sprintf("%q is not a step; use one of %s", clip(step), strings.Join(steps, ", "))
	}
	if given && then != "stop" && then != "proceed" {
		return fmt.Sprintf("%q is neither stop nor proceed; write %s:stop or %s:proceed", clip(then), step, step)
	}
	return ""
}

func matchMAC(s string) string {
	if mac, err := net.ParseMAC(s); err == nil && len(mac) == 6 {
		return ""
	}
	return fmt.Sprintf("%q is not a MAC address; write it as 02:00:5e:10:00:01", clip(s))
}

// IsFile tells a setting that names a file from one that holds PEM.
func IsFile(s string) bool { return s != "" && s != SystemCA && !strings.Contains(s, pemPrefix) }

func matchPEMOrFile(s string) string {
	if IsFile(s) {
		if strings.ContainsAny(s, "\n\x00") {
			return "is neither PEM nor the path of a file; copy all of it, from -----BEGIN to -----END, or give the path"
		}
		return ""
	}
	return matchPEM(s)
}

func matchCAOrFile(s string) string {
	if s == SystemCA {
		return ""
	}
	return matchPEMOrFile(s)
}

// DHCPOption reads an entry of provisioning.dhcp.options: an option's number,
// or 66+67 for a host and the path on it. second is 0 without one.
func DHCPOption(s string) (option, second byte, ok bool) {
	first, then, joined := strings.Cut(s, "+")
	a, err := strconv.ParseUint(first, 10, 8)
	if err != nil || a == 0 || a == 255 { // padding and end (RFC 2132 §3)
		return 0, 0, false
	}
	if !joined {
		return byte(a), 0, true
	}
	b, err := strconv.ParseUint(then, 10, 8)
	return byte(a), byte(b), err == nil && b != 0 && b != 255
}

func matchDHCPOption(s string) string {
	if _, _, ok := DHCPOption(s); ok {
		return ""
	}
	return fmt.Sprintf("%q is not a DHCP option; use a number from 1 to 254, or 66+67 for a host and the path on it", clip(s))
}

// matchFile checks the name of a file asked of a server.
func matchFile(s string) string {
	if s == "" || !printable(s) || strings.ContainsAny(s, "?#\\ ") || strings.HasPrefix(s, "/") || strings.Contains(s, "..") {
		return fmt.Sprintf("%q is not a file's name; write it as {mac}.yaml, without a / before it", clip(s))
	}
	if _, err := (Device{}).Expand(s); err != nil {
		return err.Error()
	}
	return ""
}
