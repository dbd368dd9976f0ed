package grandstream

import (
	"regexp"
	"strings"
	"sync"

	"offhook/provisioning/dialect"
)

// posixZones are zones by how POSIX writes their two times, without the rules.
var posixZones = map[string]string{
	"cet-1cest": "Europe/Berlin", "met-1mest": "Europe/Berlin", "wet0west": "Europe/Lisbon", "wet-0west": "Europe/Lisbon",
	"gmt+0bst": "Europe/London", "gmt0bst": "Europe/London", "gmt+0ist": "Europe/Dublin", "eet-2eest": "Europe/Athens", "ist-2idt": "Asia/Jerusalem",
	"est5edt": "America/New_York", "cst6cdt": "America/Chicago", "mst7mdt": "America/Denver", "mst7": "America/Phoenix",
	"pst8pdt": "America/Los_Angeles", "akst9akdt": "America/Anchorage", "hst10": "Pacific/Honolulu", "hast10": "Pacific/Honolulu",
	"ast4adt": "America/Halifax", "nst3:30ndt": "America/St_Johns", "brst+3brdt": "America/Sao_Paulo",
	"aest-10aedt": "Australia/Sydney", "est-10edt": "Australia/Sydney", "acst-9:30acdt": "Australia/Adelaide", "awst-8": "Australia/Perth",
	"nzst-12nzdt": "Pacific/Auckland", "jst-9": "Asia/Tokyo", "kst-9": "Asia/Seoul", "ist-5:30": "Asia/Kolkata", "msk-3": "Europe/Moscow",
}

// offset is the first time's distance from UTC as POSIX writes it: west is plus.
var offset = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z]{3,5}([+-]?)([0-9]{1,2})(:[0-9]{2})?`) })

// zone is a name, a POSIX zone with or without its rules, or "auto", which
// leaves it to the network.
func zone(s string) (dialect.Value, error) {
	name, _, _ := strings.Cut(strings.ToLower(strings.ReplaceAll(s, " ", "")), ",")
	if name == "auto" || name == "customize" {
		return dialect.Value{How: "left to this phone"}, nil
	}
	// CET-1CEST-2: the distance of the summer time says nothing new.
	for known, tz := range posixZones {
		if rest, ok := strings.CutPrefix(name, known); ok && strings.Trim(rest, "+-0123456789:") == "" && !startsWithColon(rest) {
			return dialect.TextValue(tz), nil
		}
	}
	m := offset().FindStringSubmatch(name)
	if m == nil || m[0] != name {
		return dialect.Text(s)
	}
	east := "+"
	if m[1] != "-" {
		east = "-"
	}
	tz, err := dialect.ZoneOffset(east + m[2] + m[3])
	if err != nil {
		return dialect.Value{}, dialect.NoSuch("%s", err.Error())
	}
	v := dialect.TextValue(tz)
	v.How = "hours from UTC, without summer time"
	return v, nil
}

func startsWithColon(s string) bool { return strings.HasPrefix(s, ":") }
