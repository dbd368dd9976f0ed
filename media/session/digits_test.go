package session

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"offhook/media/tone"
)

// packet is a telephone-event packet, or one of sound.
type packet struct {
	timestamp uint32
	event     *tone.Event
}

// dialling is what a far end sends that presses keys as RFC 4733 §2.5.1 has it:
// in packets of 160 units, long ones in segments, three times the end.
func dialling(start uint32, presses []pressed) []packet {
	var out []packet
	at := start
	for _, p := range presses {
		left := p.units
		for left > fullSegment {
			for sent := uint32(0); sent < fullSegment; {
				sent = min(sent+8000, fullSegment)
				out = append(out, packet{at, &tone.Event{Code: p.code, Duration: uint16(sent)}})
			}
			at, left = at+fullSegment, left-fullSegment
		}
		for sent := uint32(160); sent < left; sent += 160 {
			out = append(out, packet{at, &tone.Event{Code: p.code, Duration: uint16(sent)}})
		}
		for range 3 {
			out = append(out, packet{at, &tone.Event{Code: p.code, End: true, Duration: uint16(left)}})
		}
		at += left + 400
		out = append(out, packet{at, nil}, packet{at + 160, nil})
		at += 320
	}
	return out
}

func hear(packets []packet) (all []pressed) {
	var d digits
	for _, p := range packets {
		var ended pressedNow
		if p.event != nil {
			ended = d.event(p.timestamp, *p.event)
		} else {
			ended = d.sound(p.timestamp)
		}
		all = append(all, ended.events[:ended.n]...)
	}
	return all
}

// Whatever is lost, doubled or comes late: an event of which anything comes is
// told once, and nothing else is.
func TestDigits_told_once_whatever_the_network_does(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var presses []pressed
		for range rapid.IntRange(1, 6).Draw(t, "presses") {
			units := rapid.Uint32Range(200, 3000).Draw(t, "units")
			if rapid.IntRange(0, 9).Draw(t, "long") == 0 {
				units = rapid.Uint32Range(70000, 200000).Draw(t, "long units")
			}
			presses = append(presses, pressed{rapid.Uint8Range(0, 16).Draw(t, "code"), units})
		}
		sent := dialling(rapid.Uint32().Draw(t, "start"), presses)
		if got := hear(sent); !slices.Equal(got, presses) {
			t.Fatalf("nothing lost: %v became %v", presses, got)
		}
		var came []packet
		for i, p := range sent {
			p := p
			last := i+1 == len(sent) || p.event == nil
			if !last && rapid.IntRange(0, 3).Draw(t, "lost") == 0 && p.event.Duration != fullSegment {
				continue
			}
			came = append(came, p)
			if p.event != nil && rapid.IntRange(0, 5).Draw(t, "doubled") == 0 {
				came = append(came, p)
			}
		}
		for i := 1; i < len(came); i++ {
			a, b := came[i-1], came[i]
			if a.event != nil && b.event != nil && a.timestamp == b.timestamp && rapid.IntRange(0, 5).Draw(t, "swapped") == 0 {
				came[i-1], came[i] = b, a
			}
		}
		var want []uint8
		at := map[uint32]bool{}
		for _, p := range came {
			at[p.timestamp] = at[p.timestamp] || p.event != nil
		}
		for i, code := range codes(presses) {
			if anything(sent, presses, i, at) {
				want = append(want, code)
			}
		}
		if got := codes(hear(came)); !slices.Equal(got, want) {
			t.Fatalf("%v was told as %v", want, got)
		}
	})
}

func codes(presses []pressed) (out []uint8) {
	for _, p := range presses {
		out = append(out, p.code)
	}
	return out
}

// anything tells whether a packet of a press came: the timestamps of its
// segments are those between the sound before and the sound after it.
func anything(sent []packet, presses []pressed, press int, came map[uint32]bool) bool {
	n := 0
	for i, p := range sent {
		if p.event == nil {
			if i > 0 && sent[i-1].event != nil {
				n++
			}
			continue
		}
		if n == press && came[p.timestamp] {
			return true
		}
	}
	return false
}

func TestDigits(t *testing.T) {
	event := func(at uint32, code uint8, duration uint16, end bool) packet {
		return packet{at, &tone.Event{Code: code, Duration: duration, End: end}}
	}
	sound := func(at uint32) packet { return packet{at, nil} }
	for name, c := range map[string]struct {
		packets []packet
		want    []pressed
	}{
		"only an end packet -> told":                   {[]packet{event(0, 5, 800, true)}, []pressed{{5, 800}}},
		"three end packets -> told once":               {[]packet{event(0, 5, 800, true), event(0, 5, 800, true), event(0, 5, 800, true)}, []pressed{{5, 800}}},
		"no end packet, sound -> told":                 {[]packet{event(0, 5, 320, false), sound(800)}, []pressed{{5, 320}}},
		"no end packet, late sound -> not yet":         {[]packet{event(800, 5, 320, false), sound(640)}, nil},
		"no end packet, another key's end -> both":     {[]packet{event(0, 5, 320, false), event(800, 6, 480, true)}, []pressed{{5, 320}, {6, 480}}},
		"no end packet, the same key again -> both":    {[]packet{event(0, 5, 320, false), event(800, 5, 480, true)}, []pressed{{5, 320}, {5, 480}}},
		"an end packet after the next key -> late":     {[]packet{event(0, 5, 320, true), event(800, 6, 160, false), event(0, 5, 320, true), event(800, 6, 320, true)}, []pressed{{5, 320}, {6, 320}}},
		"updates out of order -> the longest":          {[]packet{event(0, 5, 480, false), event(0, 5, 320, false), sound(600)}, []pressed{{5, 480}}},
		"held longer than a packet says -> one key":    {[]packet{event(0, 5, 0xFFFF, false), event(0xFFFF, 5, 1000, true)}, []pressed{{5, 0xFFFF + 1000}}},
		"a segment's last packet lost -> one key":      {[]packet{event(0, 5, 0xFF00, false), event(0xFFFF, 5, 1000, true)}, []pressed{{5, 0xFFFF + 1000}}},
		"the timestamp wraps -> told":                  {[]packet{event(0xFFFFFF00, 5, 320, true), event(800, 6, 320, true)}, []pressed{{5, 320}, {6, 320}}},
		"half a clock's turn of sound between -> told": {[]packet{event(0, 5, 320, true), sound(1<<30 + 5), sound(1<<31 + 5), event(1<<31+9, 6, 320, true)}, []pressed{{5, 320}, {6, 320}}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := hear(c.packets); !slices.Equal(got, c.want) {
				t.Errorf("told %v, not %v", got, c.want)
			}
		})
	}
}
