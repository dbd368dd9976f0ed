package wiegand

import (
	"testing"
	"time"
)

// train is what a reader sends, bit by bit: a string of 0 and 1, "." being a
// millisecond more, "!" an edge that the kernel lost, "'" that it comes at once.
func train(from time.Duration, s string) (all []Edge) {
	at, seq := from, uint32(0)
	near := false
	for _, c := range s {
		switch c {
		case '.':
			at += time.Millisecond
		case '!':
			seq++
		case '\'':
			near = true
		default:
			step := 2 * time.Millisecond
			if near {
				step, near = 20*time.Microsecond, false
			}
			at += step
			seq++
			all = append(all, Edge{One: c == '1', At: at, Seq: seq})
		}
	}
	return all
}

const (
	// From readers' manuals: code D41B81, and 89D41B81.
	card26 = "1" + "110101000001" + "101110000001" + "0"
	card34 = "1" + "1000100111010100" + "0001101110000001" + "1"
	// The bit in the middle of 35 is in both halves.
	card37  = "1" + "00000000000000000" + "1" + "00000000000000001" + "1"
	silence = ".............................."
)

func TestDecoder(t *testing.T) {
	for _, c := range []struct {
		name, in string
		want     []Frame
		drops    Drops
	}{
		{"26 bits -> 24", card26, []Frame{{26, 0xd41b81}}, Drops{}},
		{"34 bits -> 32", card34, []Frame{{34, 0x89d41b81}}, Drops{}},
		{"37 bits -> 35", card37, []Frame{{37, 1<<17 | 1}}, Drops{}},
		{"two cards -> both", card26 + silence + card34, []Frame{{26, 0xd41b81}, {34, 0x89d41b81}}, Drops{}},
		{"first parity wrong -> dropped", "0" + card26[1:], nil, Drops{Parity: 1}},
		{"last parity wrong -> dropped", card26[:25] + "1", nil, Drops{Parity: 1}},
		{"34 bits, parity wrong -> dropped", card34[:33] + "0", nil, Drops{Parity: 1}},
		{"37 bits, the middle bit turned -> dropped", card37[:18] + "0" + card37[19:], nil, Drops{Parity: 1}},
		{"one bit short -> dropped", card26[:25], nil, Drops{Length: 1}},
		{"a key of a reader with keys -> dropped", "0101", nil, Drops{Length: 1}},
		{"too long -> dropped once", card37 + card37, nil, Drops{Length: 1}},
		{"all of a word's bits and more -> dropped once", card37 + card37 + card37, nil, Drops{Length: 1}},
		{"a pause in the middle -> two halves dropped", card26[:13] + silence + card26[13:], nil, Drops{Length: 2}},
		{"slow, but in time -> taken", card26[:13] + ".........." + card26[13:], []Frame{{26, 0xd41b81}}, Drops{}},
		{"a bounce -> dropped for noise", card26[:13] + "'" + card26[13:], nil, Drops{Noise: 1}},
		{"a bounce that made the length right -> dropped for noise", card26[:13] + "'1" + card26[14:], nil, Drops{Noise: 1}},
		{"an edge lost -> dropped", card34[:13] + "!" + card34[14:], nil, Drops{Lost: 1}},
		{"an edge lost of a longer frame of which a shorter remains -> dropped", "!" + "0" + "!" + card26, nil, Drops{Lost: 1}},
		{"noise, then a card -> the card", "1'1'1'1" + silence + card26, []Frame{{26, 0xd41b81}}, Drops{Noise: 1}},
		{"nothing -> nothing", "", nil, Drops{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := NewDecoder(Lengths(), 25*time.Millisecond)
			var got []Frame
			keep := func(f Frame, ok bool) {
				if ok {
					got = append(got, f)
				}
			}
			for _, e := range train(time.Hour, c.in) {
				keep(d.Step(e))
			}
			if d.Idle() != (c.in == "") {
				t.Errorf("idle: %v", d.Idle())
			}
			keep(d.End())
			keep(d.End())
			if len(got) != len(c.want) || d.Drops() != c.drops || !d.Idle() {
				t.Fatalf("%x, %+v, want %x, %+v", got, d.Drops(), c.want, c.drops)
			}
			for i := range got {
				if got[i] != c.want[i] {
					t.Errorf("%x, want %x", got[i], c.want[i])
				}
			}
		})
	}
}

func TestDecoder_a_length_that_is_not_wanted_is_dropped(t *testing.T) {
	d := NewDecoder([]int{34}, 25*time.Millisecond)
	for _, e := range train(0, card26) {
		d.Step(e)
	}
	if f, ok := d.End(); ok || d.Drops() != (Drops{Length: 1}) {
		t.Errorf("%x, %+v", f, d.Drops())
	}
}

// A frame of 34 bits that was ended after 26, as we were held up, is none; nor
// is what remains of it.
func TestDecoder_ended_too_early_the_rest_is_not_taken(t *testing.T) {
	d := NewDecoder(Lengths(), 25*time.Millisecond)
	for i, e := range train(0, "00000000"+card26) {
		if i == 8 {
			d.End()
		}
		if f, ok := d.Step(e); ok {
			t.Errorf("%x", f)
		}
	}
	if f, ok := d.End(); ok || d.Drops() != (Drops{Length: 1, Lost: 1}) {
		t.Errorf("%x, %+v", f, d.Drops())
	}
}

func TestDecoder_allocates_nothing(t *testing.T) {
	d := NewDecoder(Lengths(), 25*time.Millisecond)
	all := train(0, card34)
	if n := testing.AllocsPerRun(100, func() {
		for _, e := range all {
			d.Step(e)
		}
		d.End()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzDecoder(f *testing.F) {
	f.Add([]byte(card26))
	f.Add([]byte("10'1!.0"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d := NewDecoder(Lengths(), 25*time.Millisecond)
		edges, bits := 0, 0
		taken := func(f Frame, ok bool) {
			if !ok {
				return
			}
			if bits += f.Bits; f.Code >= 1<<(f.Bits-2) {
				t.Errorf("%x", f)
			}
		}
		at, seq := time.Duration(0), uint32(0)
		for _, b := range data { // the time, and whether one was lost, are the other bits
			at += time.Duration(b>>2) * 500 * time.Microsecond
			seq += 1 + uint32(b>>1&1)
			edges++
			taken(d.Step(Edge{One: b&1 == 1, At: at, Seq: seq}))
		}
		taken(d.End())
		if bits > edges {
			t.Errorf("%d bits of %d edges", bits, edges)
		}
	})
}
