package locate

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"golang.org/x/net/dns/dnsmessage"

	"offhook/ua"
)

// typeNAPTR is a type that dnsmessage does not know (RFC 3403 §4).
const typeNAPTR dnsmessage.Type = 35

// NAPTR is a record of RFC 3403 §4.1.
type NAPTR struct {
	Order, Preference      uint16
	Flags, Service, Regexp string
	Replacement            string // without the last dot; "" for the root
}

var errNAPTR = errors.New("locate: a NAPTR record that is cut short")

// ParseNAPTR reads RDATA: two numbers, three strings with their length before
// them, and a name that is never compressed (RFC 3403 §4.1).
func ParseNAPTR(data []byte) (NAPTR, error) {
	if len(data) < 4 {
		return NAPTR{}, errNAPTR
	}
	n := NAPTR{Order: uint16(data[0])<<8 | uint16(data[1]), Preference: uint16(data[2])<<8 | uint16(data[3])}
	data = data[4:]
	for _, field := range []*string{&n.Flags, &n.Service, &n.Regexp} {
		if len(data) == 0 || len(data) < 1+int(data[0]) {
			return NAPTR{}, errNAPTR
		}
		end := 1 + int(data[0])
		*field, data = string(data[1:end]), data[end:]
	}
	var labels []string
	for octets := 1; ; {
		if len(data) == 0 || data[0] > 63 || len(data) < 1+int(data[0]) {
			return NAPTR{}, errNAPTR
		}
		length := int(data[0])
		if length == 0 {
			if len(data) != 1 {
				return NAPTR{}, errNAPTR
			}
			n.Replacement = strings.Join(labels, ".")
			return n, nil
		}
		if octets += 1 + length; octets > 255 { // RFC 1035 §2.3.4
			return NAPTR{}, errNAPTR
		}
		labels, data = append(labels, string(data[1:1+length])), data[1+length:]
	}
}

// Pack writes RDATA.
func (n NAPTR) Pack() ([]byte, error) {
	data := []byte{byte(n.Order >> 8), byte(n.Order), byte(n.Preference >> 8), byte(n.Preference)}
	for _, field := range []string{n.Flags, n.Service, n.Regexp} {
		if len(field) > 255 {
			return nil, errNAPTR
		}
		data = append(append(data, byte(len(field))), field...)
	}
	if n.Replacement != "" {
		for label := range strings.SplitSeq(n.Replacement, ".") {
			if label == "" || len(label) > 63 {
				return nil, errNAPTR
			}
			data = append(append(data, byte(len(label))), label...)
		}
	}
	return append(data, 0), nil
}

// offer is a transport and the name under which SRV tells of it.
type offer struct {
	transport ua.Transport
	name      string
}

// offers are the services that will do, in the order of the domain's owner
// (RFC 3263 §4.1). A record with a regular expression is none for SIP, nor is
// one that leads elsewhere than to SRV.
func offers(records []NAPTR, allowed []ua.Transport) []offer {
	sorted := slices.Clone(records)
	sort(sorted, func(a, b NAPTR) int {
		return cmp.Or(cmp.Compare(a.Order, b.Order), cmp.Compare(a.Preference, b.Preference))
	})
	var out []offer
	for _, record := range sorted {
		if !strings.EqualFold(record.Flags, "s") || record.Regexp != "" || record.Replacement == "" {
			continue
		}
		one := offer{serviceTransport(record.Service), record.Replacement}
		if slices.Contains(allowed, one.transport) && !slices.Contains(out, one) {
			out = append(out, one)
		}
	}
	return out
}

// serviceTransport reads a service field (RFC 3263 §4.1); "" for what is not ours.
func serviceTransport(service string) ua.Transport {
	switch strings.ToUpper(service) {
	case "SIPS+D2T":
		return ua.TLS
	case "SIP+D2T":
		return ua.TCP
	case "SIP+D2U":
		return ua.UDP
	}
	return ""
}
