package copper

import (
	"image/color"
	"testing"
)

func lit(o *OLED) (n int) {
	for _, p := range o.Image().Pix {
		if p > 0 {
			n++
		}
	}
	return n
}

func TestOLED(t *testing.T) {
	o := NewOLED()
	o.Write([]byte{0x00, 0xa1, 0xc8, 0x20, 0x00, 0x21, 2, 3, 0x22, 1, 2}) // upright, a window of two columns and two pages
	o.Write([]byte{0x40, 0x01, 0x80, 0xff, 0x00})
	if lit(o) != 0 || o.Lit() {
		t.Error("a dark panel shows something")
	}
	o.Write([]byte{0x80, 0xaf}) // one command octet
	m := o.Image()
	for _, p := range [][2]int{{2, 8}, {3, 15}, {2, 16}, {2, 23}} {
		if m.GrayAt(p[0], p[1]) != (color.Gray{Y: 255}) {
			t.Errorf("pixel %v is dark", p)
		}
	}
	if n := lit(o); n != 10 || o.Transferred() != 4 {
		t.Errorf("%d pixels of %d octets", n, o.Transferred())
	}
	o.Write([]byte{0x00, 0xa7})
	if n := lit(o); n != oledWidth*oledHeight-10 {
		t.Errorf("inverted: %d", n)
	}
	o.Write([]byte{0x00, 0xa6, 0xa0})
	if o.Image().GrayAt(oledWidth-3, 8).Y == 0 {
		t.Error("not mirrored")
	}
}

func TestOLED_page_mode(t *testing.T) {
	o := NewOLED()
	o.Write([]byte{0x00, 0xaf, 0xa1, 0xc8, 0xb7, 0x0f, 0x17}) // page 7, column 0x7f
	o.Write([]byte{0x40, 0x80, 0x80})                         // the second octet begins the page again
	m := o.Image()
	if m.GrayAt(127, 63).Y == 0 || m.GrayAt(0, 63).Y == 0 || lit(o) != 2 {
		t.Errorf("%d pixels", lit(o))
	}
	o.Write(nil)
	o.Write([]byte{0x80})
	o.Write([]byte{0x00, 0x21, 5}) // cut short: the next octets are its own
	o.Write([]byte{0x00, 9})
	if o.col != 5 || o.lastCol != 9 {
		t.Errorf("column %d to %d", o.col, o.lastCol)
	}
}

func FuzzOLED(f *testing.F) {
	f.Add([]byte{0x00, 0x20, 0x01, 0x21, 120, 3, 0x22, 7, 2}, []byte{0x40, 1, 2, 3, 4, 5, 6, 7, 8, 9})
	f.Fuzz(func(t *testing.T, commands, data []byte) {
		o := NewOLED()
		o.Write(commands)
		o.Write(data)
		_ = o.Image()
	})
}

func TestBus(t *testing.T) {
	o := NewOLED()
	b := NewBus(map[uint16]Chip{0x3c: o})
	for _, row := range []struct {
		name    string
		request []byte
		want    byte
	}{
		{"the panel: taken", []byte{0x78, 0, 0, 0, 0, 0, 0, 0, 0x00, 0xaf}, transferOK},
		{"a read: taken", []byte{0x78, 0, 0, 0, 2, 0, 0, 0}, transferOK},
		{"nobody: refused", []byte{0x7a, 0, 0, 0, 0, 0, 0, 0, 0x00, 0xae}, transferErr},
		{"cut short: refused", []byte{0x78, 0}, transferErr},
	} {
		if got := b.transfer(row.request, nil); got != row.want {
			t.Errorf("%s: %d", row.name, got)
		}
	}
	if !o.Lit() {
		t.Error("the panel did not hear it")
	}
}
