package pbx

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"strings"
	"time"

	"offhook/cmd/internal/lab/stream"
	"offhook/cmd/internal/lab/tune"
)

// A digit is this many packets of 20 ms, and as long a pause follows.
const digitPackets = 6

// RingAndPress calls a phone; whoever picks up hears a voice for a moment, and then
// these digits are pressed, as telephone-events (RFC 4733).
func (p *PBX) RingAndPress(extension, digits string) error {
	leave, err := p.command(extension)
	if err != nil {
		return err
	}
	defer leave()
	return p.originate(extension, "600", "Workbench", 0, func(c *call, l *leg) {
		voice := func() []int16 { return tune.Voice(time.Second, uint64(c.id)) }
		c.play(l, voice, false, func() { c.press(l, digits) })
	})
}

// press sends digits, each 120 ms.
func (c *call) press(l *leg, digits string) {
	events := l.sound.agreed.SendEvents
	if events.ClockRate == 0 {
		c.pbx.note("call", "call %d: %s takes no telephone-events", c.id, l.party)
		return
	}
	ctx, cancel := context.WithCancel(c.pbx.ctx)
	c.cleanup = append(c.cleanup, cancel)
	port := l.sound.port
	c.pbx.serving.Go(func() { sendDigits(ctx, port, events.PayloadType, uint32(events.ClockRate), digits) })
}

// sendDigits paces the packets: the end of an event is sent three times (RFC 4733
// §2.5.1.4).
func sendDigits(ctx context.Context, port *stream.Port, payloadType uint8, clock uint32, digits string) {
	const endBit, volume = 0x80, 10
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	frame := clock / 50
	packet := stream.Packet{PayloadType: payloadType, Sequence: uint16(rand.Uint32()), Timestamp: rand.Uint32(), SSRC: rand.Uint32()}
	for _, digit := range digits {
		code := strings.IndexRune("0123456789*#ABCD", digit)
		if code < 0 {
			continue
		}
		for i := range uint32(digitPackets + 2) {
			duration, flags := min(i+1, digitPackets)*frame, byte(volume)
			if i+1 >= digitPackets {
				flags |= endBit
			}
			packet.Marker = i == 0
			packet.Payload = binary.BigEndian.AppendUint16([]byte{byte(code), flags}, uint16(duration))
			port.Send(packet)
			packet.Sequence++
			if !tick(ctx, ticker) {
				return
			}
		}
		for range digitPackets {
			if !tick(ctx, ticker) {
				return
			}
		}
		packet.Timestamp += (2*digitPackets + 2) * frame
	}
}

func tick(ctx context.Context, t *time.Ticker) bool {
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
