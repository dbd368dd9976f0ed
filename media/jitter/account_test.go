package jitter

import (
	"cmp"
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"offhook/media"
)

// failer is a testing.T or a rapid.T.
type failer interface{ Fatalf(string, ...any) }

// ledger is a decoder that notes what it decodes. A payload is the number of the packet, the value
// of its samples, and how many there are, in units of 8.
type ledger struct {
	t       failer
	decoded map[uint32]bool
	samples int
	calls   int
}

const ledgerSize = 7

func ledgerPayload(number uint32, value int16, n int) []byte {
	p := binary.BigEndian.AppendUint32(nil, number)
	p = binary.BigEndian.AppendUint16(p, uint16(value))
	return append(p, byte(n/8))
}

func (l *ledger) Samples(p []byte) int { return int(p[6]) * 8 }

func (l *ledger) Decode(dst media.Frame, p []byte) (int, error) {
	l.calls++
	if len(p) != ledgerSize || p[6] == 0 || int(p[6])*8 > len(dst) {
		return 0, media.ErrPayload
	}
	number := binary.BigEndian.Uint32(p)
	if l.decoded[number] {
		l.t.Fatalf("packet %d is decoded twice", number)
	}
	l.decoded[number] = true
	n := int(p[6]) * 8
	for i := range n {
		dst[i] = int16(binary.BigEndian.Uint16(p[4:]))
	}
	l.samples += n
	return n, nil
}

// account is a buffer whose books are kept from outside.
type account struct {
	t     failer
	b     *Buffer
	l     *ledger
	now   time.Duration
	puts  uint64
	late  uint64 // counted in Get: decoded, but of no use any more
	got   int
	line  int
	arena int
}

func newAccount(t failer) *account {
	l := &ledger{t: t, decoded: map[uint32]bool{}}
	b := New(Config{Format: media.Format{Encoding: "LEDGER", ClockRate: 8000, SampleRate: 8000, Channels: 1, PTime: 20 * ms}, Decoder: l})
	return &account{t: t, b: b, l: l, line: cap(b.line), arena: cap(b.store.arena)}
}

func (a *account) put(p *Packet) {
	p.Arrival = a.now
	a.b.Put(p)
	a.puts++
	a.balance()
}

// get asks for n samples, and the next ones so much later.
func (a *account) get(n int) {
	f := make(media.Frame, n)
	started, before, calls := a.b.in.started, a.b.count, a.l.calls
	a.b.Get(f, a.now)
	a.now += span(int64(n), 8000)
	a.late += a.b.count.Late - before.Late
	if started {
		a.got += n
	}
	// Each packet that is held is decoded at most once, and what is held is bounded.
	if calls = a.l.calls - calls; calls > slotCount {
		a.t.Fatalf("%d packets decoded for %d samples", calls, n)
	}
	a.balance()
}

// balance: each packet is somewhere, and each sample.
func (a *account) balance() {
	c := a.b.Counters()
	held := uint64(0)
	for i := range a.b.store.slots {
		if p := &a.b.store.slots[i]; p.state == holding {
			held++
		}
	}
	played := uint64(len(a.l.decoded)) - a.late
	if sum := c.Duplicate + c.Late + c.Discarded + played + held; sum != a.puts {
		a.t.Fatalf("at %v: %d packets put; %d held, %d played, %+v", a.now, a.puts, held, played, c)
	}
	in := func(d time.Duration) int { return int(d * 8000 / time.Second) }
	made := in(c.Concealed) + in(c.Expanded) + in(c.Silent) + in(c.Recovered)
	if have, want := a.got+a.b.left(), a.l.samples+made-in(c.Accelerated)-in(c.Cut); have != want {
		a.t.Fatalf("at %v: %d samples got and left, %d decoded and made up; %+v", a.now, have, want, c)
	}
	if cap(a.b.line) != a.line || cap(a.b.store.arena) != a.arena {
		a.t.Fatalf("the buffer has grown")
	}
}

// sent is a packet on its way.
type sent struct {
	Packet
	at time.Duration
}

