package ice

import (
	"encoding/binary"
	"net/netip"

	"github.com/pion/stun/v3"
)

// IsSTUN tells a STUN message by its first octet and cookie (RFC 7983 §7,
// RFC 8489 §5).
func IsSTUN(packet []byte) bool {
	return len(packet) >= 20 && packet[0] < 4 && binary.BigEndian.Uint32(packet[4:]) == 0x2112A442
}

// Decode reads a STUN message; false when it is none, or its fingerprint is wrong.
// What stands behind the message integrity is not read: anybody may have put it
// there (RFC 8489 §14.5).
func Decode(packet []byte) (*stun.Message, bool) {
	m := stun.NewWithOptions(stun.WithStrict(true))
	if !IsSTUN(packet) || stun.Decode(packet, m) != nil {
		return nil, false
	}
	if m.Contains(stun.AttrFingerprint) && stun.Fingerprint.Check(m) != nil {
		return nil, false
	}
	return m, true
}

// Address is a XORed address of a message; invalid when it has none.
func Address(m *stun.Message, attribute stun.AttrType) netip.AddrPort {
	var a stun.XORMappedAddress
	if a.GetFromAs(m, attribute) != nil {
		return netip.AddrPort{}
	}
	ip, ok := netip.AddrFromSlice(a.IP)
	if !ok || a.Port <= 0 || a.Port > 65535 {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(ip.Unmap(), uint16(a.Port))
}

// PutAddress adds a XORed address when a message is built.
func PutAddress(attribute stun.AttrType, a netip.AddrPort) stun.Setter {
	return setter(func(m *stun.Message) error {
		return stun.XORMappedAddress{IP: a.Addr().AsSlice(), Port: int(a.Port())}.AddToAs(m, attribute)
	})
}

// Put adds an attribute of these octets.
func Put(attribute stun.AttrType, value []byte) stun.Setter {
	return setter(func(m *stun.Message) error {
		m.Add(attribute, value)
		return nil
	})
}

func put32(attribute stun.AttrType, v uint32) stun.Setter {
	return Put(attribute, binary.BigEndian.AppendUint32(nil, v))
}

func put64(attribute stun.AttrType, v uint64) stun.Setter {
	return Put(attribute, binary.BigEndian.AppendUint64(nil, v))
}

func get32(m *stun.Message, attribute stun.AttrType) (uint32, bool) {
	b, err := m.Get(attribute)
	if err != nil || len(b) != 4 {
		return 0, false
	}
	return binary.BigEndian.Uint32(b), true
}

func get64(m *stun.Message, attribute stun.AttrType) (uint64, bool) {
	b, err := m.Get(attribute)
	if err != nil || len(b) != 8 {
		return 0, false
	}
	return binary.BigEndian.Uint64(b), true
}

type setter func(*stun.Message) error

func (s setter) AddTo(m *stun.Message) error { return s(m) }

// errorCode is what an error response says; 0 when it says nothing.
func errorCode(m *stun.Message) int {
	var e stun.ErrorCodeAttribute
	if e.GetFrom(m) != nil {
		return 0
	}
	return int(e.Code)
}
