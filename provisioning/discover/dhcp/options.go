package dhcp

import (
	"encoding/binary"
	"net/netip"
	"strings"
	"unicode/utf8"
)

// Options of interest (RFC 2132, RFC 3925, RFC 6011; 132 by custom).
const (
	optionPad          = 0
	optionDomain       = 15
	optionVendor       = 43
	optionOverload     = 52
	optionMessageType  = 53
	optionServer       = 54
	optionParameters   = 55
	optionMaxSize      = 57
	optionVendorClass  = 60
	optionTFTPServer   = 66
	optionEnterprise   = 125
	optionVLAN         = 132
	optionConfigDomain = 141
	optionEnd          = 255
)

// Options are a message's, by their number. A number that came several times
// has its parts joined (RFC 3396 §7).
type Options map[byte][]byte

// readOptions reads a field of options. What is cut short ends it: some servers
// leave out the end.
func (o Options) read(field []byte) {
	for len(field) > 0 && field[0] != optionEnd {
		if field[0] == optionPad {
			field = field[1:]
			continue
		}
		if len(field) < 2 || len(field) < 2+int(field[1]) {
			return
		}
		end := 2 + int(field[1])
		o[field[0]] = append(o[field[0]], field[2:end]...)
		field = field[end:]
	}
}

// address is an option that holds one.
func (o Options) address(number byte) netip.Addr {
	if data := o[number]; len(data) == 4 {
		return netip.AddrFrom4([4]byte(data))
	}
	return netip.Addr{}
}

// Text is an option that holds text, "" when it does not.
func (o Options) Text(number byte) string {
	text := strings.TrimRight(string(o[number]), "\x00")
	if !printable(text) {
		return ""
	}
	return text
}

// printable tells text from numbers.
func printable(s string) bool {
	if s == "" || !utf8.ValidString(s) {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// hosts is text, or addresses where the option holds those: some servers write
// a host as four octets.
func hosts(data []byte) string {
	if text := strings.TrimRight(string(data), "\x00"); printable(text) {
		return text
	}
	if len(data) == 0 || len(data)%4 != 0 || len(data) > 32 {
		return ""
	}
	var all []string
	for ; len(data) > 0; data = data[4:] {
		all = append(all, netip.AddrFrom4([4]byte(data[:4])).String())
	}
	return strings.Join(all, " ")
}

// vendorAddress finds the place in vendor-specific data: plain text, or
// sub-options (RFC 2132 §8.4) of which one holds a URL, or a host in 66. No two
// vendors number them alike.
func vendorAddress(data []byte) string {
	if text := strings.TrimRight(string(data), "\x00"); printable(text) {
		return text
	}
	sub := Options{}
	sub.read(data)
	for number := 1; number < optionEnd; number++ {
		if text := sub.Text(byte(number)); strings.Contains(text, "://") {
			return text
		}
	}
	return hosts(sub[optionTFTPServer])
}

// enterpriseData is the part of an enterprise in option 125 (RFC 3925 §4).
func enterpriseData(data []byte, enterprise uint32) []byte {
	var out []byte
	for len(data) >= 5 && len(data) >= 5+int(data[4]) {
		end := 5 + int(data[4])
		if binary.BigEndian.Uint32(data) == enterprise {
			out = append(out, data[5:end]...)
		}
		data = data[end:]
	}
	return out
}

// domains are names in the form of DNS, one after the other, compressed within
// the option or not (RFC 6011 §2.3, RFC 1035 §4.1.4).
func domains(data []byte) []string {
	var all []string
	var labels []string
	for at, jumps, back := 0, 0, -1; at < len(data) && len(all) < 8; {
		switch length := int(data[at]); {
		case length == 0:
			if len(labels) > 0 {
				all = append(all, strings.Join(labels, "."))
			}
			labels, at = nil, at+1
			if back >= 0 {
				at, back = back, -1
			}
		case length >= 0xc0:
			if at+1 >= len(data) || jumps == 16 {
				return all
			}
			if back < 0 {
				back = at + 2
			}
			jumps++
			at = (length&0x3f)<<8 | int(data[at+1])
		case length > 63 || at+1+length > len(data) || len(labels) > 32:
			return all
		default:
			label := string(data[at+1 : at+1+length])
			if strings.ContainsFunc(label, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '.' }) {
				return all
			}
			labels, at = append(labels, label), at+1+length
		}
	}
	return all
}
