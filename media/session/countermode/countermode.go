// Package countermode is SRTP of RTP packets by AES in counter mode and HMAC-SHA1
// (RFC 3711 §4.1.1 and §4.2, RFC 6188 for longer keys).
//
// What is computed for a packet is the standard library's; around it is as little
// as can be, as a packet costs the slowest boards as much as its sound.
package countermode

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/subtle"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"slices"

	"github.com/pion/rtp"
)

// Errors of packets that are not protected as they should be, and of keys that may
// protect no more. They are common values: a flood of bad packets must not allocate.
var (
	ErrShort    = errors.New("countermode: a packet too short for SRTP")
	ErrLong     = errors.New("countermode: a packet too long for SRTP")
	ErrTag      = errors.New("countermode: a packet that is not authentic")
	ErrReplayed = errors.New("countermode: a packet that may have been received before")
	ErrMKI      = errors.New("countermode: a packet under another master key")
	ErrSources  = errors.New("countermode: more SSRCs under one key than anybody needs")
	ErrSpent    = errors.New("countermode: all packets that one key may protect were sent: the call needs a new key")
)

// Context is one direction under one master key. It has one owner, and does not
// allocate but for a new source.
type Context struct {
	block   cipher.Block
	salt    [14]byte
	mac     hash.Hash
	mki     []byte
	tagSize int

	sources   map[uint32]*source
	latest    *source // that a packet was of
	candidate source  // of which no packet was authentic yet

	counter [aes.BlockSize]byte
	stream  [(longest + aes.BlockSize) / aes.BlockSize * aes.BlockSize]byte
	roc     [4]byte
	tag     [sha1.Size]byte
}

const (
	// Window is how many packets back one may come late (RFC 3711 §3.3.2: at least 64).
	Window = 64

	longest     = 1500 // octets of a packet
	mostSources = 1024
	lastIndex   = 1<<48 - 1 // RFC 3711 §9.2
)

// The labels of session keys (RFC 3711 §4.3.2).
const (
	labelEncryption = iota
	labelAuthentication
	labelSalt
)

// New makes a Context of a master key of 16, 24 or 32 octets, its salt of 14, and the
// master key identifier behind each packet, if there is one. A tag of tagSize octets,
// 4 or 10, authenticates a packet.
func New(master, salt, mki []byte, tagSize int) (*Context, error) {
	prf, err := aes.NewCipher(master)
	if err != nil {
		return nil, err
	}
	if len(salt) != 14 || tagSize < 1 || tagSize > sha1.Size {
		return nil, fmt.Errorf("countermode: a salt of %d octets and a tag of %d: 14, and 4 or 10 are possible", len(salt), tagSize)
	}
	c := &Context{mki: bytes.Clone(mki), tagSize: tagSize, sources: map[uint32]*source{}}
	if c.block, err = aes.NewCipher(derive(prf, salt, labelEncryption, len(master))); err != nil {
		return nil, err
	}
	copy(c.salt[:], derive(prf, salt, labelSalt, len(c.salt)))
	c.mac = hmac.New(sha1.New, derive(prf, salt, labelAuthentication, sha1.Size))
	return c, nil
}

// derive makes a session key (RFC 3711 §4.3): a key derivation rate of 0 makes it
// the same for all packets.
func derive(prf cipher.Block, salt []byte, label byte, size int) []byte {
	var counter [aes.BlockSize]byte
	copy(counter[:], salt)
	counter[7] ^= label
	var key []byte
	for i := 0; len(key) < size; i++ {
		var block [aes.BlockSize]byte
		binary.BigEndian.PutUint16(counter[14:], uint16(i))
		prf.Encrypt(block[:], counter[:])
		key = append(key, block[:]...)
	}
	return key[:size]
}

// EncryptRTP protects a packet into dst, which must not overlap it. The header is
// read from the packet.
func (c *Context) EncryptRTP(dst, plain []byte, header *rtp.Header) ([]byte, error) {
	start, err := header.Unmarshal(plain)
	if err != nil {
		return nil, err
	}
	s, err := c.source(header.SSRC)
	if err != nil {
		return nil, err
	}
	index := s.index(header.SequenceNumber)
	if index > lastIndex {
		return nil, ErrSpent
	}
	dst = sized(dst, len(plain)+len(c.mki)+c.tagSize)
	copy(dst, plain[:start])
	if err := c.add(dst[start:], plain[start:], header.SSRC, index); err != nil {
		return nil, err
	}
	tag := c.authenticate(dst[:len(plain)], index)
	copy(dst[len(plain)+copy(dst[len(plain):], c.mki):], tag)
	c.keep(s, index)
	return dst, nil
}

