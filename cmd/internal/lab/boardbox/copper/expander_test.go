package copper

import (
	"slices"
	"testing"
)

// reg reads registers from one on.
func reg(e *Expander, at byte, n int) []byte {
	e.Write([]byte{at})
	p := make([]byte, n)
	e.Read(p)
	return p
}

func TestExpander_registers(t *testing.T) {
	e := NewExpander(nil)
	if got := reg(e, expIODIR, 3); !slices.Equal(got, []byte{0xff, 0xff, 0}) {
		t.Errorf("after power came: %x", got)
	}
	for _, step := range []struct {
		name string
		do   []byte
		from byte
		want []byte
	}{
		{"a pair, counting up", []byte{expGPPU, 0x0f, 0xf0}, expGPPU, []byte{0x0f, 0xf0}},
		{"pulled up reads high, floating low", nil, expGPIO, []byte{0x0f, 0xf0}},
		{"polarity inverts what is read", []byte{expIPOL, 0x01, 0}, expGPIO, []byte{0x0e, 0xf0}},
		{"the port writes the latch", []byte{expGPIO, 0xaa}, expOLAT, []byte{0xaa, 0}},
		{"an output reads its latch", []byte{expIODIR, 0x0f}, expGPIO, []byte{0xae, 0xf0}},
		{"in byte mode: the same pair again", []byte{expIOCON, bitSEQOP}, expIODIR, []byte{0x0f, 0xff, 0x0f}},
	} {
		if step.do != nil {
			e.Write(step.do)
		}
		if got := reg(e, step.from, len(step.want)); !slices.Equal(got, step.want) {
			t.Errorf("%s: %x, want %x", step.name, got, step.want)
		}
	}
	e.Write(nil)
}

func TestExpander_interrupt(t *testing.T) {
	low := false
	e := NewExpander(func(l bool) { low = l })
	e.Write([]byte{expIOCON, bitMirror})
	e.Write([]byte{expGPPU, 0, 0x81})
	e.Write([]byte{expGPINTEN, 0, 0x01})
	for _, step := range []struct {
		name   string
		do     func()
		pulled bool
	}{
		{"a line that nobody watches", func() { e.Ground(15, true) }, false},
		{"a watched line", func() { e.Ground(8, true) }, true},
		{"up again: still not read", func() { e.Ground(8, false) }, true},
		{"the other port is read", func() { reg(e, expGPIO, 1) }, true},
		{"its port is read", func() { reg(e, expGPIO+1, 1) }, false},
		{"down", func() { e.Ground(8, true) }, true},
		{"what was captured is read", func() {
			if got := reg(e, expINTCAP+1, 1)[0]; got != 0 {
				t.Errorf("captured %x", got)
			}
		}, false},
	} {
		if step.do(); low != step.pulled {
			t.Errorf("%s: pulled low is %v", step.name, low)
		}
	}
}

// A latch that is written after the direction shows its old level for a moment.
func TestExpander_drives(t *testing.T) {
	e := NewExpander(nil)
	e.Write([]byte{expIODIR, 0xfe})
	e.Write([]byte{expOLAT, 0x01})
	got := e.Drives(0)
	if len(got) != 2 || !got[0].Output || got[0].High || !got[1].High || !e.High(0) || !e.Driven(0) || e.Driven(1) || e.High(1) {
		t.Errorf("%+v", got)
	}
}
