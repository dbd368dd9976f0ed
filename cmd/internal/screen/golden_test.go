package screen

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

func bit(c color.Color) color.Color {
	if y := color.GrayModel.Convert(c).(color.Gray).Y; y >= 128 {
		return color.White
	}
	return color.Black
}

type panel struct {
	name  string
	size  image.Point
	model color.Model
}

func panels() []panel {
	return []panel{
		{"320x240", image.Pt(320, 240), color.RGBAModel},
		{"480x272", image.Pt(480, 272), color.RGBAModel},
		{"128x64", image.Pt(128, 64), color.ModelFunc(bit)},
	}
}

func TestPaint_every_state_is_its_golden_picture(t *testing.T) {
	update := flag.Lookup("update").Value.String() == "true"
	for _, p := range panels() {
		painter := New(image.Rectangle{Max: p.size}, p.model)
		for _, s := range scenes() {
			t.Run(p.name+"/"+s.name, func(t *testing.T) {
				got := painter.Paint(s.view)
				path := filepath.Join("testdata", p.name, s.name+".png")
				if update {
					writePNG(t, path, got)
					return
				}
				comparePNG(t, path, got)
			})
		}
	}
}

// european are the letters of a display that is sold in Western Europe.
func european(r rune) bool {
	return r >= ' ' && r <= '~' || r >= 0xa1 && r <= 0xff || strings.ContainsRune(signs, r)
}

func TestCells_every_state_is_its_golden_text(t *testing.T) {
	update := flag.Lookup("update").Value.String() == "true"
	for _, d := range []struct {
		name       string
		cols, rows int
		shows      func(rune) bool
	}{{"20x4", 20, 4, nil}, {"20x4-european", 20, 4, european}, {"16x2-european", 16, 2, european}} {
		for _, s := range scenes() {
			t.Run(d.name+"/"+s.name, func(t *testing.T) {
				got := ""
				for _, line := range Cells(s.view, d.cols, d.rows, d.shows) {
					got += "|" + line + "|\n"
				}
				path := filepath.Join("testdata", d.name, s.name+".txt")
				if update {
					write(t, path, []byte(got))
					return
				}
				want, err := os.ReadFile(path)
				if err != nil {
					t.Fatal(err)
				}
				if got != string(want) {
					t.Errorf("got\n%swant\n%s", got, want)
				}
			})
		}
	}
}

func writePNG(t *testing.T, path string, m image.Image) {
	t.Helper()
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.BestCompression}
	if err := enc.Encode(&b, m); err != nil {
		t.Fatal(err)
	}
	write(t, path, b.Bytes())
}

func write(t *testing.T, path string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// comparePNG allows for the last bits of floating point on other machines.
func comparePNG(t *testing.T, path string, got image.Image) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatalf("%v (go test -update makes it)", err)
	}
	defer f.Close()
	want, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	if want.Bounds() != got.Bounds() {
		t.Fatalf("size %v, want %v", got.Bounds(), want.Bounds())
	}
	off := 0
	a, b := rgba(got), rgba(want)
	for i := 0; i < len(a); i += 4 {
		if far(a[i], b[i]) || far(a[i+1], b[i+1]) || far(a[i+2], b[i+2]) {
			off++
		}
	}
	if off > 0 {
		t.Errorf("%d pixels differ from %s: look at it, then run go test -update", off, path)
	}
}

func far(a, b uint8) bool { return max(a, b)-min(a, b) > 6 }

func rgba(m image.Image) []uint8 {
	out := image.NewRGBA(m.Bounds())
	draw.Draw(out, out.Rect, m, m.Bounds().Min, draw.Src)
	return out.Pix
}

func TestPaint_compact_pictures_are_black_and_white(t *testing.T) {
	painter := New(image.Rect(0, 0, 128, 64), color.ModelFunc(bit))
	for _, s := range scenes() {
		for _, level := range painter.Paint(s.view).(*image.Gray).Pix {
			if level != 0 && level != 0xff {
				t.Fatalf("%s has a grey pixel", s.name)
			}
		}
	}
}

func TestCells_any_size_is_filled_exactly(t *testing.T) {
	for _, s := range scenes() {
		for _, size := range []image.Point{{20, 4}, {16, 2}, {40, 4}, {1, 1}, {8, 1}} {
			lines := Cells(s.view, size.X, size.Y, nil)
			if len(lines) != size.Y {
				t.Fatalf("%s: %d lines of %d", s.name, len(lines), size.Y)
			}
			for _, l := range lines {
				if len(l) != size.X || strings.ContainsFunc(l, func(r rune) bool { return r < ' ' || r > '~' }) {
					t.Errorf("%s at %v: %q", s.name, size, l)
				}
			}
			for _, l := range Cells(s.view, size.X, size.Y, european) {
				if utf8.RuneCountInString(l) != size.X || strings.ContainsFunc(l, func(r rune) bool { return !european(r) }) {
					t.Errorf("%s at %v: %q", s.name, size, l)
				}
			}
		}
	}
}
