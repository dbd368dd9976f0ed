package wire

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Limits of what Parse takes, against senders that mean harm.
const (
	MaxFields     = 160     // header lines
	MaxSemicolons = 96      // parameters in a line
	MaxBody       = 1 << 16 // octets
	MaxHead       = 1 << 15 // octets of start line and header
)

// ErrNotSIP says that there is nothing in it that could be answered.
var ErrNotSIP = errors.New("wire: not a SIP message")

// SyntaxError says what is wrong in a message that can be answered: the
// Message that Parse returns beside it holds what could be read.
type SyntaxError struct {
	Status int // what a request is answered with
	What   string
}

func (e *SyntaxError) Error() string { return "wire: " + e.What }

func malformed(format string, args ...any) *SyntaxError {
	return &SyntaxError{Status: 400, What: fmt.Sprintf(format, args...)}
}

// Parse reads a message from the whole of a datagram, or from what Framer cut
// out of a stream. Octets after the body are ignored (RFC 3261 §18.3).
func Parse(raw []byte) (Message, error) {
	raw = bytes.TrimLeft(raw, "\r\n") // RFC 3261 §7.5
	head, rest, complete := cutHead(raw)
	if len(head) > MaxHead {
		return Message{}, ErrNotSIP
	}
	line, lines, _ := strings.Cut(string(head), "\r\n")
	message, fault := parseStart(line)
	if errors.Is(fault, ErrNotSIP) {
		return Message{}, ErrNotSIP
	}
	if err := parseFields(&message, lines); fault == nil {
		fault = err
	}
	if !complete && fault == nil {
		fault = malformed("no empty line after the header")
	}
	if err := takeBody(&message, rest); fault == nil {
		fault = err
	}
	return message, fault
}

// cutHead cuts after the empty line. A message that ends with its last header
// line is taken as if the empty line were there, but told apart.
func cutHead(raw []byte) (head, rest []byte, complete bool) {
	if at := bytes.Index(raw, []byte("\r\n\r\n")); at >= 0 {
		return raw[:at], raw[at+4:], true
	}
	return bytes.TrimRight(raw, "\r\n"), nil, false
}

func parseStart(line string) (Message, error) {
	if len(line) > 4 && strings.EqualFold(line[:4], "SIP/") {
		return parseStatusLine(line)
	}
	return parseRequestLine(line)
}

func parseStatusLine(line string) (Message, error) {
	version, rest, _ := strings.Cut(line, " ")
	code, reason, _ := strings.Cut(rest, " ")
	status, err := strconv.ParseUint(code, 10, 16)
	if err != nil || len(code) != 3 || status < 100 || status > 699 {
		return Message{}, ErrNotSIP // RFC 4475 §3.1.2.19
	}
	return Message{Version: strings.ToUpper(version), Status: int(status), Reason: reason}, nil
}

// parseRequestLine wants exactly two single spaces (RFC 3261 §7.1); a line
// that is SIP by its end but not well formed gives an answerable message.
func parseRequestLine(line string) (Message, error) {
	method, rest, _ := strings.Cut(line, " ")
	trimmed := strings.TrimRight(rest, " \t")
	at := strings.LastIndexAny(trimmed, " \t")
	if at < 0 || !IsToken(method) {
		return Message{}, ErrNotSIP
	}
	uri, version := trimmed[:at], trimmed[at+1:]
	if len(version) < 4 || !strings.EqualFold(version[:4], "SIP/") {
		return Message{}, ErrNotSIP
	}
	message := Message{Method: method, URI: strings.TrimSpace(uri), Version: strings.ToUpper(version)}
	if message.URI != uri || trimmed != rest || strings.ContainsAny(uri, " \t") {
		return message, malformed("superfluous space in the request line")
	}
	return message, nil
}

func parseFields(m *Message, lines string) error {
	var fault error
	for lines != "" {
		var line string
		line, lines, _ = strings.Cut(lines, "\r\n")
		for lines != "" && (lines[0] == ' ' || lines[0] == '\t') { // folded (RFC 3261 §7.3.1)
			var more string
			more, lines, _ = strings.Cut(lines, "\r\n")
			line = strings.TrimRight(line, " \t") + " " + strings.TrimSpace(more)
		}
		if len(m.Fields) == MaxFields || strings.Count(line, ";") > MaxSemicolons {
			return &SyntaxError{Status: 513, What: "too many header fields or parameters"}
		}
		name, value, ok := strings.Cut(line, ":")
		name = strings.TrimRight(name, " \t")
		if !ok || !IsToken(name) {
			fault = firstOf(fault, malformed("a header line has no name and colon"))
			continue
		}
		// A bare CR or LF must not live on into what is echoed; NUL is allowed as
		// a quoted-pair (RFC 4475 §3.1.1.2).
		if strings.ContainsAny(value, "\r\n") || strings.Contains(value, "\x00") && !strings.Contains(value, `"`) {
			fault = firstOf(fault, malformed("control characters in %s", name))
			value = strings.NewReplacer("\r", " ", "\n", " ", "\x00", " ").Replace(value)
		}
		m.Fields = append(m.Fields, Field{LongName(name), strings.TrimSpace(value)})
	}
	return fault
}

func firstOf(first, second error) error {
	if first != nil {
		return first
	}
	return second
}

// takeBody cuts the body by Content-Length; without one it is the rest of the
// datagram (RFC 3261 §18.3).
func takeBody(m *Message, rest []byte) error {
	if !m.Has("Content-Length") {
		m.Body = bytes.Clone(rest)
		return nil
	}
	length, err := ContentLength(m.Get("Content-Length"))
	if err != nil {
		return err
	}
	if length > len(rest) {
		return malformed("Content-Length is larger than the message")
	}
	if length > 0 {
		m.Body = bytes.Clone(rest[:length])
	}
	return nil
}

// ContentLength reads the value of the field of that name.
func ContentLength(value string) (int, error) {
	length, err := strconv.ParseUint(value, 10, 31)
	if err != nil {
		return 0, malformed("Content-Length is not a number")
	}
	if length > MaxBody {
		return 0, &SyntaxError{Status: 513, What: "the body is too large"}
	}
	return int(length), nil
}
