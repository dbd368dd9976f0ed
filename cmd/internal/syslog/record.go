// Package syslog tells a log server what the log says (RFC 5424), by UDP (RFC 5426),
// TCP (RFC 6587 §3.4.1) or TLS (RFC 5425).
package syslog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

const (
	facility = 16   // local0
	nothing  = "-"  // NILVALUE
	longest  = 2048 // octets that every receiver takes (RFC 5426 §3.2 should)
)

// severities are those of slog's levels (RFC 5424 §6.2.1).
func severity(level string) int {
	switch {
	case strings.HasPrefix(level, "ERROR"):
		return 3
	case strings.HasPrefix(level, "WARN"):
		return 4
	case strings.HasPrefix(level, "DEBUG"):
		return 7
	}
	return 6
}

// record makes a message of a line that slog's JSON handler has written.
func (c Config) record(line []byte, number uint64) ([]byte, error) {
	fields, err := fieldsOf(line)
	if err != nil {
		return nil, err
	}
	at, level, id, text := nothing, "", nothing, ""
	var rest strings.Builder
	for _, f := range fields {
		switch f.name {
		case "time":
			if t, err := time.Parse(time.RFC3339Nano, f.value); err == nil {
				at = t.Format("2006-01-02T15:04:05.000000Z07:00") // §6.2.3: at most six digits
			}
		case "level":
			level = f.value
		case "msg":
			text = f.value
		case "room":
			id = name(f.value, 32)
		default:
			rest.WriteString(" " + f.name + "=" + quoted(f.value))
		}
	}
	message := fmt.Appendf(nil, "<%d>1 %s %s %s %d %s [meta sequenceId=\"%d\"] %s%s", facility*8+severity(level), at,
		name(c.Host, 255), name(c.App, 48), c.PID, id, number%2147483647+1, oneLine(text), oneLine(rest.String()))
	return bytes.ToValidUTF8(message[:min(len(message), longest)], nil), nil
}

type field struct{ name, value string }

// fieldsOf are a record's, in order; groups are left as JSON.
func fieldsOf(line []byte) (all []field, err error) {
	d := json.NewDecoder(bytes.NewReader(line))
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return nil, fmt.Errorf("syslog: %.40q is no record", line)
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, fmt.Errorf("syslog: %w", err)
		}
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return nil, fmt.Errorf("syslog: %w", err)
		}
		value := string(raw)
		if value[0] == '"' {
			_ = json.Unmarshal(raw, &value) // was read just now
		}
		all = append(all, field{key.(string), value})
	}
	return all, nil
}

// name is printable US-ASCII without spaces (§6).
func name(s string, most int) string {
	s = strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return '-'
		}
		return r
	}, s)
	if s == "" {
		return nothing
	}
	return s[:min(len(s), most)]
}

func quoted(s string) string {
	if s == "" || strings.ContainsAny(s, " \"=") {
		return strconv.Quote(s)
	}
	return s
}

// oneLine keeps what others send from looking like another record.
func oneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, s)
}
