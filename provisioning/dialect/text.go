package dialect

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"offhook/provisioning"
)

// Fault is an error at a place of a file.
func Fault(file string, line int, format string, args ...any) error {
	return &provisioning.FaultError{Position: provisioning.Position{File: file, Line: line}, Msg: fmt.Sprintf(format, args...)}
}

// FileText decodes a file to text with "\n" ends of lines: UTF-8, UTF-16 with a byte
// order mark, and Latin-1 where it is not UTF-8. Binary content is a fault.
func FileText(f File) (string, []Notice, error) {
	if len(f.Data) > MaxSize {
		return "", nil, Fault(f.Name, 0, "is %d bytes, more than the %d that such a file may have; remove what is not for this phone", len(f.Data), MaxSize)
	}
	data := f.Data
	switch {
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		data = utf16Text(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		data = utf16Text(data[2:], binary.BigEndian)
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	var notices []Notice
	text := string(data)
	if !utf8.ValidString(text) {
		at := invalid(data)
		notices = append(notices, Notice{Line: 1 + bytes.Count(data[:at], []byte("\n")), Msg: "is not UTF-8; it is read as Latin-1: save the file as UTF-8"})
		text = latin1(data)
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	if i := strings.IndexFunc(text, forbidden); i >= 0 {
		return "", nil, Fault(f.Name, 1+strings.Count(text[:i], "\n"), "holds the control character %U, which is not text; fetch or save the file again", rune(text[i]))
	}
	return text, notices, nil
}

// forbidden tells what no text file holds.
func forbidden(r rune) bool { return r < ' ' && r != '\n' && r != '\t' && r != '\f' || r == 0x7F }

func invalid(data []byte) int {
	for i := 0; i < len(data); {
		r, n := utf8.DecodeRune(data[i:])
		if r == utf8.RuneError && n <= 1 {
			return i
		}
		i += n
	}
	return len(data)
}

func utf16Text(data []byte, order binary.ByteOrder) []byte {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return []byte(string(utf16.Decode(units)))
}

// latin1 decodes ISO 8859-1: each byte is the code point of its value.
func latin1(data []byte) string {
	var out strings.Builder
	out.Grow(len(data) + len(data)/8)
	for _, b := range data {
		out.WriteRune(rune(b))
	}
	return out.String()
}

// Head is the beginning of a file as text for Sniff, without a byte order mark
// and in lower case.
func Head(f File) string {
	data := f.Data[:min(len(f.Data), 4096)]
	switch {
	case bytes.HasPrefix(data, []byte{0xFF, 0xFE}):
		data = utf16Text(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte{0xFE, 0xFF}):
		data = utf16Text(data[2:], binary.BigEndian)
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF"))
	return strings.ToLower(string(bytes.TrimLeft(data, " \t\r\n")))
}

// Clip keeps short what a hostile file may put into a message.
func Clip(s string) string {
	const most = 60
	s = strings.ToValidUTF8(s, "\uFFFD")
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