// DecryptRTP authenticates a packet and unprotects it into dst, which must not
// overlap it, unless it may have been received before (§3.3.2).
func (c *Context) DecryptRTP(dst, packet []byte, header *rtp.Header) ([]byte, error) {
	start, err := header.Unmarshal(packet)
	if err != nil {
		return nil, err
	}
	end := len(packet) - c.tagSize - len(c.mki)
	if end < start {
		return nil, ErrShort
	}
	s, err := c.source(header.SSRC)
	if err != nil {
		return nil, err
	}
	index := s.index(header.SequenceNumber)
	if index > lastIndex || s.received(index) {
		return nil, ErrReplayed
	}
	if !bytes.Equal(packet[end:end+len(c.mki)], c.mki) {
		return nil, ErrMKI
	}
	if subtle.ConstantTimeCompare(packet[end+len(c.mki):], c.authenticate(packet[:end], index)) != 1 {
		return nil, ErrTag
	}
	dst = sized(dst, end)
	copy(dst, packet[:start])
	if err := c.add(dst[start:], packet[start:end], header.SSRC, index); err != nil {
		return nil, err
	}
	c.keep(s, index)
	return dst, nil
}

func sized(dst []byte, n int) []byte { return slices.Grow(dst[:0], n)[:n] }

// add adds the key stream of a packet (§4.1.1).
func (c *Context) add(dst, src []byte, ssrc uint32, index uint64) error {
	if len(src) > longest {
		return ErrLong
	}
	counter := &c.counter
	copy(counter[:], c.salt[:])
	counter[14] = 0
	for i := range 4 {
		counter[4+i] ^= byte(ssrc >> (24 - 8*i))
	}
	for i := range 6 {
		counter[8+i] ^= byte(index >> (40 - 8*i))
	}
	for at := 0; at < len(src); at += aes.BlockSize {
		counter[15] = byte(at / aes.BlockSize) // longest has less than 256 blocks
		c.block.Encrypt(c.stream[at:at+aes.BlockSize], counter[:])
	}
	subtle.XORBytes(dst, src, c.stream[:len(src)])
	return nil
}

// authenticate is the tag of a packet, valid until the next (§4.2).
func (c *Context) authenticate(packet []byte, index uint64) []byte {
	binary.BigEndian.PutUint32(c.roc[:], uint32(index>>16))
	c.mac.Reset()
	_, _ = c.mac.Write(packet)
	_, _ = c.mac.Write(c.roc[:])
	return c.mac.Sum(c.tag[:0])[:c.tagSize]
}

// source finds what is known of an SSRC; of a new one nothing is kept until a
// packet of it is authentic.
func (c *Context) source(ssrc uint32) (*source, error) {
	if c.latest != nil && c.latest.ssrc == ssrc {
		return c.latest, nil
	}
	if s := c.sources[ssrc]; s != nil {
		return s, nil
	}
	if len(c.sources) >= mostSources {
		return nil, ErrSources
	}
	c.candidate = source{ssrc: ssrc}
	return &c.candidate, nil
}

// keep notes a packet that was sent or received.
func (c *Context) keep(s *source, index uint64) {
	if s != c.latest {
		if s == &c.candidate {
			s = &source{ssrc: s.ssrc}
		}
		c.sources[s.ssrc], c.latest = s, s
	}
	s.note(index)
}

// ROC is the roll-over counter of an SSRC; false if there is none.
func (c *Context) ROC(ssrc uint32) (uint32, bool) {
	s := c.latest
	if s == nil || s.ssrc != ssrc {
		if s = c.sources[ssrc]; s == nil {
			return 0, false
		}
	}
	return uint32(s.highest >> 16), true
}

// SetROC has an SSRC begin with a roll-over counter.
func (c *Context) SetROC(ssrc, roc uint32) {
	s, err := c.source(ssrc)
	if err != nil {
		return
	}
	if s == &c.candidate {
		s = &source{}
		c.sources[ssrc] = s
	}
	*s = source{ssrc: ssrc, highest: uint64(roc) << 16}
}