// talker is a sender, and a network, that do whatever they may.
func talker(t *rapid.T) (all []sent) {
	near := []uint32{0, 1, 1<<16 - 40, 1<<16 - 1, 1<<31 - 9000, 1 << 31, 1<<32 - 9000, 1<<32 - 1}
	seq := uint16(rapid.SampledFrom(near).Draw(t, "sequence"))
	ts := rapid.SampledFrom(near).Draw(t, "timestamp")
	ssrc, at, n := uint32(1), time.Duration(0), 160
	for k := range rapid.IntRange(20, 150).Draw(t, "packets") {
		p := sent{Packet: Packet{Sequence: seq, Timestamp: ts, SSRC: ssrc, Payload: ledgerPayload(uint32(k), int16(ts), n)}, at: at}
		copies := 1
		switch rapid.IntRange(0, 60).Draw(t, "what") {
		case 0, 1, 2:
			copies = 0
		case 3:
			copies = 2
		case 4, 5, 6, 7:
			p.at += time.Duration(rapid.IntRange(0, 200).Draw(t, "late")) * ms
		case 8: // DTX
			pause := rapid.IntRange(1, 90).Draw(t, "pause")
			ts += uint32(pause * 160)
			at += time.Duration(pause) * 20 * ms
		case 9: // silence, and the timestamps stand still
			at += time.Duration(rapid.IntRange(1, 60).Draw(t, "silence")) * 20 * ms
		case 10:
			ts += rapid.Uint32().Draw(t, "timestamp jumps by")
		case 11:
			seq += uint16(rapid.IntRange(1, 65535).Draw(t, "sequence jumps by"))
		case 12:
			ssrc, seq, ts = ssrc+1, uint16(rapid.SampledFrom(near).Draw(t, "new sequence")), rapid.SampledFrom(near).Draw(t, "new timestamp")
		case 13:
			n = rapid.SampledFrom([]int{80, 160, 240, 480}).Draw(t, "samples")
		case 14:
			p.Payload = []byte{1}
		case 15:
			at += time.Duration(rapid.IntRange(0, 40).Draw(t, "the sender is late")) * ms
		}
		for c := range copies {
			all = append(all, p)
			all[len(all)-1].at += time.Duration(7*c) * ms
		}
		seq, ts, at = seq+1, ts+uint32(n), at+span(int64(n), 8000)
	}
	slices.SortStableFunc(all, func(a, b sent) int { return cmp.Compare(a.at, b.at) })
	return all
}

// Whatever comes, each packet is played, held, late, a duplicate or discarded, and each sample that
// is heard was in a packet or is declared to be made up.
func TestBooks(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		a := newAccount(rt)
		all := talker(rt)
		n := rapid.SampledFrom([]int{40, 80, 160}).Draw(rt, "period")
		for len(all) > 0 {
			for len(all) > 0 && all[0].at <= a.now {
				a.put(&all[0].Packet)
				all = all[1:]
			}
			a.get(n)
		}
		for range 100 { // nothing is held for ever
			a.get(n)
		}
	})
}

// FuzzPut keeps the same books for packets of arbitrary headers.
func FuzzPut(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0, 0, 0, 0, 20, 1, 0, 1, 0, 0, 0, 160, 0, 20, 1})
	f.Add([]byte{255, 255, 255, 255, 255, 255, 0, 20, 2, 0, 0, 0, 0, 0, 159, 1, 20, 9, 0, 3, 0, 0, 9, 0, 0, 60, 3})
	f.Fuzz(func(t *testing.T, in []byte) {
		a := newAccount(t)
		for k := uint32(0); len(in) >= 9; k++ {
			op := in[:9]
			in = in[9:]
			a.put(&Packet{
				Sequence: binary.BigEndian.Uint16(op), Timestamp: binary.BigEndian.Uint32(op[2:]), SSRC: uint32(op[6] & 1),
				Payload: ledgerPayload(k, int16(binary.BigEndian.Uint16(op[4:])), int(op[7]%60)*8),
			})
			for range op[8] % 12 {
				a.get(40 + 40*int(op[8]>>6))
			}
		}
	})
}
