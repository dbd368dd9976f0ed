// Package red is redundant audio data (RFC 2198): packets that repeat the sound,
// or the telephone-events, of those before them.
//
// A Packet reads one, a History writes them. Both have one owner and allocate
// nothing.
package red

import (
	"fmt"

	"offhook/media"
)

// Most is how many blocks a packet may have besides the primary one. RFC 2198
// has no limit; nobody sends more.
const Most = 8

// Bounds of a redundant block's header (RFC 2198 §3).
const (
	maxOffset = 1<<14 - 1 // timestamp units
	maxLength = 1<<10 - 1 // octets
	header    = 4         // octets; the primary block's is 1
)

// Block is one encoding in a packet.
type Block struct {
	PayloadType uint8
	Offset      uint32 // timestamp units before the packet's timestamp; 0 of the primary
	Payload     []byte // within the packet
}

// Packet is what a payload holds.
type Packet struct {
	Primary Block
	blocks  [Most]Block
	n       int
}

// Redundant are the blocks besides the primary one, in their order: the oldest
// first, as a rule.
func (p *Packet) Redundant() []Block { return p.blocks[:p.n] }

// Parse reads a payload into p; the blocks point into it. An error leaves p empty.
func (p *Packet) Parse(payload []byte) error {
	p.n, p.Primary = 0, Block{}
	n := 0
	for at := payload; len(at) >= header && at[0]&0x80 != 0; at = at[header:] {
		n++
	}
	if n > Most || len(payload) <= n*header || payload[n*header]&0x80 != 0 {
		return fmt.Errorf("%w: redundant audio with a cut header, or more than %d blocks", media.ErrPayload, Most)
	}
	data := payload[n*header+1:]
	for i := range n {
		h := payload[i*header:]
		length := int(h[2]&3)<<8 | int(h[3])
		if length > len(data) {
			return fmt.Errorf("%w: a redundant block of %d octets where %d are left", media.ErrPayload, length, len(data))
		}
		p.blocks[i] = Block{PayloadType: h[0] & 0x7f, Offset: uint32(h[1])<<6 | uint32(h[2]>>2), Payload: data[:length:length]}
		data = data[length:]
	}
	p.n, p.Primary = n, Block{PayloadType: payload[n*header], Payload: data}
	return nil
}
