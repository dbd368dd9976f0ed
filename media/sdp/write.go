package sdp

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
)

// Marshal writes the description with CRLF line ends, in the order of
// RFC 8866 §5.
func (d Description) Marshal() []byte {
	var w writer
	w.line('v', "0")
	w.line('o', fmt.Sprintf("%s %d %d IN %s", orDash(d.Origin.User), d.Origin.ID, d.Origin.Version, network(d.Origin.Address)))
	w.line('s', orDash(d.Name))
	if d.Address != "" {
		w.line('c', "IN "+network(d.Address))
	}
	w.line('t', "0 0")
	w.attributes(d.Attributes)
	for _, m := range d.Media {
		w.media(m)
	}
	return []byte(w.String())
}

type writer struct{ strings.Builder }

// line writes one line. A line break inside a value would be another line:
// it is cut there.
func (w *writer) line(kind byte, value string) {
	if i := strings.IndexAny(value, "\r\n\x00"); i >= 0 {
		value = value[:i]
	}
	w.WriteByte(kind)
	w.WriteByte('=')
	w.WriteString(value)
	w.WriteString("\r\n")
}

func (w *writer) attributes(attributes []Attribute) {
	for _, a := range attributes {
		if a.Value == "" {
			w.line('a', a.Name)
			continue
		}
		w.line('a', a.Name+":"+a.Value)
	}
}

func (w *writer) media(m Media) {
	port := strconv.Itoa(m.Port)
	if m.Ports > 0 {
		port += "/" + strconv.Itoa(m.Ports)
	}
	w.line('m', strings.Join(append([]string{m.Kind, port, m.Proto}, m.Formats...), " "))
	if m.Address != "" {
		w.line('c', "IN "+network(m.Address))
	}
	w.attributes(m.Attributes)
}

// network is the addrtype and address of o= and c=.
func network(address string) string {
	if address == "" {
		return "IP4 0.0.0.0"
	}
	if a, err := netip.ParseAddr(address); err == nil && a.Is6() && !a.Is4In6() {
		return "IP6 " + address
	}
	return "IP4 " + address
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
