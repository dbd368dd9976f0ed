package stream

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// reportInterval is between RTCP packets: below the 5 s of RFC 3550 §6.2, which
// allows a unicast session of this bandwidth a smaller minimum, so that a short
// call has a round-trip time too.
const reportInterval = 2 * time.Second

// sender is the state of the goroutine that sends. The stream that leaves has
// one SSRC for the whole call and no gap where the source changes, so that the
// SRTP index (RFC 3711 §3.3.1) goes on whatever the other leg does.
type sender struct {
	port    *Port
	params  Params
	cipher  cipher
	ssrc    uint32
	source  uint32 // SSRC of what is being passed on
	started bool
	offset  uint16 // added to the source's sequence number
	shift   uint32 // added to the source's timestamp
	last    uint16
	stamp   uint32 // timestamp of the last packet
	at      time.Time
	packets uint32
	octets  uint32
}

func (p *Port) send(ctx context.Context) {
	s := &sender{port: p, ssrc: rand.Uint32()}
	ticker := time.NewTicker(reportInterval)
	defer ticker.Stop()
	p.out.run(ctx, p.setOut, ticker.C, s.enter, s.leave, s.set, s.report)
}

func (s *sender) set(params Params) {
	next, err := s.cipher.with(params.Send)
	if err != nil {
		s.port.log.Error("the stream cannot be sent", "error", err)
		return
	}
	s.cipher, s.params = next, params
}

// enter numbers and protects a packet and gives it to the network.
func (s *sender) enter(p parcel) {
	if !s.params.Sends || s.port.remote.Load() == nil {
		return
	}
	s.follow(p.packet)
	header := rtp.Header{
		Version: 2, Marker: p.packet.Marker, PayloadType: p.packet.PayloadType, SSRC: s.ssrc,
		SequenceNumber: p.packet.Sequence + s.offset, Timestamp: p.packet.Timestamp + s.shift,
	}
	packet := rtp.Packet{Header: header, Payload: p.packet.Payload}
	plain, err := packet.Marshal()
	if err != nil {
		s.port.counts.discarded.Add(1)
		return
	}
	if s.packets == 0 || int16(header.SequenceNumber-s.last) > 0 {
		s.last, s.stamp, s.at = header.SequenceNumber, header.Timestamp, time.Now()
	}
	s.packets++
	s.octets += uint32(len(p.packet.Payload))
	s.dispatch(plain, false)
}

// follow joins a new source to the end of what was sent.
func (s *sender) follow(packet Packet) {
	if s.started && s.source == packet.SSRC {
		return
	}
	if !s.started {
		s.offset, s.shift = 0, 0
	} else {
		s.offset = s.last + 1 - packet.Sequence
		s.shift = s.stamp + uint32(time.Since(s.at).Seconds()*float64(s.params.Clock)) - packet.Timestamp
	}
	s.source, s.started = packet.SSRC, true
}

func (s *sender) dispatch(plain []byte, control bool) {
	data, err := s.cipher.protect(plain, control)
	if err != nil {
		s.port.counts.discarded.Add(1)
		return
	}
	if !control {
		s.port.counts.sent.Add(1)
	}
	if !s.port.out.post(parcel{data: data, control: control}, time.Now()) {
		s.port.counts.lostOut.Add(1)
	}
}

func (s *sender) leave(p parcel) {
	conn, to := s.port.rtp, s.port.remote.Load()
	if p.control {
		conn, to = s.port.rtcp, s.port.reports.Load()
	}
	if to == nil || !to.IsValid() {
		return
	}
	// A port that nobody listens on answers with an ICMP error: the phone has
	// gone or is not there yet, which signalling will tell.
	_, _ = conn.WriteToUDPAddrPort(p.data, *to)
}

// report sends SR and RR with the CNAME that RFC 3550 §6.1 demands.
func (s *sender) report() {
	now := time.Now()
	blocks := s.port.arrived.block(now)
	if s.packets == 0 && blocks == nil {
		return
	}
	var first rtcp.Packet = &rtcp.ReceiverReport{SSRC: s.ssrc, Reports: blocks}
	if s.packets > 0 {
		elapsed := uint32(now.Sub(s.at).Seconds() * float64(s.params.Clock))
		first = &rtcp.SenderReport{SSRC: s.ssrc, NTPTime: ntp(now), RTPTime: s.stamp + elapsed,
			PacketCount: s.packets, OctetCount: s.octets, Reports: blocks}
	}
	plain, err := rtcp.Marshal([]rtcp.Packet{first, &rtcp.SourceDescription{Chunks: []rtcp.SourceDescriptionChunk{{
		Source: s.ssrc, Items: []rtcp.SourceDescriptionItem{{Type: rtcp.SDESCNAME, Text: "pbx@workbench"}},
	}}}})
	if err != nil {
		return
	}
	s.dispatch(plain, true)
}

// ntp is a time as in RFC 5905: seconds since 1900 and a 32-bit fraction.
func ntp(t time.Time) uint64 {
	const since1900 = 2208988800
	return uint64(t.Unix()+since1900)<<32 | uint64(t.Nanosecond())<<32/1_000_000_000
}
