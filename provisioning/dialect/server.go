package dialect

import (
	"fmt"
	"net"
	"strconv"
	"strings"
)

// Server is where a file says that a server is.
type Server struct {
	Host      string
	Port      int    // 0: none is given
	Transport string // udp, tcp, tls; empty: none is given
}

// String is host or host:port.
func (s Server) String() string {
	if s.Port == 0 {
		return s.Host
	}
	return net.JoinHostPort(strings.Trim(s.Host, "[]"), strconv.Itoa(s.Port))
}

// ParseServer reads host, host:port, and sip:host:port;transport=tls, with or
// without a user and angle brackets.
func ParseServer(text string) (Server, error) {
	s := strings.Trim(strings.TrimSpace(text), "<>")
	var out Server
	lower := strings.ToLower(s)
	switch {
	case strings.HasPrefix(lower, "sips:"):
		s, out.Transport = s[len("sips:"):], "tls"
	case strings.HasPrefix(lower, "sip:"):
		s = s[len("sip:"):]
	}
	address, parameters, _ := strings.Cut(s, ";")
	for _, parameter := range strings.Split(parameters, ";") {
		name, value, _ := strings.Cut(strings.ToLower(parameter), "=")
		switch {
		case strings.TrimSpace(name) != "transport":
		case value == "udp" || value == "tcp" || value == "tls":
			out.Transport = value
		default:
			return out, fmt.Errorf("the transport %q is not one of this phone; use udp, tcp or tls", Clip(value))
		}
	}
	if i := strings.LastIndexByte(address, '@'); i >= 0 {
		address = address[i+1:]
	}
	out.Host = strings.TrimSpace(address)
	if host, port, err := net.SplitHostPort(out.Host); err == nil {
		n, err := strconv.ParseUint(port, 10, 16)
		if err != nil && port != "" { // a template without a port leaves the colon
			return out, fmt.Errorf("%q has no valid port; use 1 to 65535", Clip(text))
		}
		out.Host, out.Port = host, int(n)
	}
	if out.Host == "" || strings.ContainsAny(out.Host, " ,\t\"'") {
		return out, fmt.Errorf("%q is not a server; give host or host:port", Clip(text))
	}
	return out, nil
}
