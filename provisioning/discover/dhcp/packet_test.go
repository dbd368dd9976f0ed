package dhcp

import (
	"encoding/binary"
	"net"
	"net/netip"
	"reflect"
	"strings"
	"testing"
)

var hardware = net.HardwareAddr{2, 0, 0x5e, 0x10, 0, 1}

// reply is an ACK as a server makes it.
func reply(id uint32, options ...string) []byte {
	raw := inform(id, netip.MustParseAddr("192.0.2.7"), hardware, nil, "")[:fixedPart+4]
	raw[0] = 2
	raw = append(raw, optionMessageType, 1, typeACK)
	for _, o := range options {
		raw = append(raw, o[0], byte(len(o)-1))
		raw = append(raw, o[1:]...)
	}
	return append(raw, optionEnd)
}

const fromServer = "\x36\xc0\x00\x02\x01" // option 54: 192.0.2.1

func TestParse(t *testing.T) {
	raw := reply(7, fromServer, "\xa0https://", "\x42host\x00", "\xa0p.example/", "\x2b\x01\x03abc")
	p, err := Parse(raw)
	if err != nil || !p.Reply || p.ID != 7 || p.Type() != typeACK || p.Hardware.String() != hardware.String() {
		t.Fatalf("%+v %v", p, err)
	}
	if got := p.Options.address(optionServer).String(); got != "192.0.2.1" {
		t.Errorf("server %s", got)
	}
	if got := p.Options.Text(160); got != "https://p.example/" {
		t.Errorf("parts are not joined (RFC 3396): %q", got)
	}
	if got := p.Options.Text(66); got != "host" {
		t.Errorf("66: %q", got)
	}

	raw = reply(7, "\x34\x03") // both fields hold options
	copy(raw[108:], "\x42\x03abc\xff")
	copy(raw[44:], "\x43\x02de\xff")
	if p, _ = Parse(raw); p.Options.Text(66) != "abc" || p.Options.Text(67) != "de" {
		t.Errorf("overloaded fields: %q", p.Options)
	}
	for name, raw := range map[string][]byte{"short": raw[:200], "no cookie": make([]byte, 300), "odd operation": append([]byte{9}, raw[1:]...)} {
		if _, err := Parse(raw); err != ErrPacket {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestInform(t *testing.T) {
	raw := inform(9, netip.MustParseAddr("192.0.2.7"), hardware, []byte{66, 160}, strings.Repeat("x", 300))
	p, err := Parse(raw)
	if err != nil || p.Reply || p.ID != 9 || p.Type() != typeInform || p.Client.String() != "192.0.2.7" || len(raw) < minimum {
		t.Fatalf("%+v %v", p, err)
	}
	if got := string(p.Options[optionParameters]); got != "\x42\xa0" {
		t.Errorf("asks for %q", got)
	}
	if len(p.Options[50]) != 0 || len(p.Options[51]) != 0 {
		t.Error("an INFORM asks for no address and no time (RFC 2131 table 5)")
	}
	if binary.BigEndian.Uint16(raw[10:]) != 0 {
		t.Error("it wants an answer to its address, not by broadcast")
	}
}

func TestVendorAddress(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"plain text", "https://p.example/x", "https://p.example/x"},
		{"text with an end", "host\x00", "host"},
		{"a URL in some sub-option", "\x01\x03abc\x03\x0bhttps://h/x", "https://h/x"},
		{"the URL of the lowest number", "\x09\x09https://b\x02\x09https://a", "https://a"},
		{"a host in 66", "\x01\x01\x02\x42\x04host", "host"},
		{"an address in 66", "\x42\x04\xc0\x00\x02\x09", "192.0.2.9"},
		{"nothing of use", "\x01\x03\x00\x01\x02", ""},
		{"cut short", "\x42\xf0ho", ""},
		{"nothing", "", ""},
	} {
		if got := vendorAddress([]byte(c.data)); got != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

func TestEnterpriseData(t *testing.T) {
	data := []byte("\x00\x00\x0d\xe9\x03abc\x00\x00\x7e\xd9\x02de\x00\x00\x7e\xd9\x01f\x00\x00\x7e\xd9\xffcut")
	if got := string(enterpriseData(data, 32473)); got != "def" {
		t.Errorf("%q", got)
	}
	if got := enterpriseData(data, 1); got != nil {
		t.Errorf("another enterprise: %q", got)
	}
}

func TestDomains(t *testing.T) {
	for _, c := range []struct {
		name, data string
		want       []string
	}{
		{"two names", "\x03sip\x07example\x00\x05other\x00", []string{"sip.example", "other"}},
		{"compressed", "\x07example\x00\x03sip\xc0\x00", []string{"example", "sip.example"}},
		{"a pointer to itself", "\x03sip\xc0\x04", nil},
		{"cut short", "\x03si", nil},
		{"no text", "\x03a\x00b\x00", nil},
		{"an end missing", "\x03sip", nil},
	} {
		if got := domains([]byte(c.data)); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(reply(7, fromServer, "\xa0https://p.example/", "\x8d\x03sip\x00"))
	f.Add(reply(7, "\x34\x03", "\x2b\x42\x01a", "\x7d\x00\x00\x7e\xd9\x03\x01\x01a"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := Parse(raw)
		if err != nil {
			return
		}
		for _, data := range p.Options {
			_, _, _, _ = hosts(data), vendorAddress(data), enterpriseData(data, 32473), vlanOf(data)
			if len(domains(data)) > 8 {
				t.Error("too many domains")
			}
		}
	})
}

func FuzzPayload(f *testing.F) {
	f.Add([]byte("\x45\x00\x00\x20\x00\x00\x00\x00\x40\x11\x00\x00\xc0\x00\x02\x01\xc0\x00\x02\x07\x00\x43\x00\x44\x00\x0c\x00\x00abcd"))
	f.Fuzz(func(_ *testing.T, ip []byte) { _ = payload(ip) })
}
