package wire

import (
	"bytes"
	"errors"
	"strings"
)

// ErrFraming says that the end of a message in a stream cannot be found, so
// that the connection has to be closed (RFC 3261 §18.3).
var ErrFraming = errors.New("wire: the stream's messages cannot be told apart")

// FrameKind is what Next found.
type FrameKind uint8

// The kinds.
const (
	NeedMore FrameKind = iota
	Ping               // CRLF CRLF between messages (RFC 5626 §3.5.1)
	Pong               // a single CRLF
	Whole              // a message
)

// Framer cuts a stream into messages and keep-alives. The zero Framer is ready.
type Framer struct {
	buffer  []byte
	scanned int // octets already searched for the end of the header
	whole   int // length of the message at the front, once it is known
}

// Write takes octets of the stream.
func (f *Framer) Write(data []byte) { f.buffer = append(f.buffer, data...) }

// Next returns the next message or keep-alive. The octets stay valid until the
// next Write. After ErrFraming nothing more can be read.
func (f *Framer) Next() (FrameKind, []byte, error) {
	if len(f.buffer) >= 2 && f.buffer[0] == '\r' && f.buffer[1] == '\n' {
		if len(f.buffer) >= 4 && f.buffer[2] == '\r' && f.buffer[3] == '\n' {
			f.drop(4)
			return Ping, nil, nil
		}
		if len(f.buffer) == 3 && f.buffer[2] == '\r' {
			return NeedMore, nil, nil
		}
		f.drop(2)
		return Pong, nil, nil
	}
	if f.whole == 0 {
		if err := f.measure(); err != nil {
			return NeedMore, nil, err
		}
	}
	if f.whole == 0 || len(f.buffer) < f.whole {
		return NeedMore, nil, nil
	}
	message := f.buffer[:f.whole:f.whole]
	f.drop(f.whole)
	return Whole, message, nil
}

// Rest is what was written and not told apart yet.
func (f *Framer) Rest() []byte { return f.buffer }

// measure finds the length of the message at the front, if its header is here.
func (f *Framer) measure() error {
	from := max(f.scanned-3, 0)
	at := bytes.Index(f.buffer[from:], []byte("\r\n\r\n"))
	if at < 0 {
		f.scanned = len(f.buffer)
		if len(f.buffer) > MaxHead {
			return ErrFraming
		}
		return nil
	}
	at += from
	length, err := bodyLength(f.buffer[:at])
	if err != nil {
		return err
	}
	f.whole = at + 4 + length
	return nil
}

func (f *Framer) drop(n int) {
	f.buffer = f.buffer[n:]
	f.scanned, f.whole = 0, 0
}

// bodyLength finds Content-Length, which is mandatory on streams. Two that
// differ would split the stream differently for others.
func bodyLength(head []byte) (int, error) {
	length := -1
	_, lines, _ := strings.Cut(string(head), "\r\n")
	for line := range strings.SplitSeq(lines, "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		name = strings.TrimSpace(name)
		if !strings.EqualFold(LongName(name), "Content-Length") {
			continue
		}
		n, err := ContentLength(strings.TrimSpace(value))
		if err != nil || length >= 0 && length != n {
			return 0, ErrFraming
		}
		length = n
	}
	if length < 0 {
		return 0, ErrFraming
	}
	return length, nil
}
