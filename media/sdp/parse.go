package sdp

import (
	"fmt"
	"strconv"
	"strings"
)

// Limits keep a hostile description small; real ones are far below.
const (
	maxBytes = 64 << 10
	maxLines = 1000
)

// Parse reads a description. Its error names the line.
func Parse(text []byte) (Description, error) {
	var d Description
	if len(text) > maxBytes {
		return d, fmt.Errorf("%w: %d bytes, at most %d are read", ErrSyntax, len(text), maxBytes)
	}
	lines := strings.Split(string(text), "\n")
	if len(lines) > maxLines {
		return d, fmt.Errorf("%w: %d lines, at most %d are read", ErrSyntax, len(lines), maxLines)
	}
	seen := false
	for i, line := range lines {
		if cut := strings.IndexAny(line, "\r\x00"); cut >= 0 {
			line = line[:cut]
		}
		line = strings.TrimRight(line, " \t")
		if line == "" {
			continue
		}
		if len(line) < 2 || line[1] != '=' {
			return Description{}, fmt.Errorf("%w: line %d is not of the form x=value", ErrSyntax, i+1)
		}
		if err := d.line(line[0], strings.TrimSpace(line[2:])); err != nil {
			return Description{}, fmt.Errorf("%w: line %d: %w", ErrSyntax, i+1, err)
		}
		seen = seen || strings.IndexByte("vosm", line[0]) >= 0
	}
	if !seen {
		return Description{}, fmt.Errorf("%w: it has none of v=, o=, s=, m=", ErrSyntax)
	}
	return d, nil
}

// line takes one line; types that a telephone has no use for are ignored, as
// RFC 8866 §5 asks of unknown ones.
func (d *Description) line(kind byte, value string) error {
	switch kind {
	case 'v':
		if value != "0" {
			return fmt.Errorf("version %q, only 0 is known", value)
		}
	case 'o':
		return d.origin(value)
	case 's':
		d.Name = value
	case 'c':
		return d.connection(value)
	case 'm':
		return d.media(value)
	case 'a':
		name, rest, _ := strings.Cut(value, ":")
		name = strings.TrimSpace(name)
		if name == "" {
			return nil
		}
		d.attribute(Attribute{name, strings.TrimSpace(rest)})
	}
	return nil
}

func (d *Description) attribute(a Attribute) {
	if n := len(d.Media); n > 0 {
		d.Media[n-1].Attributes = append(d.Media[n-1].Attributes, a)
		return
	}
	d.Attributes = append(d.Attributes, a)
}

// origin reads from the right, because user names with spaces are met.
func (d *Description) origin(value string) error {
	fields := strings.Fields(value)
	n := len(fields)
	if n < 5 {
		return fmt.Errorf("o= has %d fields, 6 are due", n)
	}
	d.Origin = Origin{
		User:    strings.Join(fields[:n-5], " "),
		ID:      number(fields[n-5]),
		Version: number(fields[n-4]),
		Address: fields[n-1],
	}
	return nil
}

// number reads a sess-id or sess-version; ones that do not fit 64 bits are
// met and only ever compared, so they become 0.
func number(s string) uint64 {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil {
		return 0
	}
	return n
}

func (d *Description) connection(value string) error {
	fields := strings.Fields(value)
	if len(fields) < 3 {
		return fmt.Errorf("c= has %d fields, 3 are due", len(fields))
	}
	address, _, _ := strings.Cut(fields[2], "/") // TTL and count of multicast
	if n := len(d.Media); n > 0 {
		d.Media[n-1].Address = address
		return nil
	}
	d.Address = address
	return nil
}

func (d *Description) media(value string) error {
	fields := strings.Fields(value)
	if len(fields) < 3 {
		return fmt.Errorf("m= has %d fields, at least 4 are due", len(fields))
	}
	port, ports, many := strings.Cut(fields[1], "/")
	m := Media{Kind: strings.ToLower(fields[0]), Proto: fields[2], Formats: fields[3:]}
	var err error
	if m.Port, err = strconv.Atoi(port); err != nil || m.Port < 0 || m.Port > 65535 {
		return fmt.Errorf("m= has port %q, 0 to 65535 are ports", port)
	}
	if many {
		if m.Ports, err = strconv.Atoi(ports); err != nil || m.Ports < 1 || m.Ports > 65535 {
			return fmt.Errorf("m= asks for %q ports", ports)
		}
	}
	d.Media = append(d.Media, m)
	return nil
}
