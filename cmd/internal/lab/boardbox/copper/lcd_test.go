package copper

import (
	"slices"
	"strings"
	"testing"
)

// nibbles are bytes as the wires have them, with the light on.
func nibbles(rs byte, bytes ...byte) (all []byte) {
	for _, b := range bytes {
		for _, bits := range []byte{b & 0xf0, b << 4} {
			level := bits | rs | lcdLight
			all = append(all, level, level|lcdEnable, level)
		}
	}
	return all
}

func TestLCD(t *testing.T) {
	l := NewLCD()
	blank := strings.Repeat(" ", lcdColumns)
	l.Write([]byte{lcdLight})
	for range 3 {
		l.Write(nibbles(0, 0x30)[:3])
	}
	l.Write(nibbles(0, 0x20)[:3])
	l.Write(nibbles(0, 0x28, 0x06, 0x40))
	l.Write(nibbles(lcdRS, 0x0e, 0x1f)) // of a sign
	l.Write(nibbles(0, 0x80))
	l.Write(nibbles(lcdRS, []byte(blank+"third line          ")...))
	l.Write(nibbles(0, 0xc0+lcdColumns))
	l.Write(nibbles(lcdRS, []byte("fourth \x00\xf5            ")...))
	l.Write(nibbles(0, 0xc0))
	l.Write(nibbles(lcdRS, []byte(blank)...))
	if got := l.Lines(); got[2] != blank {
		t.Errorf("off, it shows %q", got)
	}
	l.Write(nibbles(0, 0x0c))
	if got := l.Lines(); !slices.Equal(got, []string{blank, blank, "third line          ", "fourth ..           "}) || l.Wrong() != nil {
		t.Errorf("it shows %q, %v", got, l.Wrong())
	}
	l.Write([]byte{0})
	if got := l.Lines(); got[2] != blank {
		t.Errorf("dark, it shows %q", got)
	}
	l.Write([]byte{0x30 | lcdEnable, 0})
	l.Write(nibbles(0, 0x01))
	if err := l.Wrong(); err == nil || !strings.Contains(err.Error(), "while the controller looks") {
		t.Errorf("got %v", err)
	}
}
