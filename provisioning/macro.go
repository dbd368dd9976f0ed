package provisioning

import (
	"cmp"
	"fmt"
	"net/url"
	"strings"
)

// Expand puts the device into the macros of a URL or a file's name: ours in
// braces, and other vendors' after a dollar. $$ is a dollar.
func (d Device) Expand(s string) (string, error) {
	var out strings.Builder
	for {
		at := strings.IndexAny(s, "{$")
		if at < 0 {
			out.WriteString(s)
			return out.String(), nil
		}
		out.WriteString(s[:at])
		read := d.braced
		if s[at] == '$' {
			read = d.dollar
		}
		value, rest, err := read(s[at+1:])
		if err != nil {
			return "", err
		}
		out.WriteString(value)
		s = rest
	}
}

// braced reads what follows {.
func (d Device) braced(s string) (value, rest string, err error) {
	name, rest, closed := strings.Cut(s, "}")
	value, known := d.macro(name)
	if !closed || !known {
		return "", "", fmt.Errorf("{%s is not a macro; use {mac}, {MAC}, {model}, {serial}, {version} or {vendor}", clip(s))
	}
	return url.PathEscape(value), rest, nil
}

// dollar reads what follows $: the letters after it, in braces where letters
// follow that are not the macro's, or a dollar.
func (d Device) dollar(s string) (value, rest string, err error) {
	switch {
	case strings.HasPrefix(s, "$"):
		return "$", s[1:], nil
	case strings.HasPrefix(s, "{"):
		name, after, closed := strings.Cut(s[1:], "}")
		if value, known := d.vendorMacro(name); known && closed {
			return url.PathEscape(value), after, nil
		}
	default:
		end := strings.IndexFunc(s, func(r rune) bool { return r > 'z' || r < 'A' || r > 'Z' && r < 'a' })
		if end < 0 {
			end = len(s)
		}
		if value, known := d.vendorMacro(s[:end]); known {
			return url.PathEscape(value), s[end:], nil
		}
	}
	return "", "", fmt.Errorf("$%s is not a macro; use $mac, $MA, $MAU, $MAC, $PN, $PSN, $SN, $SERIAL or $SWVER, or write $$ for a dollar", clip(s))
}

func (d Device) macro(name string) (string, bool) {
	switch name {
	case "mac":
		return strings.ToLower(d.bareMAC()), true
	case "MAC":
		return strings.ToUpper(d.bareMAC()), true
	case "model":
		return d.Model, true
	case "serial":
		return d.Serial, true
	case "version":
		return d.Version, true
	case "vendor":
		return d.vendor(), true
	}
	return "", false
}

// vendorMacro knows the names in use with Fanvil ($mac), Cisco SPA and Yealink
// (the others).
func (d Device) vendorMacro(name string) (string, bool) {
	switch name {
	case "mac", "MA":
		return strings.ToLower(d.bareMAC()), true
	case "MAU":
		return strings.ToUpper(d.bareMAC()), true
	case "MAC": // with colons
		return strings.ToLower(d.MAC), true
	case "PN", "PSN":
		return d.Model, true
	case "SN", "SERIAL":
		return d.Serial, true
	case "SWVER":
		return d.Version, true
	}
	return "", false
}

func (d Device) bareMAC() string {
	return strings.NewReplacer(":", "", "-", "", ".", "").Replace(d.MAC)
}

func (d Device) vendor() string { return cmp.Or(d.Vendor, "offhook") }
