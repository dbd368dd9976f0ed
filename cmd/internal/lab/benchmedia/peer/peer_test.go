package peer

import (
	"bytes"
	"errors"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"
)

const (
	ms = time.Millisecond
	n  = 160 // samples of a packet
)

// flat is a trace of packets that arrive as they are sent; edit changes each.
func flat(t *testing.T, count int, edit func(i int, p *Packet)) *Trace {
	t.Helper()
	m, err := NewMark(n * count)
	if err != nil {
		t.Fatal(err)
	}
	tr := &Trace{PTime: 20 * ms, Mark: m}
	for i := range count {
		p := Packet{Sequence: uint16(i), Timestamp: uint32(n * i), Sent: time.Duration(i) * 20 * ms, Arrival: time.Duration(i) * 20 * ms}
		if edit != nil {
			edit(i, &p)
		}
		tr.Packets = append(tr.Packets, p)
	}
	return tr
}

// What comes back is coded twice: it stays what it is.
func TestMark(t *testing.T) {
	m, err := NewMark(20000)
	if err != nil {
		t.Fatal(err)
	}
	if len(m.place) != 20000-window+1 {
		t.Errorf("%d of %d places are known", len(m.place), 20000-window+1)
	}
	heard := bytes.Repeat([]byte{silent}, 300)
	copy(heard[50:], m.sound[7000:7100])
	for i, at := range m.Places(heard) {
		want := -1
		if i >= 50 && i < 150 {
			want = 6950 + i
		}
		if at != want {
			t.Fatalf("sample %d: at %d, is at %d", i, at, want)
		}
	}
}

func TestJudge(t *testing.T) {
	const lag = 30 * ms
	silence := func(n int) []byte { return bytes.Repeat([]byte{silent}, n) }
	for _, tt := range []struct {
		name             string
		trace            *Trace
		heard            func(s []byte) []byte
		damaged, stretch time.Duration
		last             time.Duration // delay at the end
	}{
		{"all of it", flat(t, 50, nil), func(s []byte) []byte { return s }, 0, 0, lag},
		{"a packet is silence", flat(t, 50, nil), func(s []byte) []byte { copy(s[10*n:], silence(n)); return s }, 20 * ms, 0, lag},
		{"waiting", flat(t, 50, nil), func(s []byte) []byte {
			return bytes.Join([][]byte{s[:10*n], silence(2 * n), s[10*n:]}, nil)
		}, 40 * ms, 0, lag + 40*ms},
		{"left out", flat(t, 50, nil), func(s []byte) []byte { return bytes.Join([][]byte{s[:10*n], s[12*n:]}, nil) }, 40 * ms, 0, lag - 40*ms},
		{"heard twice", flat(t, 50, nil), func(s []byte) []byte { return bytes.Join([][]byte{s[:10*n], s[9*n:]}, nil) }, 20 * ms, 0, lag + 20*ms},
		{"a pitch period less, blended", flat(t, 50, nil), func(s []byte) []byte {
			return bytes.Join([][]byte{s[:10*n], silence(40), s[10*n+104:]}, nil)
		}, 0, 13 * ms, lag - 8*ms},
		{"made up, and blended into what follows", flat(t, 50, nil), func(s []byte) []byte {
			copy(s[10*n:], silence(n+50))
			return s
		}, 20 * ms, 0, lag},
		{"a pause of the sender", flat(t, 50, func(i int, p *Packet) {
			if i >= 20 {
				p.Sent += 200 * ms
			}
			if i == 20 {
				p.Pause = 200 * ms
			}
		}), func(s []byte) []byte { return bytes.Join([][]byte{s[:20*n], silence(10 * n), s[20*n:]}, nil) }, 0, 0, lag},
	} {
		t.Run(tt.name, func(t *testing.T) {
			sound := bytes.Join([][]byte{silence(100), tt.heard(bytes.Clone(tt.trace.Mark.sound))}, nil)
			p := tt.trace.Judge(Heard{sound: sound, start: lag - span(100)})
			if p.Damaged != tt.damaged || p.Stretch != tt.stretch {
				t.Errorf("damaged %v, stretched %v; want %v and %v", p.Damaged, p.Stretch, tt.damaged, tt.stretch)
			}
			if last := p.Delays[len(p.Delays)-1]; last != tt.last || p.Sound < 990*ms {
				t.Errorf("delay %v, want %v; sound %v", last, tt.last, p.Sound)
			}
		})
	}
}

