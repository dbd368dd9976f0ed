package agent

import (
	"encoding/binary"
	"net/netip"
)

// The part of STUN (RFC 8489) that tells how a server sees us: a Binding request
// without attributes, and XOR-MAPPED-ADDRESS in its answer.
const (
	stunHeader       = 20 // type, length, cookie, transaction id
	stunCookie       = 0x2112a442
	stunRequest      = 0x0001
	stunSuccess      = 0x0101
	stunXORMapped    = 0x0020
	stunFamily4      = 1
	stunFamily6      = 2
	stunAttribute    = 4 // type, length
	stunAddressStart = 4 // of the address in XOR-MAPPED-ADDRESS: after family and port
)

type stunID = [12]byte

func bindingRequest(id stunID) []byte {
	out := binary.BigEndian.AppendUint16(nil, stunRequest)
	out = binary.BigEndian.AppendUint16(out, 0)
	out = binary.BigEndian.AppendUint32(out, stunCookie)
	return append(out, id[:]...)
}

// isSTUN tells a STUN message from a SIP one, whose first octet is a letter
// (RFC 5626 §8).
func isSTUN(raw []byte) bool {
	return len(raw) >= stunHeader && raw[0] < 4 && binary.BigEndian.Uint32(raw[4:]) == stunCookie
}

// readSTUN reads the answer to a Binding request.
func readSTUN(raw []byte) (id stunID, mapped netip.AddrPort, ok bool) {
	if !isSTUN(raw) || binary.BigEndian.Uint16(raw) != stunSuccess || int(binary.BigEndian.Uint16(raw[2:])) != len(raw)-stunHeader {
		return id, mapped, false
	}
	copy(id[:], raw[8:])
	for rest := raw[stunHeader:]; len(rest) >= stunAttribute; {
		length := int(binary.BigEndian.Uint16(rest[2:]))
		padded := stunAttribute + (length+3)&^3
		if padded > len(rest) {
			return id, mapped, false
		}
		if binary.BigEndian.Uint16(rest) == stunXORMapped {
			mapped, ok = readMapped(raw[4:stunHeader], rest[stunAttribute:stunAttribute+length])
			return id, mapped, ok
		}
		rest = rest[padded:]
	}
	return id, mapped, false
}

// readMapped undoes the XOR with cookie and transaction id (RFC 8489 §14.2).
func readMapped(mask, value []byte) (netip.AddrPort, bool) {
	size := 0
	if len(value) > stunAddressStart {
		size = map[byte]int{stunFamily4: 4, stunFamily6: 16}[value[1]]
	}
	if size == 0 || len(value) != stunAddressStart+size {
		return netip.AddrPort{}, false
	}
	octets := make([]byte, size)
	for i := range octets {
		octets[i] = value[stunAddressStart+i] ^ mask[i]
	}
	address, _ := netip.AddrFromSlice(octets)
	port := binary.BigEndian.Uint16(value[2:]) ^ uint16(stunCookie>>16)
	return netip.AddrPortFrom(address.Unmap(), port), port > 0
}
