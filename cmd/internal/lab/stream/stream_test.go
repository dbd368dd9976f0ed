package stream

import (
	"context"
	"encoding/binary"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"go.uber.org/goleak"

	"offhook/media/keying"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var quiet = slog.New(slog.DiscardHandler)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// pair opens two ports that send to each other.
func pair(t *testing.T, fates Fates, suite keying.Suite, onDigit func(Digit)) (a, b *Port) {
	t.Helper()
	open := func(in Fates, digit func(Digit)) *Port {
		p, err := Open(Config{Log: quiet, Host: "127.0.0.1", In: in, OnDigit: digit})
		must(t, err)
		t.Cleanup(func() { p.Close() })
		return p
	}
	a, b = open(nil, nil), open(fates, onDigit)
	var there, back keying.Crypto
	if suite != "" {
		var err error
		there, err = keying.Generate(1, suite)
		must(t, err)
		back, err = keying.Generate(1, suite)
		must(t, err)
	}
	configure(a, b, there, back)
	configure(b, a, back, there)
	return a, b
}

func configure(p, to *Port, send, receive keying.Crypto) {
	p.Configure(Params{
		Remote: to.Addr(), RemoteRTCP: next(to.Addr()), Send: send, Receive: receive, EventType: 101, Sends: true, Receives: true,
	})
}

func next(a netip.AddrPort) netip.AddrPort { return netip.AddrPortFrom(a.Addr(), a.Port()+1) }

func collect(p *Port) <-chan Packet {
	got := make(chan Packet, 1024)
	p.Feed(func(packet Packet) {
		packet.Payload = slices.Clone(packet.Payload)
		got <- packet
	})
	return got
}

func wait[T any](t *testing.T, from <-chan T) T {
	t.Helper()
	select {
	case v := <-from:
		return v
	case <-time.After(10 * time.Second):
		t.Fatal("nothing came")
		panic("unreachable")
	}
}

func TestPort_carries_sound_by_every_suite(t *testing.T) {
	for _, suite := range append(keying.Suites(), "") {
		t.Run(string(suite), func(t *testing.T) {
			a, b := pair(t, nil, suite, nil)
			got := collect(b)
			for i := range 5 {
				a.Send(Packet{Sequence: uint16(65534 + i), Timestamp: uint32(160 * i), SSRC: 9, Marker: i == 0, Payload: []byte{byte(i), 2, 3}})
			}
			for i := range 5 {
				p := wait(t, got)
				if p.Sequence != uint16(65534+i) || p.Payload[0] != byte(i) || p.Marker != (i == 0) || p.SSRC == 9 {
					t.Errorf("%+v", p)
				}
			}
		})
	}
}

func TestPort_a_new_source_goes_on_where_the_old_one_ended(t *testing.T) {
	a, b := pair(t, nil, keying.AES128GCM, nil)
	got := collect(b)
	a.Send(Packet{Sequence: 100, Timestamp: 8000, SSRC: 1, Payload: []byte{0}})
	first := wait(t, got)
	a.Send(Packet{Sequence: 50000, Timestamp: 1 << 31, SSRC: 2, Payload: []byte{0}})
	second := wait(t, got)
	if second.Sequence != first.Sequence+1 || second.SSRC != first.SSRC || second.Timestamp-first.Timestamp > 80000 {
		t.Errorf("%+v then %+v", first, second)
	}
}

func TestPort_what_is_not_authentic_is_discarded(t *testing.T) {
	a, b := pair(t, nil, keying.AES128GCM, nil)
	got := collect(b)
	stranger, err := net.Dial("udp", b.Addr().String())
	must(t, err)
	defer stranger.Close()
	forged := rtp.Packet{Header: rtp.Header{Version: 2, SSRC: 1}, Payload: make([]byte, 40)}
	raw, err := forged.Marshal()
	must(t, err)
	for _, data := range [][]byte{raw, {1}, {}, make([]byte, 200)} {
		_, err = stranger.Write(data)
		must(t, err)
	}
	a.Send(Packet{SSRC: 1, Payload: []byte{7}})
	if p := wait(t, got); p.Payload[0] != 7 {
		t.Errorf("%+v", p)
	}
	if s := b.Stats(); s.Discarded != 4 || s.Received != 1 {
		t.Errorf("%+v", s)
	}
}

func TestPort_the_network_loses_delays_and_doubles(t *testing.T) {
	fates := func(n uint64) []time.Duration {
		switch n {
		case 1:
			return nil
		case 2:
			return []time.Duration{30 * time.Millisecond}
		case 4:
			return []time.Duration{0, 0}
		}
		return []time.Duration{0}
	}
	a, b := pair(t, fates, "", nil)
	got := collect(b)
	for i := range 5 {
		a.Send(Packet{Sequence: uint16(i), SSRC: 1, Payload: []byte{byte(i)}})
	}
	var order []byte
	for range 5 {
		order = append(order, wait(t, got).Payload[0])
	}
	if !slices.Equal(order, []byte{0, 3, 4, 4, 2}) {
		t.Errorf("%v", order)
	}
	if s := b.Stats(); s.LostIn != 1 || s.Received != 5 {
		t.Errorf("%+v", s)
	}
}

func TestPort_reports_what_it_received(t *testing.T) {
	port, err := Open(Config{Log: quiet, Host: "127.0.0.1"})
	must(t, err)
	defer port.Close()
	sound, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	must(t, err)
	defer sound.Close()
	control, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	must(t, err)
	defer control.Close()
	port.Configure(Params{Remote: sound.LocalAddr().(*net.UDPAddr).AddrPort(), RemoteRTCP: control.LocalAddr().(*net.UDPAddr).AddrPort(), Sends: true, Receives: true})
	got := collect(port)
	for _, sequence := range []uint16{65534, 65535, 1} { // 0 is lost
		raw, err := (&rtp.Packet{Header: rtp.Header{Version: 2, SSRC: 77, SequenceNumber: sequence}, Payload: []byte{1}}).Marshal()
		must(t, err)
		_, err = sound.WriteToUDPAddrPort(raw, port.Addr())
		must(t, err)
		wait(t, got)
	}
	must(t, control.SetReadDeadline(time.Now().Add(10*time.Second)))
	buf := make([]byte, 1500)
	n, err := control.Read(buf)
	must(t, err)
	packets, err := rtcp.Unmarshal(buf[:n])
	must(t, err)
	report, ok := packets[0].(*rtcp.ReceiverReport)
	if !ok || len(report.Reports) != 1 {
		t.Fatalf("%v", packets)
	}
	if r := report.Reports[0]; r.SSRC != 77 || r.TotalLost != 1 || r.FractionLost != 64 || r.LastSequenceNumber != 1<<16+1 {
		t.Errorf("%+v", r)
	}
}

func TestEvents(t *testing.T) {
	type in struct {
		stamp   uint32
		payload []byte
	}
	event := func(stamp uint32, code byte, end bool, duration uint16) in {
		flags := byte(10)
		if end {
			flags |= 0x80
		}
		return in{stamp, binary.BigEndian.AppendUint16([]byte{code, flags}, duration)}
	}
	for _, row := range []struct {
		name string
		in   []in
		want string
	}{
		{"three ends: one digit", []in{event(1, 5, false, 160), event(1, 5, true, 800), event(1, 5, true, 800), event(1, 5, true, 800)}, "5"},
		{"the same digit twice", []in{event(1, 1, true, 800), event(2, 1, true, 800)}, "11"},
		{"ends lost: the next event tells", []in{event(1, 10, false, 160), event(9, 11, true, 400)}, "*#"},
		{"flash and other events: nothing", []in{event(1, 16, true, 160)}, ""},
		{"too short: nothing", []in{{1, []byte{1, 2}}}, ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			var e events
			got := ""
			for _, in := range row.in {
				if d, ok := e.take(in.stamp, in.payload, 8000); ok {
					got += string(d.Symbol)
				}
			}
			if d, ok := e.end(); ok {
				got += string(d.Symbol)
			}
			// An end that replaces an unreported event is told with the next packet or by end.
			if got != row.want {
				t.Errorf("%q, want %q", got, row.want)
			}
		})
	}
}

