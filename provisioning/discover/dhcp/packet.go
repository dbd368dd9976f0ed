package dhcp

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
)

// Message types (RFC 2132 §9.6).
const (
	typeACK    = 5
	typeInform = 8
)

const (
	fixedPart = 236 // octets before the cookie (RFC 2131 §2)
	cookie    = 0x63825363
	minimum   = 300 // octets; some relays and servers want a whole BOOTP message (RFC 1542 §2.1)
	maximum   = 1400
)

// ErrPacket says that a packet is no DHCP message.
var ErrPacket = errors.New("dhcp: not a DHCP message")

// Packet is what is used of a DHCP message (RFC 2131 §2).
type Packet struct {
	Reply    bool
	ID       uint32
	Client   netip.Addr // ciaddr
	Yours    netip.Addr // yiaddr
	Hardware net.HardwareAddr
	Options  Options
}

// Type is the message type, 0 for BOOTP.
func (p Packet) Type() byte {
	if t := p.Options[optionMessageType]; len(t) == 1 {
		return t[0]
	}
	return 0
}

// Parse reads a message.
func Parse(raw []byte) (Packet, error) {
	if len(raw) < fixedPart+4 || binary.BigEndian.Uint32(raw[fixedPart:]) != cookie {
		return Packet{}, ErrPacket
	}
	if raw[0] != 1 && raw[0] != 2 || raw[2] > 16 {
		return Packet{}, ErrPacket
	}
	p := Packet{
		Reply: raw[0] == 2, ID: binary.BigEndian.Uint32(raw[4:]),
		Client: netip.AddrFrom4([4]byte(raw[12:16])), Yours: netip.AddrFrom4([4]byte(raw[16:20])),
		Hardware: net.HardwareAddr(append([]byte(nil), raw[28:28+raw[2]]...)), Options: Options{},
	}
	p.Options.read(raw[fixedPart+4:])
	// The fields of names may hold options too, first file and then sname
	// (RFC 2131 §4.1).
	if o := p.Options[optionOverload]; len(o) == 1 {
		if o[0]&1 != 0 {
			p.Options.read(raw[108:236])
		}
		if o[0]&2 != 0 {
			p.Options.read(raw[44:108])
		}
	}
	return p, nil
}

// inform is a DHCPINFORM (RFC 2131 §4.4.3) that asks for the options.
func inform(id uint32, from netip.Addr, hardware net.HardwareAddr, wanted []byte, class string) []byte {
	raw := make([]byte, fixedPart, minimum)
	raw[0], raw[1], raw[2] = 1, 1, byte(min(len(hardware), 16)) // a request by Ethernet
	binary.BigEndian.PutUint32(raw[4:], id)
	address := from.As4()
	copy(raw[12:], address[:])
	copy(raw[28:44], hardware)
	raw = binary.BigEndian.AppendUint32(raw, cookie)
	option := func(number byte, data []byte) {
		raw = append(append(raw, number, byte(len(data))), data...)
	}
	option(optionMessageType, []byte{typeInform})
	option(optionMaxSize, binary.BigEndian.AppendUint16(nil, maximum))
	option(optionVendorClass, []byte(class[:min(len(class), 64)]))
	option(optionParameters, wanted[:min(len(wanted), 64)])
	raw = append(raw, optionEnd)
	return append(raw, make([]byte, max(0, minimum-len(raw)))...)
}
