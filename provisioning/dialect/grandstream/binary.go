package grandstream

import (
	"encoding/binary"
	"encoding/hex"
	"net/url"
	"strings"

	"offhook/provisioning/dialect"
)

// The binary form: the length of the file in words of 16 bits, in 32 bits; a
// word that makes the sum of all words nothing; the telephone's MAC; two line
// ends; and then P30=a&P63=1&gnkey=0b82 with zero bytes behind it.
const binaryHeader = 16

func isBinary(data []byte) bool {
	return len(data) >= binaryHeader && string(data[12:binaryHeader]) == "\r\n\r\n"
}

func readBinary(f dialect.File) (dialect.Reading, error) {
	data := f.Data
	fault := func(format string, args ...any) (dialect.Reading, error) {
		return dialect.Reading{}, dialect.Fault(f.Name, 0, format, args...)
	}
	if len(data) > dialect.MaxSize {
		return fault("is %d bytes, more than the %d that such a file may have; remove what is not for this phone", len(data), dialect.MaxSize)
	}
	words := uint64(binary.BigEndian.Uint32(data))
	if size := uint64(len(data)); 2*words > size || 2*words < binaryHeader {
		return fault("is %d bytes and says that it is %d: it was cut off; fetch or make it again", size, 2*words)
	}
	data = data[:2*words]
	if sum(data) != 0 {
		return fault("has a wrong checksum: it was damaged; fetch or make it again")
	}
	if err := forUs(f, hex.EncodeToString(data[6:12]), 0); err != nil {
		return dialect.Reading{}, err
	}
	out := dialect.Reading{Clears: true}
	body := strings.TrimRight(string(data[binaryHeader:]), "\x00")
	// It is one line; the number of the parameter is told in place of a line's.
	for i, part := range strings.Split(body, "&") {
		key, value, found := strings.Cut(part, "=")
		switch {
		case key == "gnkey" || part == "":
		case !found || !pName().MatchString(key):
			out.Notices = append(out.Notices, dialect.Notice{Line: i + 1, Msg: "a piece is not P…=value and is passed over"})
		default:
			out.Items = append(out.Items, dialect.Item{Key: "P" + key[1:], Value: unescape(value), Line: i + 1})
		}
	}
	return out, nil
}

// sum adds the words of 16 bits; a byte left over is the upper half of one.
func sum(data []byte) uint16 {
	var s uint16
	for i := 0; i < len(data); i += 2 {
		s += uint16(data[i]) << 8
		if i+1 < len(data) {
			s += uint16(data[i+1])
		}
	}
	return s
}

// unescape takes back %2B; a plus stays, since a dial plan has them bare.
func unescape(s string) string {
	plain, err := url.PathUnescape(s)
	if err != nil {
		plain = s
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(plain, "\uFFFD"))
}
