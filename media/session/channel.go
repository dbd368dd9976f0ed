package session

import (
	"net/netip"

	"offhook/media/ice/turn"
)

// channel is a way through a TURN server; number 0 is none.
type channel struct {
	server netip.AddrPort
	number uint16
}

func (s Spec) channel() channel { return channel{s.Relay, s.Channel} }

// unwrap takes a packet out of the channel in use: it is from who is at its other
// end. Whatever else came through the server is not ours but control's.
func (in *incoming) unwrap(raw []byte, from netip.AddrPort) (packet []byte, source netip.AddrPort, ours bool) {
	if in == nil || in.channel.number == 0 || from != in.channel.server {
		return raw, from, false
	}
	number, data, ok := turn.Unwrap(raw)
	if !ok || number != in.channel.number || isSTUN(data) || isChannel(data) {
		return raw, from, false
	}
	return data, *in.remote, true
}

// through sends by the channel, if there is one. It is not for each packet.
func (c channel) through(write func([]byte, netip.AddrPort) error) func([]byte, netip.AddrPort) error {
	if c.number == 0 {
		return write
	}
	return func(packet []byte, _ netip.AddrPort) error { return write(c.wrap(packet), c.server) }
}

func (c channel) wrap(packet []byte) []byte {
	out := make([]byte, turn.HeaderSize+len(packet))
	turn.PutHeader(out, c.number, len(packet))
	copy(out[turn.HeaderSize:], packet)
	return out
}