func TestPort_tells_digits(t *testing.T) {
	digits := make(chan Digit, 4)
	a, _ := pair(t, nil, keying.AES128CMSHA1_80, func(d Digit) { digits <- d })
	a.Send(Packet{PayloadType: 101, Sequence: 1, Timestamp: 5, SSRC: 1, Payload: []byte{9, 0x8a, 3, 32}})
	if d := wait(t, digits); d.Symbol != '9' || d.Duration != 100*time.Millisecond {
		t.Errorf("%+v", d)
	}
}

func TestClose_twice_and_with_work_waiting(t *testing.T) {
	a, b := pair(t, func(uint64) []time.Duration { return []time.Duration{time.Hour} }, "", nil)
	a.Send(Packet{Payload: []byte{1}})
	a.Close()
	must(t, a.Close())
	a.Send(Packet{Payload: []byte{1}})
	a.Configure(Params{})
	must(t, b.Close())
}

func FuzzReceive(f *testing.F) {
	f.Add([]byte{0x80, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 42}, false)
	f.Add([]byte{0x80, 101, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 5, 0x80, 0, 160}, false)
	f.Add([]byte{0x81, 200, 0, 1, 0, 0, 0, 1}, true)
	f.Fuzz(func(t *testing.T, data []byte, control bool) {
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		p := &Port{log: quiet, ctx: ctx}
		r := &receiver{port: p, params: Params{EventType: 101, Clock: 8000, Receives: true}}
		r.arrive(parcel{data: data, control: control})
		p.Stats()
		p.arrived.block(time.Now())
	})
}
