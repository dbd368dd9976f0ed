package peer

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"time"
)

const (
	header = 12 // of RTP without extensions (RFC 3550 §5.1)
	pcma   = 8  // RFC 3551 §6
	settle = 300 * time.Millisecond
	linger = 500 * time.Millisecond
)

// line is a socket of RTP.
type line struct {
	conn   *net.UDPConn
	remote netip.AddrPort
}

func openLine() (*line, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	return &line{conn: conn}, nil
}

func (l *line) port() int { return l.conn.LocalAddr().(*net.UDPAddr).Port }

// send sends the packets in their time, which begins at zero. It returns when each was sent
// indeed; below 0: never.
func (l *line) send(ctx context.Context, zero time.Time, t *Trace) (arrival []time.Duration, err error) {
	n := t.samples()
	raw := make([]byte, header+n)
	for _, p := range t.Packets {
		arrival = append(arrival, min(p.Arrival, -1))
	}
	defer hurry()()
	start := monotonic() + time.Until(zero)
	for _, i := range t.order() {
		p := &t.Packets[i]
		sleepUntil(start + p.Arrival)
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		arrival[i] = monotonic() - start
		raw[0], raw[1] = 2<<6, pcma
		if p.Marker {
			raw[1] |= 1 << 7
		}
		binary.BigEndian.PutUint16(raw[2:], p.Sequence)
		binary.BigEndian.PutUint32(raw[4:], p.Timestamp)
		binary.BigEndian.PutUint32(raw[8:], p.SSRC)
		copy(raw[header:], t.Mark.Cut(i, n))
		if _, err = l.conn.WriteToUDPAddrPort(raw, l.remote); err != nil {
			return nil, err
		}
	}
	return arrival, sleep(ctx, linger)
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// receive collects what comes back, until the socket is closed. A packet is sent as soon as
// its sound was played: the promptest tells when.
func (l *line) receive(zero time.Time) (h Heard) {
	raw := make([]byte, 2048)
	var first uint32
	for {
		size, _, err := l.conn.ReadFromUDPAddrPort(raw)
		if err != nil {
			return h
		}
		now := time.Since(zero)
		if size <= header || raw[0] != 2<<6 || raw[1]&0x7f != pcma {
			continue
		}
		ts := binary.BigEndian.Uint32(raw[4:])
		if len(h.sound) == 0 {
			first, h.start = ts, now
		}
		at := int(int32(ts - first))
		if at < 0 || at > 1<<24 {
			continue
		}
		for len(h.sound) < at+size-header {
			h.sound = append(h.sound, silent)
		}
		copy(h.sound[at:], raw[header:size])
		h.start = min(h.start, now-span(at))
	}
}