func TestJudgeNothing(t *testing.T) {
	if p := flat(t, 5, nil).Judge(Heard{sound: bytes.Repeat([]byte{silent}, 800)}); p.Sound != 0 || p.Damaged != 0 {
		t.Errorf("%+v", p)
	}
}

// A packet is put where its timestamp says; the promptest tells the time.
func TestReceive(t *testing.T) {
	l, err := openLine()
	if err != nil {
		t.Fatal(err)
	}
	from, err := openLine()
	if err != nil {
		t.Fatal(err)
	}
	from.remote = netip.AddrPortFrom(loopback, uint16(l.port()))
	tr := flat(t, 6, func(i int, p *Packet) {
		if i == 2 {
			p.Arrival = -1
		}
		p.Arrival = min(p.Arrival, 0) // all at once
	})
	back := make(chan Heard, 1)
	go func() { back <- l.receive(time.Now()) }()
	arrival, err := from.send(t.Context(), time.Now(), tr)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(l.conn.Close(), from.conn.Close()); err != nil {
		t.Fatal(err)
	}
	h := <-back
	if len(h.sound) != 6*n || !bytes.Equal(h.sound[:2*n], tr.Mark.sound[:2*n]) || !bytes.Equal(h.sound[3*n:], tr.Mark.sound[3*n:]) || h.sound[2*n] != silent {
		t.Errorf("%d samples came back", len(h.sound))
	}
	for i, a := range arrival {
		if (a < 0) != (i == 2) {
			t.Errorf("packet %d was sent at %v", i, a)
		}
	}
}

// answering is a program that answers calls by the replies given, each to one request.
func answering(t *testing.T, replies ...string) netip.AddrPort {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		raw := make([]byte, 4096)
		for _, reply := range replies {
			n, from, err := conn.ReadFromUDPAddrPort(raw)
			if err != nil {
				return
			}
			_, rest, _ := strings.Cut(string(raw[:n]), "CSeq: ")
			cseq, _, _ := strings.Cut(rest, "\r\n")
			_, _ = conn.WriteToUDPAddrPort([]byte(strings.ReplaceAll(reply, "{cseq}", cseq)), from)
		}
	}()
	t.Cleanup(func() { _ = conn.Close(); <-done })
	return conn.LocalAddr().(*net.UDPAddr).AddrPort()
}

func TestInvite(t *testing.T) {
	for name, tt := range map[string]struct {
		reply string
		port  uint16
		ok    bool
	}{
		"answered":          {"SIP/2.0 200 OK\r\nTo: <sip:x>;tag=abc\r\nCSeq: {cseq}\r\n\r\nm=audio 4711 RTP/AVP 8\r\n", 4711, true},
		"refused":           {"SIP/2.0 486 Busy Here\r\nCSeq: {cseq}\r\n\r\n", 0, false},
		"answered in vain":  {"SIP/2.0 200 OK\r\nCSeq: {cseq}\r\n\r\n", 0, false},
		"no port in answer": {"SIP/2.0 200 OK\r\nCSeq: {cseq}\r\n\r\nm=audio 99999 RTP/AVP 8\r\n", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			c, err := newCall(answering(t, tt.reply))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.conn.Close() }()
			at, err := c.invite(t.Context(), 1000, 20*ms)
			if (err == nil) != tt.ok || tt.ok && (at.Port() != tt.port || c.tag != "abc") {
				t.Errorf("%v, %v", at, err)
			}
		})
	}
}
