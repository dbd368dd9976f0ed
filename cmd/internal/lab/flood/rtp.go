package flood

import (
	"encoding/binary"
	"math/rand/v2"
)

// heard is the call's sound as somebody on the path sees it.
type heard struct {
	ssrc, timestamp uint32
	sequence        uint16
	payloadType     byte
}

const (
	rtpHeader  = 12 // octets (RFC 3550 §5.1)
	rtpPayload = 160
	srtpTag    = 10 // of the usual suite (RFC 4568 §6.2)
)

// parseRTP tells the fields of a packet; of RTCP (RFC 5761 §4) it says no.
func parseRTP(p []byte) (h heard, ok bool) {
	if len(p) < rtpHeader || p[0]>>6 != 2 || p[1] >= 192 && p[1] <= 223 {
		return h, false
	}
	return heard{payloadType: p[1] & 0x7f, sequence: binary.BigEndian.Uint16(p[2:]),
		timestamp: binary.BigEndian.Uint32(p[4:]), ssrc: binary.BigEndian.Uint32(p[8:])}, true
}

func rtp(ssrc uint32, sequence uint16, timestamp uint32) []byte {
	return heard{ssrc: ssrc, sequence: sequence, timestamp: timestamp, payloadType: 8}.packet()
}

// packet is one whose sound, and tag where it has one, is invented.
func (h heard) packet() []byte {
	p := make([]byte, rtpHeader+rtpPayload+srtpTag)
	p[0], p[1] = 2<<6, h.payloadType
	binary.BigEndian.PutUint16(p[2:], h.sequence)
	binary.BigEndian.PutUint32(p[4:], h.timestamp)
	binary.BigEndian.PutUint32(p[8:], h.ssrc)
	for at := rtpHeader; at+8 <= len(p); at += 8 {
		binary.LittleEndian.PutUint64(p[at:], rand.Uint64())
	}
	return p
}

// udp4 is an IPv4 packet with a UDP datagram in it, without a checksum of either:
// the kernel fills in the one, the other may be left out (RFC 768).
func udp4(from, to [4]byte, fromPort, toPort uint16, data []byte) []byte {
	const ip, udp = 20, 8
	p := make([]byte, ip+udp, ip+udp+len(data))
	p[0], p[8], p[9] = 4<<4|ip/4, 64, 17
	binary.BigEndian.PutUint16(p[2:], uint16(ip+udp+len(data)))
	copy(p[12:], from[:])
	copy(p[16:], to[:])
	binary.BigEndian.PutUint16(p[ip:], fromPort)
	binary.BigEndian.PutUint16(p[ip+2:], toPort)
	binary.BigEndian.PutUint16(p[ip+4:], uint16(udp+len(data)))
	return append(p, data...)
}

// parseUDP4 is its inverse.
func parseUDP4(p []byte) (from, to [4]byte, fromPort, toPort uint16, data []byte, ok bool) {
	if len(p) < 20 || p[0]>>4 != 4 || p[9] != 17 {
		return
	}
	head := int(p[0]&15) * 4
	if head < 20 || len(p) < head+8 {
		return
	}
	copy(from[:], p[12:])
	copy(to[:], p[16:])
	return from, to, binary.BigEndian.Uint16(p[head:]), binary.BigEndian.Uint16(p[head+2:]), p[head+8:], true
}
