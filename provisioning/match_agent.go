package provisioning

import (
	"fmt"
	"net"
	"slices"
	"strings"
)

// Steps are the steps of discovery that an order may name.
var steps = []string{"pinned", "document", "static", "cached"}

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
