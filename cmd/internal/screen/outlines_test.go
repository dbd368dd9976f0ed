package screen

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"flag"
	"image"
	"image/draw"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/gomedium"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
)

var originals = []struct {
	name   string
	weight weight
	ttf    []byte
}{
	{"regular", regular, goregular.TTF},
	{"medium", medium, gomedium.TTF},
	{"bold", bold, gobold.TTF},
}

func TestOutlines_are_made_of_the_Go_fonts(t *testing.T) {
	for _, o := range originals {
		t.Run(o.name, func(t *testing.T) {
			made := packFont(t, o.ttf)
			path := filepath.Join("outlines", o.name)
			if flag.Lookup("update").Value.String() == "true" {
				if err := os.WriteFile(path, deflate(t, made), 0o644); err != nil {
					t.Fatal(err)
				}
				return
			}
			if is := newTypecase().fonts[o.weight]; !bytes.Equal(made, is) {
				t.Errorf("%s is not what the font makes (%d bytes, is %d): run this test with -update", path, len(made), len(is))
			}
		})
	}
}

func deflate(t *testing.T, data []byte) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := flate.NewWriter(&out, flate.BestCompression)
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestLetters_look_as_the_TrueType_font_has_them(t *testing.T) {
	for _, o := range originals {
		f, err := sfnt.Parse(o.ttf)
		if err != nil {
			t.Fatal(err)
		}
		for _, size := range []int{11, 40} {
			face, err := opentype.NewFace(f, &opentype.FaceOptions{Size: float64(size), DPI: 72, Hinting: font.HintingNone})
			if err != nil {
				t.Fatal(err)
			}
			drawer := newTypecase()
			for r := rune(0); r < 1<<16; r++ {
				i, err := f.GlyphIndex(nil, r)
				if has := drawer.has(o.weight, string(r)); err != nil || has != (i != 0) && string(r) != "\ufffd" {
					t.Fatalf("%s has %q: %v, want %v (%v)", o.name, r, has, i != 0, err)
				}
				if i == 0 || r == '0' {
					continue
				}
				box, mask, from, advance, _ := face.Glyph(fixed.Point26_6{}, r)
				g := drawer.glyph(style{o.weight, size}, r)
				if g.at != box.Min || g.advance != advance || (g.mask == nil) != box.Empty() {
					t.Fatalf("%s %q in %d: at %v, advance %v, want %v, %v", o.name, r, size, g.at, g.advance, box, advance)
				}
				if g.mask == nil {
					continue
				}
				want := image.NewAlpha(image.Rectangle{Max: box.Size()})
				draw.Draw(want, want.Rect, mask, from, draw.Src)
				if want.Rect != g.mask.Rect || !bytes.Equal(want.Pix, g.mask.Pix) {
					t.Fatalf("%s %q in %d is another picture", o.name, r, size)
				}
			}
		}
	}
}

// packFont writes a font as outlines describes it.
func packFont(t *testing.T, ttf []byte) []byte {
	f, err := sfnt.Parse(ttf)
	if err != nil {
		t.Fatal(err)
	}
	units := fixed.Int26_6(f.UnitsPerEm())
	var p fontPacker
	for r := rune(0); r < 1<<16; r++ {
		i, err := f.GlyphIndex(nil, r)
		if err != nil || i == 0 {
			continue
		}
		advance, err := f.GlyphAdvance(nil, i, units, font.HintingNone)
		if err != nil {
			t.Fatal(err)
		}
		path, err := f.LoadGlyph(new(sfnt.Buffer), i, units, nil)
		if err != nil {
			t.Fatal(err)
		}
		p.letter(r, advance, path)
	}
	return p.file(uint16(units))
}

type fontPacker struct {
	runes    []rune
	letters  [][]byte
	contours [][]byte
	known    map[string]int
}

func (p *fontPacker) letter(r rune, advance fixed.Int26_6, path sfnt.Segments) {
	var parts []sfnt.Segments
	for _, s := range path {
		for i := range s.Args {
			s.Args[i].Y = -s.Args[i].Y
		}
		if s.Op == sfnt.SegmentOpMoveTo {
			parts = append(parts, nil)
		}
		parts[len(parts)-1] = append(parts[len(parts)-1], s)
	}
	out := binary.AppendUvarint(nil, uint64(advance))
	out = binary.AppendUvarint(out, uint64(len(parts)))
	for _, part := range parts {
		out = binary.AppendUvarint(out, uint64(p.contour(part)))
		out = appendZigzag(out, part[0].Args[0].X)
		out = appendZigzag(out, part[0].Args[0].Y)
	}
	p.runes, p.letters = append(p.runes, r), append(p.letters, out)
}

func (p *fontPacker) contour(part sfnt.Segments) int {
	var out []byte
	last := part[0].Args[0]
	add := func(kind uint64, to fixed.Point26_6) {
		out = binary.AppendUvarint(out, zigzagged(to.X-last.X)<<2|kind)
		out = appendZigzag(out, to.Y-last.Y)
		last = to
	}
	for i, s := range part[1:] {
		switch {
		case s.Op == sfnt.SegmentOpLineTo:
			add(outlineLine, s.Args[0])
		case i+2 < len(part) && part[i+2].Op == sfnt.SegmentOpQuadTo && middle(s.Args[0], part[i+2].Args[0]) == s.Args[1]:
			add(outlineGlide, s.Args[0])
		default:
			add(outlineQuad, s.Args[0])
			add(outlineQuad, s.Args[1])
		}
	}
	out = append(out, outlineEnd)
	if n, ok := p.known[string(out)]; ok {
		return n
	}
	if p.known == nil {
		p.known = map[string]int{}
	}
	p.known[string(out)] = len(p.contours)
	p.contours = append(p.contours, out)
	return len(p.contours) - 1
}

func (p *fontPacker) file(units uint16) []byte {
	out := binary.LittleEndian.AppendUint16(nil, units)
	out = binary.LittleEndian.AppendUint16(out, uint16(len(p.letters)))
	out = binary.LittleEndian.AppendUint16(out, uint16(len(p.contours)))
	at := len(out) + len(p.letters)*outlineLetter + len(p.contours)*4
	for i, l := range p.letters {
		out = binary.LittleEndian.AppendUint16(out, uint16(p.runes[i]))
		out = binary.LittleEndian.AppendUint32(out, uint32(at))
		at += len(l)
	}
	for _, c := range p.contours {
		out = binary.LittleEndian.AppendUint32(out, uint32(at))
		at += len(c)
	}
	return append(append(out, bytes.Join(p.letters, nil)...), bytes.Join(p.contours, nil)...)
}

func zigzagged(v fixed.Int26_6) uint64 { return uint64(uint32(v<<1 ^ v>>31)) }

func appendZigzag(out []byte, v fixed.Int26_6) []byte {
	return binary.AppendUvarint(out, zigzagged(v))
}
