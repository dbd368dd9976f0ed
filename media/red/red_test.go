package red

import (
	"bytes"
	"errors"
	"testing"

	"offhook/media"
)

// The example of RFC 2198 §4: DVI4 of 20 ms behind LPC of 20 ms before it.
func TestParse_example(t *testing.T) {
	payload := append([]byte{0x80 | 7, 160 >> 6, 160 << 2 & 0xff, 14, 5}, bytes.Repeat([]byte{7}, 14)...)
	payload = append(payload, bytes.Repeat([]byte{5}, 84)...)
	var p Packet
	if err := p.Parse(payload); err != nil {
		t.Fatal(err)
	}
	r := p.Redundant()
	if len(r) != 1 || r[0].PayloadType != 7 || r[0].Offset != 160 || !bytes.Equal(r[0].Payload, bytes.Repeat([]byte{7}, 14)) {
		t.Errorf("%+v", r)
	}
	if p.Primary.PayloadType != 5 || p.Primary.Offset != 0 || len(p.Primary.Payload) != 84 || p.Primary.Payload[0] != 5 {
		t.Errorf("%+v", p.Primary)
	}
}

func TestParse_malformed(t *testing.T) {
	many := bytes.Repeat([]byte{0x80, 0, 0, 0}, Most+1)
	for name, payload := range map[string][]byte{
		"empty":                    nil,
		"no primary header":        {0x80, 0, 0, 0},
		"cut header":               {0x80, 0, 0},
		"cut second header":        {0x80, 0, 0, 0, 0x80, 1},
		"block longer than packet": {0x80, 0, 0, 3, 0, 1, 2},
		"more blocks than anybody": append(many, 0),
	} {
		var p Packet
		if err := p.Parse(payload); !errors.Is(err, media.ErrPayload) {
			t.Errorf("%s: %v", name, err)
		}
		if len(p.Redundant()) != 0 {
			t.Errorf("%s: left %+v", name, p.Redundant())
		}
	}
	var p Packet
	if err := p.Parse([]byte{8}); err != nil || p.Primary.PayloadType != 8 || len(p.Primary.Payload) != 0 {
		t.Errorf("a primary block of nothing: %+v, %v", p.Primary, err)
	}
}

func TestHistory(t *testing.T) {
	var h History
	var p Packet
	dst := make([]byte, 1200)
	pack := func(ts uint32, sound string) []Block {
		t.Helper()
		n := h.Pack(dst, 8, ts, []byte(sound))
		if err := p.Parse(dst[:n]); err != nil {
			t.Fatal(err)
		}
		if string(p.Primary.Payload) != sound || p.Primary.PayloadType != 8 {
			t.Fatalf("%+v for %q", p.Primary, sound)
		}
		return p.Redundant()
	}
	if r := pack(0, "a"); len(r) != 0 {
		t.Errorf("repeats %+v before Keep", r)
	}
	h.Keep(2)
	pack(160, "b")
	pack(320, "c")
	r := pack(480, "d")
	if len(r) != 2 || string(r[0].Payload) != "b" || r[0].Offset != 320 || string(r[1].Payload) != "c" || r[1].Offset != 160 {
		t.Errorf("%+v", r)
	}
	h.Keep(1)
	if r := pack(640, "e"); len(r) != 1 || string(r[0].Payload) != "d" {
		t.Errorf("one generation: %+v", r)
	}
	h.Forget()
	if r := pack(800, "f"); len(r) != 0 {
		t.Errorf("after a silence: %+v", r)
	}
	if r := pack(800+maxOffset+1, "g"); len(r) != 0 { // more than the header can say
		t.Errorf("too old: %+v", r)
	}
	wrapped := uint32(1<<32 - 80)
	h.Forget()
	pack(wrapped, "h")
	if r := pack(wrapped+160, "i"); len(r) != 1 || r[0].Offset != 160 {
		t.Errorf("over the wrap: %+v", r)
	}
}

func TestHistory_room(t *testing.T) {
	var h History
	h.Keep(2)
	sound := make([]byte, 160)
	dst := make([]byte, 400)
	var p Packet
	for ts := range uint32(4) {
		n := h.Pack(dst, 0, ts*160, sound)
		if err := p.Parse(dst[:n]); err != nil || len(p.Redundant()) > 1 || ts > 0 && len(p.Redundant()) != 1 {
			t.Errorf("%d: %+v, %v", ts, p.Redundant(), err)
		}
	}
	if n := h.Pack(dst[:100], 0, 800, sound); n != 0 {
		t.Errorf("%d octets where there is no room", n)
	}
	long := make([]byte, maxLength+1)
	big := make([]byte, 2000)
	h.Pack(big, 0, 960, long)
	if n := h.Pack(big, 0, 1120, sound); n != 161 {
		t.Errorf("%d octets after sound that cannot be repeated", n)
	}
}

func TestAllocations(t *testing.T) {
	var h History
	h.Keep(2)
	var p Packet
	dst, sound, ts := make([]byte, 1200), make([]byte, 160), uint32(0)
	if n := testing.AllocsPerRun(100, func() {
		ts += 160
		if p.Parse(dst[:h.Pack(dst, 0, ts, sound)]) != nil {
			t.Fatal("not what was packed")
		}
	}); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte{0x87, 2, 0x80, 1, 5, 9, 9})
	f.Add([]byte{0x80, 0, 0, 0})
	f.Add([]byte{8})
	f.Fuzz(func(t *testing.T, payload []byte) {
		var p Packet
		if p.Parse(payload) != nil {
			return
		}
		size := 1 + len(p.Primary.Payload)
		for _, b := range p.Redundant() {
			size += header + len(b.Payload)
			if b.Offset > maxOffset || len(b.Payload) > maxLength || b.PayloadType > 127 {
				t.Fatalf("%+v", b)
			}
		}
		if size != len(payload) {
			t.Fatalf("%d octets of %d are in blocks", size, len(payload))
		}
	})
}
