package screen

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"hash/crc32"
	"image"
)

// PNG is a picture of a screen as a file (ISO/IEC 15948): three bytes a pixel, each
// line as its difference to the one above. The library that also reads such files is
// 50 kB.
func PNG(m image.Image) ([]byte, error) {
	size := m.Bounds().Size()
	head := binary.BigEndian.AppendUint32(nil, uint32(size.X))
	head = binary.BigEndian.AppendUint32(head, uint32(size.Y))
	head = append(head, 8, 2, 0, 0, 0) // bits; RGB; deflate, the usual filters, not interlaced
	var pixels bytes.Buffer
	z := zlib.NewWriter(&pixels)
	above, line, out := make([]byte, 3*size.X), make([]byte, 0, 3*size.X), make([]byte, 1+3*size.X)
	for y := range size.Y {
		line = line[:0]
		for x := range size.X {
			r, g, b, _ := m.At(m.Bounds().Min.X+x, m.Bounds().Min.Y+y).RGBA()
			line = append(line, byte(r>>8), byte(g>>8), byte(b>>8))
		}
		out[0] = 2 // the filter "up"
		for i := range line {
			out[1+i] = line[i] - above[i]
		}
		if _, err := z.Write(out); err != nil {
			return nil, err
		}
		above, line = line, above
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	file := []byte("\x89PNG\r\n\x1a\n")
	file = appendChunk(file, "IHDR", head)
	file = appendChunk(file, "IDAT", pixels.Bytes())
	return appendChunk(file, "IEND", nil), nil
}

func appendChunk(file []byte, kind string, data []byte) []byte {
	file = binary.BigEndian.AppendUint32(file, uint32(len(data)))
	from := len(file)
	file = append(append(file, kind...), data...)
	return binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(file[from:]))
}
