package engine_test

import (
	"fmt"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/rtp"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/g711"
	"offhook/media/g722"
	"offhook/media/l16"
	"offhook/media/mediatest"
	"offhook/media/opus"
	"offhook/media/session"
)

// farEnd is a far end that keeps what it is sent.
type farEnd struct {
	*net.UDPConn
	taken uint64
}

// packets are what was sent since it was asked last.
func (f *farEnd) packets(t *testing.T, p *phone) (all []rtp.Packet) {
	t.Helper()
	if err := f.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	for ; f.taken < p.session.Stats().Sent; f.taken++ {
		buf := make([]byte, 2000)
		n, err := f.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		var packet rtp.Packet
		if err := packet.Unmarshal(buf[:n]); err != nil {
			t.Fatal(err)
		}
		all = append(all, packet)
	}
	return all
}

// The first packet leaves in the first step, and no sound leaves later for that:
// each packet in the step in which its last sample was captured, after pauses too.
func TestLead_first_packet_leaves_in_the_first_step(t *testing.T) {
	const ms = time.Millisecond
	for _, codec := range []media.Codec{g711.PCMU, g722.Rate64, l16.Narrow, opusCodec(t, opus.Config{})} {
		for _, period := range []time.Duration{5 * ms, 10 * ms, 20 * ms} {
			for _, ptime := range []time.Duration{10 * ms, 20 * ms, 30 * ms, 60 * ms} {
				format := codec.Formats()[0]
				if format.PTime = ptime; format.Encoding == "OPUS" {
					format.PTime = packable(ptime)
				}
				t.Run(fmt.Sprint(format.Encoding, period, ptime), func(t *testing.T) {
					leads(t, codec, format, period)
				})
			}
		}
	}
}

func leads(t *testing.T, codec media.Codec, format media.Format, period time.Duration) {
	conn, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	far, c := &farEnd{UDPConn: conn}, &clock{}
	p := newPhone(t, c, mediatest.Voice(48000, 5*time.Second, 1), options{rate: 48000, period: period, codecs: []media.Codec{codec}})
	p.Connect(engine.Patch{})
	spec := session.Spec{Remote: conn.LocalAddr().(*net.UDPAddr).AddrPort(), Mux: true, Direction: media.SendRecv,
		Send: format, Receive: []media.Format{format}}
	if err := p.UpdateStream(1, spec); err != nil {
		t.Fatal(err)
	}
	units := uint32(format.PTime * time.Duration(format.ClockRate) / time.Second)
	var now, ended time.Duration
	var last *rtp.Packet
	step := func() (sent int) {
		now += period
		c.now.Store(int64(now))
		if err := p.Step(); err != nil {
			t.Fatal(err)
		}
		for _, packet := range far.packets(t, p) {
			sent++
			if last == nil { // its last sample is of this step
				ended = now - period + min(period, format.PTime)
				last = &packet
				continue
			}
			passed := packet.Timestamp - last.Timestamp
			if passed < units || passed > units && !packet.Marker || packet.SequenceNumber != last.SequenceNumber+1 {
				t.Fatalf("after %v: timestamp %d follows %d (%d a packet), marker %v", now, packet.Timestamp, last.Timestamp, units, packet.Marker)
			}
			ended += time.Duration(passed) * time.Second / time.Duration(format.ClockRate)
			if now < ended || now >= ended+period {
				t.Fatalf("a packet that ended after %v left after %v", ended, now)
			}
			last = &packet
		}
		return sent
	}
	for _, pause := range []int{7, 0, 1, 2, 3, 25} { // periods
		fresh := last == nil
		p.Connect(engine.Patch{})
		for range pause {
			step()
		}
		p.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true})
		for i := range 31 {
			sent := step()
			if i == 0 && (fresh || pause == 25) && (sent == 0 || !last.Marker && period <= format.PTime) {
				t.Fatalf("%d packets in the first step after %d periods, marker %v", sent, pause, sent > 0 && last.Marker)
			}
			if most := max(1, int((period+format.PTime-1)/format.PTime)); sent > most {
				t.Errorf("%d packets in a step", sent)
			}
		}
	}
}

// during is a device on which something happens while a period is captured.
type during struct {
	*device
	happens func()
}

func (d *during) ReadPeriod(f []int16) error {
	d.happens()
	return d.device.ReadPeriod(f)
}

// What is connected while a period is captured is heard in it, and sent.
func TestConnect_while_a_period_is_captured(t *testing.T) {
	c := newCall(t, mediatest.Voice(rate, time.Second, 1), nil, options{period: 20 * time.Millisecond})
	c.a.Connect(engine.Patch{})
	c.run(100 * time.Millisecond)
	connect := func() { c.a.Connect(engine.Patch{Streams: []media.StreamID{1}, Mic: true}) }
	if err := c.a.Reopen(&during{c.a.device, connect}); err != nil {
		t.Fatal(err)
	}
	if err := c.a.Step(); err != nil {
		t.Fatal(err)
	}
	if sent := c.a.session.Stats().Sent; sent != 1 {
		t.Errorf("%d packets sent in the step of the connection", sent)
	}
}
