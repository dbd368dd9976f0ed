package screen

import (
	"compress/flate"
	_ "embed" // the outlines
	"encoding/binary"
	"io"
	"sort"
	"strings"

	"golang.org/x/image/math/fixed"
)

// The Go fonts' outlines without hints, names and tables that nothing reads here:
// a fifth of the TrueType files, and no reader of those beside them. A test makes
// them of the originals (-update) and holds every letter to them. They are deflated
// (RFC 1951), which takes another third; a panel that has letters of its own never
// unpacks them.
var (
	//go:embed outlines/regular
	regularOutlines string
	//go:embed outlines/medium
	mediumOutlines string
	//go:embed outlines/bold
	boldOutlines string
)

// inflate unpacks one font. What a test has packed does not fail.
func inflate(packed string) outlines {
	font, _ := io.ReadAll(flate.NewReader(strings.NewReader(packed)))
	return font
}

// outlines is one font, all numbers little-endian:
//
//	uint16   units per em; number of letters; number of contours
//	letters  uint16 rune, uint32 where it is; in the order of runes
//	contours uint32 where it is
//
// A letter is its advance and its contours: number, x and y of the start. A contour
// occurs once however many letters have it. It is a list of uvarints: what comes in
// the two low bits, how far in x above them, and then how far in y (zigzag). y grows
// upwards.
type outlines []byte

const (
	outlineLine  = iota // to a point
	outlineQuad         // by a control point to a point, which follows
	outlineGlide        // by a control point to the middle of it and the next one
	outlineEnd

	outlineHead   = 6
	outlineLetter = 6
)

// segment is a part of an outline: to.
type segment struct {
	kind    uint8
	by, end fixed.Point26_6
}

const (
	segmentMove uint8 = iota
	segmentLine
	segmentQuad
)

func (o outlines) unitsPerEm() fixed.Int26_6 { return fixed.Int26_6(binary.LittleEndian.Uint16(o)) }
func (o outlines) letters() int              { return int(binary.LittleEndian.Uint16(o[2:])) }

// find is where a letter is described, 0 where the font lacks it.
func (o outlines) find(r rune) int {
	at := func(i int) []byte { return o[outlineHead+i*outlineLetter:] }
	n := o.letters()
	i := sort.Search(n, func(i int) bool { return rune(binary.LittleEndian.Uint16(at(i))) >= r })
	if i == n || rune(binary.LittleEndian.Uint16(at(i))) != r {
		return 0
	}
	return int(binary.LittleEndian.Uint32(at(i)[2:]))
}

// letter is the outline of a letter at a size in pixels, y downwards, and how far
// the pen goes; false where the font lacks it.
func (o outlines) letter(r rune, size int) (path []segment, advance fixed.Int26_6, ok bool) {
	from := o.find(r)
	if from == 0 {
		return nil, 0, false
	}
	in := outlineReader{left: o[from:], size: fixed.I(size), unitsPerEm: o.unitsPerEm()}
	advance = in.scale(fixed.Int26_6(in.number()))
	for n := in.number(); n > 0; n-- {
		contour := outlineHead + o.letters()*outlineLetter + 4*int(in.number())
		start := fixed.Point26_6{X: fixed.Int26_6(zigzag(in.number())), Y: fixed.Int26_6(zigzag(in.number()))}
		c := in
		c.left = o[binary.LittleEndian.Uint32(o[contour:]):]
		path = c.contour(path, start)
	}
	return path, advance, true
}

type outlineReader struct {
	left             []byte
	size, unitsPerEm fixed.Int26_6
}

func (in *outlineReader) number() uint64 {
	v, n := binary.Uvarint(in.left)
	in.left = in.left[n:]
	return v
}

func zigzag(v uint64) int { return int(v>>1) ^ -int(v&1) }

// next is what comes and the point that is so far from the last one.
func (in *outlineReader) next(last fixed.Point26_6) (kind uint64, p fixed.Point26_6) {
	v := in.number()
	if kind = v & 3; kind == outlineEnd {
		return kind, last
	}
	last.X += fixed.Int26_6(zigzag(v >> 2))
	last.Y += fixed.Int26_6(zigzag(in.number()))
	return kind, last
}

// contour appends one closed contour that starts at a point in units of the em.
func (in *outlineReader) contour(path []segment, start fixed.Point26_6) []segment {
	path = append(path, segment{kind: segmentMove, end: in.point(start)})
	last, gliding := start, false
	for {
		kind, p := in.next(last)
		if gliding {
			path[len(path)-1].end = in.point(middle(last, p))
		}
		gliding = false
		switch kind {
		case outlineLine:
			path = append(path, segment{kind: segmentLine, end: in.point(p)})
		case outlineQuad:
			_, end := in.next(p)
			path = append(path, segment{kind: segmentQuad, by: in.point(p), end: in.point(end)})
			p = end
		case outlineGlide:
			path = append(path, segment{kind: segmentQuad, by: in.point(p)})
			gliding = true
		default:
			return path
		}
		last = p
	}
}

func middle(p, q fixed.Point26_6) fixed.Point26_6 {
	return fixed.Point26_6{X: (p.X + q.X) >> 1, Y: (p.Y + q.Y) >> 1}
}

func (in *outlineReader) point(p fixed.Point26_6) fixed.Point26_6 {
	return fixed.Point26_6{X: in.scale(p.X), Y: -in.scale(p.Y)}
}

// scale rounds units of the em to the nearest 1/64 of a pixel, halves away from 0.
func (in *outlineReader) scale(x fixed.Int26_6) fixed.Int26_6 {
	x *= in.size
	if x >= 0 {
		return (x + in.unitsPerEm/2) / in.unitsPerEm
	}
	return (x - in.unitsPerEm/2) / in.unitsPerEm
}

// bounds is the box of all points and control points.
func bounds(path []segment) (box fixed.Rectangle26_6) {
	for i, s := range path {
		if i == 0 {
			box = fixed.Rectangle26_6{Min: s.end, Max: s.end}
		}
		box = enclose(box, s.end)
		if s.kind == segmentQuad {
			box = enclose(box, s.by)
		}
	}
	return box
}

func enclose(box fixed.Rectangle26_6, p fixed.Point26_6) fixed.Rectangle26_6 {
	box.Min.X, box.Min.Y = min(box.Min.X, p.X), min(box.Min.Y, p.Y)
	box.Max.X, box.Max.Y = max(box.Max.X, p.X), max(box.Max.Y, p.Y)
	return box
}
