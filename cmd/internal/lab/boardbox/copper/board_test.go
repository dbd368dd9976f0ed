package copper

import (
	"slices"
	"testing"
)

func newBoard(t *testing.T) *Board {
	t.Helper()
	b, err := New(Wiring{Lines: []string{"R0", "R1", "C0", "C1", "HOOK", "RELAY"}, Rows: []string{"R0", "R1"}, Cols: []string{"C0", "C1"}, Low: []string{"RELAY"}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// ask does a request as the guest does: kind, line, value; it returns the answer.
func ask(b *Board, kind, line uint16, value uint32) []byte {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.request(le.AppendUint32(le.AppendUint16(le.AppendUint16(nil, kind), line), value))
}

func drive(b *Board, line uint16, value uint32) {
	ask(b, setValue, line, value)
	ask(b, setDirection, line, directionOut)
}

func TestBoard_matrix(t *testing.T) {
	b := newBoard(t)
	drive(b, 2, 0) // the first column
	ask(b, setDirection, 3, 2)
	rows := func() [2]byte { return [2]byte{ask(b, getValue, 0, 0)[1], ask(b, getValue, 1, 0)[1]} }
	for _, step := range []struct {
		name     string
		row, col int
		down     bool
		want     [2]byte
	}{
		{"other column: nothing", 0, 1, true, [2]byte{1, 1}},
		{"key: its row is low", 0, 0, true, [2]byte{0, 1}},
		{"third corner: the fourth key's ghost", 1, 1, true, [2]byte{0, 0}},
		{"one corner up: no ghost", 0, 1, false, [2]byte{0, 1}},
		{"key up: at rest", 0, 0, false, [2]byte{1, 1}},
	} {
		b.Press(step.row, step.col, step.down)
		if got := rows(); got != step.want {
			t.Errorf("%s: rows %v", step.name, got)
		}
	}
}

// told is an interrupt's buffer.
type told struct{ answers [][]byte }

func (c *told) Answer(data ...byte) { c.answers = append(c.answers, data) }

func arm(b *Board, line uint16) *told {
	c := &told{}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.arm(le.AppendUint16(nil, line), c)
	return c
}

func TestBoard_interrupts(t *testing.T) {
	b := newBoard(t)
	if c := arm(b, 4); len(c.answers) != 1 || c.answers[0][0] != eventInvalid {
		t.Errorf("without a trigger: %v", c.answers)
	}
	ask(b, setTrigger, 4, edgeFalling)
	c := arm(b, 4)
	b.Set("HOOK", false)
	if len(c.answers) != 1 || c.answers[0][0] != eventValid {
		t.Errorf("falling edge: %v", c.answers)
	}
	b.Set("HOOK", true)
	b.Set("HOOK", false) // an edge while none is armed
	if c := arm(b, 4); len(c.answers) != 1 {
		t.Error("an edge was forgotten")
	}
	c = arm(b, 4)
	b.Set("HOOK", true)
	if len(c.answers) != 0 {
		t.Error("a rising edge was told")
	}
	ask(b, setTrigger, 4, 0)
	if len(c.answers) != 1 || c.answers[0][0] != eventInvalid {
		t.Error("the buffer does not come back")
	}
}

func TestBoard_history(t *testing.T) {
	b := newBoard(t)
	ask(b, setValue, 5, 0)
	ask(b, setDirection, 5, directionOut)
	if len(b.History("RELAY")) != 0 || !b.Driven("RELAY") {
		t.Error("a relay at rest moved")
	}
	ask(b, setValue, 5, 1)
	GPIO := b.GPIO()
	GPIO.Reset() // the guest is gone: the pull lets the relay go
	got := b.History("RELAY")
	if len(got) != 2 || !got[0].High || !got[0].Driven || got[1].High || got[1].Driven || b.High("RELAY") {
		t.Errorf("%+v", got)
	}
}

// A pulse of one request, undone by the next, is seen, and so is a request that
// changes nothing.
func TestBoard_drives(t *testing.T) {
	b := newBoard(t)
	for _, r := range []struct{ kind, value uint16 }{{setValue, 0}, {setDirection, directionOut}, {setValue, 1}, {setValue, 0}, {setValue, 0}, {setDirection, directionNone}} {
		ask(b, r.kind, 5, uint32(r.value))
	}
	var got [][2]bool
	for _, d := range b.Drives("RELAY") {
		got = append(got, [2]bool{d.Output, d.High})
	}
	if want := [][2]bool{{false, false}, {true, false}, {true, true}, {true, false}, {true, false}, {false, false}}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	drive(b, 2, 0)
	if len(b.Drives("C0")) != 0 {
		t.Error("the matrix is kept")
	}
}

func TestBoard_requests_out_of_order(t *testing.T) {
	b := newBoard(t)
	for _, r := range [][]byte{ask(b, getValue, 99, 0), ask(b, 77, 0, 0)} {
		if r[0] != statusErr {
			t.Errorf("%v", r)
		}
	}
	if got := ask(b, getNames, 0, 0); !slices.Equal(got, []byte("\x00R0\x00R1\x00C0\x00C1\x00HOOK\x00RELAY\x00")) {
		t.Errorf("%q", got)
	}
	if _, err := New(Wiring{Lines: []string{"A"}, Rows: []string{"B"}}); err == nil {
		t.Error("a matrix of lines that are not there is taken")
	}
}
