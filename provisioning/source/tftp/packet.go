package tftp

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// What a packet is (RFC 1350 §5, RFC 2347).
const (
	opRead             = 1
	opData             = 3
	opAcknowledge      = 4
	opError            = 5
	opOptionsAgreed    = 6
	notFound           = 1
	unknownTransfer    = 5
	optionsRefused     = 8
	plainBlock         = 512  // RFC 1350: what a server without options sends
	askedBlock         = 1428 // fits an Ethernet frame with room for a tunnel (RFC 2348)
	leastBlock         = 8
	largestPacket      = 4 + askedBlock
	longestServerWords = 200
)

// RefusedError is what the server said no with.
type RefusedError struct {
	Code int
	Text string // the server's, cleaned of what is not printed
}

func (e *RefusedError) Error() string {
	if e.Text == "" {
		return fmt.Sprintf("error %d", e.Code)
	}
	return fmt.Sprintf("error %d, %q", e.Code, e.Text)
}

// NotFound tells that the server has no such file.
func (e *RefusedError) NotFound() bool { return e.Code == notFound }

var errPacket = errors.New("the server sends what is not TFTP")

// packet is one that a server sent.
type packet struct {
	op      int
	block   uint16
	data    []byte            // of opData; it shares the bytes that were parsed
	options map[string]string // of opOptionsAgreed, names in lower case
	refused *RefusedError     // of opError
}

// parse reads a packet of a server's.
func parse(b []byte) (packet, error) {
	if len(b) < 4 {
		return packet{}, errPacket
	}
	p := packet{op: int(binary.BigEndian.Uint16(b))}
	switch p.op {
	case opData:
		p.block, p.data = binary.BigEndian.Uint16(b[2:]), b[4:]
	case opError:
		text, _, _ := bytes.Cut(b[4:], []byte{0})
		p.refused = &RefusedError{int(binary.BigEndian.Uint16(b[2:])), printable(text)}
	case opOptionsAgreed:
		fields := strings.Split(strings.TrimSuffix(string(b[2:]), "\x00"), "\x00")
		if len(fields)%2 != 0 {
			return packet{}, errPacket
		}
		p.options = map[string]string{}
		for i := 0; i < len(fields); i += 2 {
			p.options[strings.ToLower(fields[i])] = fields[i+1]
		}
	default:
		return packet{}, errPacket
	}
	return p, nil
}

// printable is a server's text as it may be shown.
func printable(text []byte) string {
	text = text[:min(len(text), longestServerWords)]
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
			return -1
		}
		return r
	}, string(text))
}

// read is a request for a file in mode octet; options come as name, value, ….
func read(file string, options ...string) []byte {
	b := []byte{0, opRead}
	for _, s := range append([]string{file, "octet"}, options...) {
		b = append(append(b, s...), 0)
	}
	return b
}

func acknowledge(block uint16) []byte {
	return binary.BigEndian.AppendUint16([]byte{0, opAcknowledge}, block)
}

func refuse(code uint16, text string) []byte {
	b := binary.BigEndian.AppendUint16([]byte{0, opError}, code)
	return append(append(b, text...), 0)
}
