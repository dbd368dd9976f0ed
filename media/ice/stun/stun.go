// Package stun reads and writes STUN messages (RFC 8489), as much of it as ICE and
// TURN need.
package stun

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"encoding/binary"
	"hash/crc32"
	"net/netip"
)

// Type is a message's method and class.
type Type uint16

// Classes, to be added to a method (§5). All methods here are below 16, so that no
// bits have to be moved.
const (
	Request    Type = 0x000
	Indication Type = 0x010
	Success    Type = 0x100
	Error      Type = 0x110
	classes    Type = 0x110
)

// Methods.
const (
	Binding     Type = 1
	Allocate    Type = 3
	Refresh     Type = 4
	Data        Type = 7
	ChannelBind Type = 9
)

// Method is what a message is about.
func (t Type) Method() Type { return t &^ classes }

// Class is what it is: Request, Indication, Success or Error.
func (t Type) Class() Type { return t & classes }

// Attribute is an attribute's type.
type Attribute uint16

// The attributes.
const (
	Username           Attribute = 0x0006
	MessageIntegrity   Attribute = 0x0008
	ErrorCode          Attribute = 0x0009
	UnknownAttributes  Attribute = 0x000a
	ChannelNumber      Attribute = 0x000c
	Lifetime           Attribute = 0x000d
	XORPeerAddress     Attribute = 0x0012
	DataOf             Attribute = 0x0013
	Realm              Attribute = 0x0014
	Nonce              Attribute = 0x0015
	XORRelayedAddress  Attribute = 0x0016
	RequestedFamily    Attribute = 0x0017
	RequestedTransport Attribute = 0x0019
	IntegritySHA256    Attribute = 0x001c
	XORMappedAddress   Attribute = 0x0020
	Priority           Attribute = 0x0024
	UseCandidate       Attribute = 0x0025
	AlternateServer    Attribute = 0x8023
	Fingerprint        Attribute = 0x8028
	ICEControlled      Attribute = 0x8029
	ICEControlling     Attribute = 0x802a
)

// Required tells that who does not know an attribute must not go on (§14).
func (a Attribute) Required() bool { return a < 0x8000 }

// ID is a transaction's.
type ID = [12]byte

const (
	headerSize = 20
	cookie     = 0x2112a442
	crcMask    = 0x5354554e // §14.7
)

// Message is one message.
type Message struct {
	Type  Type
	ID    ID
	Raw   []byte
	list  []attribute
	until int // of Raw, what integrity is about; 0: there is none
}

type attribute struct {
	kind  Attribute
	value []byte // of Raw
}

// New begins a message of a new transaction.
func New(t Type) *Message {
	var id ID
	_, _ = rand.Read(id[:]) // it does not fail
	return begin(t, id)
}

// Reply begins a message that answers another.
func (m *Message) Reply(class Type) *Message { return begin(m.Type.Method()|class, m.ID) }

func begin(t Type, id ID) *Message {
	m := &Message{Type: t, ID: id, Raw: make([]byte, headerSize, 128)}
	binary.BigEndian.PutUint16(m.Raw, uint16(t))
	binary.BigEndian.PutUint32(m.Raw[4:], cookie)
	copy(m.Raw[8:], id[:])
	return m
}

// Put adds an attribute.
func (m *Message) Put(kind Attribute, value []byte) *Message {
	m.Raw = binary.BigEndian.AppendUint16(m.Raw, uint16(kind))
	m.Raw = binary.BigEndian.AppendUint16(m.Raw, uint16(len(value)))
	m.Raw = append(m.Raw, value...)
	for len(m.Raw)%4 != 0 {
		m.Raw = append(m.Raw, 0)
	}
	m.length(len(m.Raw))
	return m
}

// length says in the header how long the message is, the header included.
func (m *Message) length(n int) { binary.BigEndian.PutUint16(m.Raw[2:], uint16(n-headerSize)) }

// PutText adds an attribute of text.
func (m *Message) PutText(kind Attribute, value string) *Message { return m.Put(kind, []byte(value)) }

// Put32 adds an attribute of 32 bits.
func (m *Message) Put32(kind Attribute, v uint32) *Message {
	return m.Put(kind, binary.BigEndian.AppendUint32(nil, v))
}

// Put64 adds an attribute of 64 bits.
func (m *Message) Put64(kind Attribute, v uint64) *Message {
	return m.Put(kind, binary.BigEndian.AppendUint64(nil, v))
}

// PutAddress adds an address, masked (§14.2).
func (m *Message) PutAddress(kind Attribute, a netip.AddrPort) *Message {
	family := byte(2)
	if a.Addr().Is4() {
		family = 1
	}
	value := binary.BigEndian.AppendUint16([]byte{0, family}, a.Port())
	return m.Put(kind, m.masked(append(value, a.Addr().AsSlice()...)))
}

// masked masks an address' attribute, or unmasks it, in place.
func (m *Message) masked(value []byte) []byte {
	mask := m.Raw[4:headerSize] // cookie and transaction
	for i := range value[2:4] {
		value[2+i] ^= mask[i]
	}
	for i := range value[4:] {
		value[4+i] ^= mask[i]
	}
	return value
}

// PutError adds an error's code (§14.8).
func (m *Message) PutError(code int) *Message {
	return m.Put(ErrorCode, []byte{0, 0, byte(code / 100), byte(code % 100)})
}

// ShortTerm is the key of a password (§9.1.1). ICE's are of ASCII.
func ShortTerm(password string) []byte { return []byte(password) }

// LongTerm is the key of a user (§9.2.2).
func LongTerm(user, realm, password string) []byte {
	sum := md5.Sum([]byte(user + ":" + realm + ":" + password))
	return sum[:]
}

// Sign adds a signature (§14.5).
func (m *Message) Sign(key []byte) *Message {
	at := len(m.Raw)
	m.length(at + 4 + sha1.Size)
	return m.Put(MessageIntegrity, signature(key, m.Raw[:at]))
}

func signature(key []byte, parts ...[]byte) []byte {
	h := hmac.New(sha1.New, key)
	for _, p := range parts {
		h.Write(p) // it does not fail
	}
	return h.Sum(nil)
}

// Seal adds the fingerprint, the last of all (§14.7), and is the message.
func (m *Message) Seal() []byte {
	at := len(m.Raw)
	m.length(at + 8)
	m.Put32(Fingerprint, crc32.ChecksumIEEE(m.Raw[:at])^crcMask)
	return m.Raw
}
