package dhcp

import (
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"
)

// dhclientNames are the options that dhclient has names for (dhcp-options(5));
// the others are unknown-N or, if its configuration declares them, anything.
var dhclientNames = map[string]byte{
	"domain-name": optionDomain, "vendor-encapsulated-options": optionVendor, "dhcp-server-identifier": optionServer,
	"tftp-server-name": optionTFTPServer, "bootfile-name": 67, "vivso": optionEnterprise,
}

// readDhclient reads the last lease of the file: dhclient appends.
func readDhclient(data []byte) (Lease, bool) {
	text := string(data)
	var last Lease
	found := false
	for {
		_, rest, ok := strings.Cut(text, "lease {")
		if !ok {
			return last, found
		}
		lease := Lease{Options: Options{}}
		text = lease.statements(rest)
		if lease.Address.IsValid() {
			last, found = lease, true
		}
	}
}

// statements reads up to the closing brace and returns what is after it.
func (l *Lease) statements(text string) string {
	for {
		text = strings.TrimLeft(text, " \t\r\n")
		if text == "" {
			return ""
		}
		if text[0] == '}' {
			return text[1:]
		}
		var statement string
		statement, text = cutStatement(text)
		name, value, _ := strings.Cut(statement, " ")
		switch value = strings.TrimSpace(value); name {
		case "interface":
			l.Interface = string(dhclientValue(value))
		case "fixed-address":
			l.Address, _ = netip.ParseAddr(value)
		case "option":
			name, value, _ = strings.Cut(value, " ")
			l.option(name, strings.TrimSpace(value))
		}
	}
}

func (l *Lease) option(name, value string) {
	number, known := dhclientNames[name]
	if rest, ok := strings.CutPrefix(name, "unknown-"); ok {
		n, err := strconv.ParseUint(rest, 10, 8)
		number, known = byte(n), err == nil && n > 0 && n < optionEnd
	}
	switch {
	case !known:
	case number == optionServer:
		l.Server, _ = netip.ParseAddr(value)
	default:
		l.Options[number] = dhclientValue(value)
	}
}

// cutStatement cuts at the semicolon, which a string may hold too.
func cutStatement(text string) (statement, rest string) {
	quoted := false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == ';' && !quoted:
			return text[:i], text[i+1:]
		}
	}
	return text, ""
}

// dhclientValue reads "text" with octal escapes, octets as aa:bb:cc, or a word.
func dhclientValue(value string) []byte {
	if strings.HasPrefix(value, `"`) {
		return unescape(strings.TrimSuffix(value[1:], `"`))
	}
	var octets []byte
	for part := range strings.SplitSeq(value, ":") {
		if len(part) == 1 {
			part = "0" + part
		}
		one, err := hex.DecodeString(part)
		if err != nil || len(one) != 1 {
			return []byte(value)
		}
		octets = append(octets, one[0])
	}
	return octets
}

func unescape(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			out = append(out, s[i])
			continue
		}
		if i+3 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+4], 8, 8); err == nil {
				out, i = append(out, byte(n)), i+3
				continue
			}
		}
		i++
		out = append(out, s[i])
	}
	return out
}
