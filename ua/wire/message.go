package wire

import "strings"

// Field is a header field: its long name and its unfolded, trimmed value.
type Field struct{ Name, Value string }

// Message is a request (Method is set) or a response (Status is set).
type Message struct {
	Method  string
	URI     string
	Status  int
	Reason  string
	Version string // "SIP/2.0"
	Fields  []Field
	Body    []byte
}

// IsRequest reports whether it is a request.
func (m Message) IsRequest() bool { return m.Method != "" }

// Get returns the first value of a field, "" when there is none.
func (m Message) Get(name string) string {
	for _, f := range m.Fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// Has reports whether the field is there, even if it is empty.
func (m Message) Has(name string) bool { return m.Count(name) > 0 }

// Count tells in how many lines the field comes.
func (m Message) Count(name string) int {
	n := 0
	for _, f := range m.Fields {
		if strings.EqualFold(f.Name, name) {
			n++
		}
	}
	return n
}

// Lines returns the values of a field as they are, one a line.
func (m Message) Lines(name string) []string {
	var out []string
	for _, f := range m.Fields {
		if strings.EqualFold(f.Name, name) {
			out = append(out, f.Value)
		}
	}
	return out
}

// List returns the elements of a comma-separated field over all its lines
// (RFC 3261 §7.3.1), without empty ones.
func (m Message) List(name string) []string {
	var out []string
	for _, line := range m.Lines(name) {
		for _, element := range Split(line, ',') {
			if element != "" {
				out = append(out, element)
			}
		}
	}
	return out
}

// compact are the short names of RFC 3261 §7.3.3, RFC 3515, 3892, 6665, 3841,
// 4028 and 8224.
var compact = map[byte]string{
	'a': "Accept-Contact", 'b': "Referred-By", 'c': "Content-Type", 'd': "Request-Disposition",
	'e': "Content-Encoding", 'f': "From", 'i': "Call-ID", 'j': "Reject-Contact", 'k': "Supported",
	'l': "Content-Length", 'm': "Contact", 'n': "Identity-Info", 'o': "Event", 'r': "Refer-To",
	's': "Subject", 't': "To", 'u': "Allow-Events", 'v': "Via", 'x': "Session-Expires", 'y': "Identity",
}

// canonical are the names whose form the rest of the program relies on.
var canonical = []string{
	"Via", "From", "To", "Call-ID", "CSeq", "Contact", "Max-Forwards", "Content-Length", "Content-Type",
	"Route", "Record-Route", "Authorization", "WWW-Authenticate", "Proxy-Authenticate", "Require", "Supported",
}

// LongName returns the long form of a header name.
func LongName(name string) string {
	if len(name) == 1 {
		if long, ok := compact[name[0]|0x20]; ok {
			return long
		}
		return name
	}
	for _, known := range canonical {
		if strings.EqualFold(name, known) {
			return known
		}
	}
	return name
}
