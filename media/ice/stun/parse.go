package stun

import (
	"bytes"
	"crypto/hmac"
	"encoding/binary"
	"hash/crc32"
	"net/netip"
)

// Is tells a STUN message by its first octet and its cookie (§5; RFC 7983 §7).
func Is(packet []byte) bool {
	return len(packet) >= headerSize && packet[0] < 4 && binary.BigEndian.Uint32(packet[4:]) == cookie
}

// mostAttributes of one message.
const mostAttributes = 64

// Parse reads a message; false when it is none, or its fingerprint is wrong. What
// stands behind its signature is not read: anybody may have put it there (§14.5).
func Parse(packet []byte) (*Message, bool) {
	if !Is(packet) {
		return nil, false
	}
	size := headerSize + int(binary.BigEndian.Uint16(packet[2:]))
	if size%4 != 0 || size > len(packet) {
		return nil, false
	}
	m := &Message{Type: Type(binary.BigEndian.Uint16(packet)), ID: ID(packet[8:headerSize]), Raw: bytes.Clone(packet[:size])}
	for at := headerSize; at < size; {
		if at+4 > size || len(m.list) == mostAttributes {
			return nil, false
		}
		a := attribute{kind: Attribute(binary.BigEndian.Uint16(m.Raw[at:]))}
		n := int(binary.BigEndian.Uint16(m.Raw[at+2:]))
		end := at + 4 + (n+3)&^3
		if end > size {
			return nil, false
		}
		a.value = m.Raw[at+4 : at+4+n]
		if a.kind == Fingerprint && (end != size || n != 4 || binary.BigEndian.Uint32(a.value) != crc32.ChecksumIEEE(m.Raw[:at])^crcMask) {
			return nil, false
		}
		if m.until == 0 || a.kind == Fingerprint {
			m.list = append(m.list, a)
		}
		if a.kind == MessageIntegrity && m.until == 0 {
			m.until = at
		}
		at = end
	}
	return m, true
}

// Get is the first attribute of a kind.
func (m *Message) Get(kind Attribute) ([]byte, bool) {
	for _, a := range m.list {
		if a.kind == kind {
			return a.value, true
		}
	}
	return nil, false
}

// Has tells whether there is one.
func (m *Message) Has(kind Attribute) bool {
	_, ok := m.Get(kind)
	return ok
}

// Text is an attribute as text, "" when there is none.
func (m *Message) Text(kind Attribute) string {
	value, _ := m.Get(kind)
	return string(value)
}

// Uint32 is an attribute of 32 bits.
func (m *Message) Uint32(kind Attribute) (uint32, bool) {
	value, _ := m.Get(kind)
	if len(value) != 4 {
		return 0, false
	}
	return binary.BigEndian.Uint32(value), true
}

// Uint64 is an attribute of 64 bits.
func (m *Message) Uint64(kind Attribute) (uint64, bool) {
	value, _ := m.Get(kind)
	if len(value) != 8 {
		return 0, false
	}
	return binary.BigEndian.Uint64(value), true
}

// Address is a masked address; invalid when there is none.
func (m *Message) Address(kind Attribute) netip.AddrPort {
	value, _ := m.Get(kind)
	if len(value) != 8 && len(value) != 20 {
		return netip.AddrPort{}
	}
	return plainAddress(m.masked(bytes.Clone(value)))
}

// Plain is an address as it is: AlternateServer is not masked (§14.15).
func (m *Message) Plain(kind Attribute) netip.AddrPort {
	value, _ := m.Get(kind)
	return plainAddress(value)
}

func plainAddress(value []byte) netip.AddrPort {
	if len(value) < 4 || value[1] == 1 != (len(value) == 8) || value[1] == 2 != (len(value) == 20) {
		return netip.AddrPort{}
	}
	addr, ok := netip.AddrFromSlice(value[4:])
	port := binary.BigEndian.Uint16(value[2:])
	if !ok || port == 0 {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(addr.Unmap(), port)
}

// Code is an error's code and reason; 0 when there is none.
func (m *Message) Code() (code int, reason string) {
	value, _ := m.Get(ErrorCode)
	if len(value) < 4 {
		return 0, ""
	}
	return int(value[2]&7)*100 + int(value[3]), string(value[4:])
}

// Verify tells whether a message is signed by a key. The signature is of what
// stands before it, with a length that ends behind it.
func (m *Message) Verify(key []byte) bool {
	sum, ok := m.Get(MessageIntegrity)
	if !ok || m.until == 0 {
		return false
	}
	head := [4]byte(m.Raw)
	binary.BigEndian.PutUint16(head[2:], uint16(m.until+4+20-headerSize))
	return hmac.Equal(sum, signature(key, head[:], m.Raw[4:m.until]))
}

// Strange are the attributes that must be understood and are none of these, as an
// error 420 lists them (§6.3.1, §14.9).
func (m *Message) Strange(known ...Attribute) []byte {
	var list []byte
next:
	for _, a := range m.list {
		for _, k := range known {
			if a.kind == k {
				continue next
			}
		}
		if a.kind.Required() {
			list = binary.BigEndian.AppendUint16(list, uint16(a.kind))
		}
	}
	return list
}
