package stream

import (
	"context"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
)

// receiver is the state of the goroutine that receives.
type receiver struct {
	port   *Port
	params Params
	cipher cipher
	ssrc   uint32
	events events
}

func (p *Port) receive(ctx context.Context) {
	r := &receiver{port: p}
	enter := func(parcel parcel) {
		if !p.in.post(parcel, time.Now()) {
			p.counts.lostIn.Add(1)
		}
	}
	p.in.run(ctx, p.setIn, nil, enter, r.arrive, r.set, func() {})
}

func (r *receiver) set(params Params) {
	next, err := r.cipher.with(params.Receive)
	if err != nil {
		r.port.log.Error("the stream cannot be received", "error", err)
		return
	}
	r.cipher, r.params = next, params
}

func (r *receiver) arrive(p parcel) {
	plain, err := r.cipher.unprotect(p.data, p.control)
	if err != nil {
		r.discard(p, err)
		return
	}
	if p.control {
		r.report(plain, p)
		return
	}
	var packet rtp.Packet
	if err := packet.Unmarshal(plain); err != nil {
		r.discard(p, err)
		return
	}
	r.take(&packet, p)
}

func (r *receiver) discard(p parcel, err error) {
	r.port.counts.discarded.Add(1)
	r.port.log.Debug("a packet was discarded", "octets", len(p.data), "rtcp", p.control, "from", p.from.String(), "error", err)
}

func (r *receiver) take(packet *rtp.Packet, p parcel) {
	if r.port.counts.received.Load() == 0 || r.ssrc != packet.SSRC {
		r.ssrc = packet.SSRC
		// Symmetric RTP (RFC 4961): an authenticated packet tells the address.
		r.port.remote.Store(&p.from)
	}
	now := time.Now()
	r.port.counts.received.Add(1)
	r.port.arrived.note(packet, now, r.params.Clock)
	if !r.params.Receives {
		return
	}
	if packet.PayloadType == r.params.EventType && r.params.EventType != 0 {
		r.digits(r.events.take(packet.Timestamp, packet.Payload, r.params.Clock))
	} else {
		r.digits(r.events.end())
	}
	if sink := r.port.sink.Load(); sink != nil {
		(*sink)(Packet{
			PayloadType: packet.PayloadType, Marker: packet.Marker, Sequence: packet.SequenceNumber,
			Timestamp: packet.Timestamp, SSRC: packet.SSRC, Payload: packet.Payload,
		})
	}
}

func (r *receiver) digits(digit Digit, ended bool) {
	if ended && r.port.onDigit != nil {
		r.port.onDigit(digit)
	}
}

// report takes the sender's report for the round trip that we let the phone
// measure (RFC 3550 §6.4.1: LSR and DLSR).
func (r *receiver) report(plain []byte, p parcel) {
	packets, err := rtcp.Unmarshal(plain)
	if err != nil {
		r.discard(p, err)
		return
	}
	r.port.reports.Store(&p.from)
	for _, packet := range packets {
		if sender, ok := packet.(*rtcp.SenderReport); ok {
			r.port.arrived.sender(sender.NTPTime, time.Now())
		}
	}
	r.port.counts.reports.Add(1)
}
