package wire

import (
	"errors"
	"net/netip"
	"strconv"
	"strings"
)

// ErrScheme says that a URI is neither sip nor sips.
var ErrScheme = errors.New("wire: the URI is neither sip nor sips")

// URI is a sip or sips URI (RFC 3261 §19.1).
type URI struct {
	Secure   bool   // sips
	User     string // as written, still escaped
	Password string
	Host     string // without brackets
	Port     uint16 // 0 when absent
	Params   string // as written, without the first ';'
	Headers  string // as written, without '?'
}

// ParseURI reads a sip or sips URI.
func ParseURI(text string) (URI, error) {
	if err := checkURIText(text); err != nil {
		return URI{}, err
	}
	scheme, rest, _ := strings.Cut(text, ":")
	var uri URI
	switch strings.ToLower(scheme) {
	case "sip":
	case "sips":
		uri.Secure = true
	default:
		return URI{}, ErrScheme
	}
	// The user part may hold ';' and '?', so '@' goes first.
	if at := strings.LastIndexByte(beforeHeaders(rest), '@'); at >= 0 {
		uri.User, uri.Password, _ = strings.Cut(rest[:at], ":")
		rest = rest[at+1:]
		if uri.User == "" {
			return URI{}, malformed("a URI has an empty user part")
		}
	}
	rest, uri.Headers, _ = strings.Cut(rest, "?")
	hostport, params, _ := strings.Cut(rest, ";")
	uri.Params = params
	var err error
	uri.Host, uri.Port, err = SplitHostPort(hostport)
	return uri, err
}

// beforeHeaders leaves out the headers of a URI, which may hold an '@' too.
func beforeHeaders(text string) string {
	first := strings.IndexByte(text, '@')
	if first < 0 {
		return text
	}
	if at := strings.IndexByte(text[first:], '?'); at >= 0 {
		return text[:first+at]
	}
	return text
}

// SplitHostPort reads host[:port], where the host may be "[::1]".
func SplitHostPort(text string) (host string, port uint16, err error) {
	rest := ""
	if strings.HasPrefix(text, "[") {
		inner, after, ok := strings.Cut(text[1:], "]")
		// RFC 3261's grammar lets a third colon stand before an embedded IPv4
		// address, and RFC 5118 §4.10 wants it borne.
		if at := strings.Index(inner, ":::"); at >= 0 && strings.Count(inner[at:], ":") == 3 && strings.Contains(inner[at:], ".") {
			inner = inner[:at] + inner[at+1:]
		}
		if _, err := netip.ParseAddr(inner); !ok || err != nil {
			return "", 0, malformed("a wrong IPv6 address")
		}
		host, rest = inner, after
	} else {
		at := strings.IndexByte(text, ':')
		if at < 0 {
			at = len(text)
		}
		host, rest = text[:at], text[at:]
		if !isHost(host) {
			return "", 0, malformed("a wrong host name")
		}
	}
	if rest == "" {
		return host, 0, nil
	}
	number, err := strconv.ParseUint(strings.TrimPrefix(rest, ":"), 10, 16)
	if err != nil || rest[0] != ':' {
		return "", 0, malformed("a wrong port")
	}
	return host, uint16(number), nil
}

func isHost(text string) bool {
	for i := range len(text) {
		c := text[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
		if !letter && c != '-' && c != '.' && c != '_' {
			return false
		}
	}
	return text != ""
}

// Param returns a URI parameter.
func (u URI) Param(name string) (string, bool) {
	for part := range strings.SplitSeq(u.Params, ";") {
		key, value, _ := strings.Cut(part, "=")
		if strings.EqualFold(key, name) {
			return value, true
		}
	}
	return "", false
}

// HostPort writes host[:port] with brackets where they are needed.
func (u URI) HostPort() string { return JoinHostPort(u.Host, u.Port) }

// JoinHostPort writes host[:port]; port 0 is left out.
func JoinHostPort(host string, port uint16) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if port == 0 {
		return host
	}
	return host + ":" + strconv.Itoa(int(port))
}

// String writes the URI.
func (u URI) String() string {
	var out strings.Builder
	out.WriteString("sip")
	if u.Secure {
		out.WriteByte('s')
	}
	out.WriteByte(':')
	if u.User != "" {
		out.WriteString(u.User)
		if u.Password != "" {
			out.WriteString(":" + u.Password)
		}
		out.WriteByte('@')
	}
	out.WriteString(u.HostPort())
	if u.Params != "" {
		out.WriteString(";" + u.Params)
	}
	if u.Headers != "" {
		out.WriteString("?" + u.Headers)
	}
	return out.String()
}

// EscapeUser escapes what a user part cannot have, as '#' and space
// (RFC 3261 §25.1).
func EscapeUser(text string) string {
	const hex = "0123456789ABCDEF"
	var out strings.Builder
	for i := range len(text) {
		c := text[i]
		alnum := 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9'
		if alnum || strings.IndexByte("-_.!~*'()&=+$,;?/", c) >= 0 {
			out.WriteByte(c)
			continue
		}
		out.WriteByte('%')
		out.WriteByte(hex[c>>4])
		out.WriteByte(hex[c&15])
	}
	return out.String()
}

// UnescapeUser is the reverse; a '%' without two digits stays.
func UnescapeUser(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if c, err := strconv.ParseUint(text[i+1:i+3], 16, 8); err == nil {
				out.WriteByte(byte(c))
				i += 2
				continue
			}
		}
		out.WriteByte(text[i])
	}
	return out.String()
}
