package engine

import "testing"

func TestWindow(t *testing.T) {
	for _, test := range []struct {
		name string
		come []uint16
		then uint16
		want bool // had come before
	}{
		{"the first", nil, 7, false},
		{"again", []uint16{7}, 7, true},
		{"the next", []uint16{7}, 8, false},
		{"one that is missing", []uint16{7, 9}, 8, false},
		{"one that is not", []uint16{7, 8, 9}, 8, true},
		{"over the wrap", []uint16{65534, 65535, 1}, 0, false},
		{"over the wrap, again", []uint16{65534, 65535, 0}, 65535, true},
		{"too old to say", []uint16{7, 100}, 8, true},
		{"a jump ahead", []uint16{7, 20000}, 19999, false},
	} {
		var w window
		for _, sequence := range test.come {
			w.mark(1, sequence)
		}
		if got := w.mark(1, test.then); got != test.want {
			t.Errorf("%s: %t", test.name, got)
		}
	}
	var w window
	w.mark(1, 500)
	if w.mark(2, 500) {
		t.Error("another source's packets are others")
	}
	w.mark(2, 5000)
	w.mark(2, 100) // the sender began anew
	if w.mark(2, 101) || !w.mark(2, 100) {
		t.Error("a sender that began anew is not followed")
	}
}
