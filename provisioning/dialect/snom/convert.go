package snom

import (
	"fmt"
	"strconv"
	"strings"

	"offhook/provisioning"
	"offhook/provisioning/dialect"
)

// converters are those of table.txt that are this maker's own.
var converters = []dialect.Converter{
	{Name: "outbound", As: outbound}, {Name: "secondOutbound", As: secondOutbound}, {Name: "dialled", As: number},
	{Name: "context", As: context}, {Name: "tos", As: tos}, {Name: "autoDial", As: autoDial},
	{Name: "refresh", As: refresh}, {Name: "ringer", As: ringer},
}

// outbound takes the first of two proxies with a comma between.
func outbound(s string) (dialect.Value, error) {
	first, _, _ := strings.Cut(s, ",")
	if first = strings.TrimSpace(first); hollow(first) {
		return dialect.Value{How: "without a host: none"}, nil
	}
	return dialect.TextValue(first), nil
}

// secondOutbound takes the second.
func secondOutbound(s string) (dialect.Value, error) {
	_, second, _ := strings.Cut(s, ",")
	if second = strings.TrimSpace(second); hollow(second) {
		return dialect.Value{}, nil
	}
	return dialect.TextValue(second), nil
}

// hollow is what a template leaves of a proxy that is not there: ":5060;transport=udp".
func hollow(s string) bool { return s == "" || s[0] == ':' || s[0] == ';' }

// number takes the user of a URI that lies on a key: sip:100@pbx;user=phone or
// 100|*8. What is behind | is dialled by other means here.
func number(s string) (dialect.Value, error) {
	s, _, _ = strings.Cut(s, "|")
	s = strings.Trim(strings.TrimSpace(s), "<>")
	s, parameters, _ := strings.Cut(s, ";")
	v := dialect.TextValue(strings.TrimPrefix(strings.TrimPrefix(s, "sip:"), "sips:"))
	if parameters != "" {
		v.How = "without ;" + dialect.Clip(parameters)
	}
	return v, nil
}

// context takes the number of an identity, or "active" for the one in use.
func context(s string) (dialect.Value, error) {
	if strings.EqualFold(s, "active") {
		return dialect.IntValue(0), nil
	}
	return dialect.Number(s)
}

// tos takes the byte of RFC 791 for the code point of RFC 2474.
func tos(s string) (dialect.Value, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 0 || n > 255 {
		return dialect.Value{}, fmt.Errorf("%q is not a byte", dialect.Clip(s))
	}
	return dialect.IntValue(n >> 2), nil
}

// autoDial takes seconds, or off.
func autoDial(s string) (dialect.Value, error) {
	if strings.EqualFold(s, "off") {
		return dialect.Value{}, dialect.NoSuch("a number is always whole after a time: dial-plan.dial-timeout")
	}
	return dialect.Seconds(s)
}

// refresh takes seconds; 0 is never.
func refresh(s string) (dialect.Value, error) {
	if s == "0" {
		return dialect.Value{Kind: provisioning.Null, How: "0 is never there; here the default stands"}, nil
	}
	return dialect.Seconds(s)
}

// ringer takes one of the telephone's ten ring tones.
func ringer(s string) (dialect.Value, error) {
	switch strings.ToLower(s) {
	case "ringer1":
		return dialect.TextValue("bell"), nil
	case "ringer2":
		return dialect.TextValue("warble"), nil
	case "ringer3":
		return dialect.TextValue("chime"), nil
	}
	return dialect.Value{}, dialect.NoSuch("this phone does not have the ring tone %s; it has bell, warble and chime, and WAV files of its own", dialect.Clip(s))
}
