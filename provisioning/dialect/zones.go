package dialect

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// continents to try for a city.
var continents = []string{"Europe/", "America/", "Asia/", "Africa/", "Australia/", "Pacific/", "Atlantic/", "Indian/"}

// zoneNames are zones by what makers call them: a country, a code, the standard
// time of a POSIX zone.
const zoneNames = "|" +
	"germany=Europe/Berlin|france=Europe/Paris|austria=Europe/Vienna|switzerland=Europe/Zurich|" +
	"italy=Europe/Rome|spain=Europe/Madrid|netherlands=Europe/Amsterdam|belgium=Europe/Brussels|" +
	"poland=Europe/Warsaw|czech republic=Europe/Prague|denmark=Europe/Copenhagen|sweden=Europe/Stockholm|" +
	"norway=Europe/Oslo|finland=Europe/Helsinki|portugal=Europe/Lisbon|ireland=Europe/Dublin|" +
	"greece=Europe/Athens|hungary=Europe/Budapest|romania=Europe/Bucharest|bulgaria=Europe/Sofia|" +
	"croatia=Europe/Zagreb|slovenia=Europe/Ljubljana|slovakia=Europe/Bratislava|luxembourg=Europe/Luxembourg|" +
	"united kingdom=Europe/London|great britain=Europe/London|turkey=Europe/Istanbul|ukraine=Europe/Kyiv|" +
	"israel=Asia/Jerusalem|japan=Asia/Tokyo|china=Asia/Shanghai|india=Asia/Kolkata|singapore=Asia/Singapore|" +
	"korea=Asia/Seoul|new zealand=Pacific/Auckland|south africa=Africa/Johannesburg|egypt=Africa/Cairo|" +
	"united states-eastern time=America/New_York|united states-central time=America/Chicago|" +
	"united states-mountain time=America/Denver|united states-pacific time=America/Los_Angeles|" +
	"united states-alaska time=America/Anchorage|united states-hawaii-aleutian=Pacific/Honolulu|" +
	"est5edt=America/New_York|cst6cdt=America/Chicago|mst7mdt=America/Denver|pst8pdt=America/Los_Angeles|" +
	"gmt0bst=Europe/London|cet-1cest=Europe/Berlin|eet-2eest=Europe/Helsinki|wet0west=Europe/Lisbon|msk-3=Europe/Moscow|" +
	"jst-9=Asia/Tokyo|cst-8=Asia/Shanghai|ist-5:30=Asia/Kolkata|aest-10aedt=Australia/Sydney|nzst-12nzdt=Pacific/Auckland|" +
	"akst9akdt=America/Anchorage|hst10=Pacific/Honolulu|ast4adt=America/Halifax|brt3=America/Sao_Paulo|" +
	"ger+1=Europe/Berlin|fra+1=Europe/Paris|aut+1=Europe/Vienna|che+1=Europe/Zurich|ita+1=Europe/Rome|" +
	"esp+1=Europe/Madrid|nld+1=Europe/Amsterdam|bel+1=Europe/Brussels|pol+1=Europe/Warsaw|dnk+1=Europe/Copenhagen|" +
	"swe+1=Europe/Stockholm|nor+1=Europe/Oslo|cze+1=Europe/Prague|lux+1=Europe/Luxembourg|hun+1=Europe/Budapest|" +
	"fin+2=Europe/Helsinki|grc+2=Europe/Athens|gbr-0=Europe/London|irl-0=Europe/Dublin|prt-0=Europe/Lisbon|" +
	"usa-5=America/New_York|usa-6=America/Chicago|usa-7=America/Denver|usa-8=America/Los_Angeles|usa-9=America/Anchorage|" +
	"can-4=America/Halifax|can-5=America/Toronto|can-6=America/Winnipeg|can-7=America/Edmonton|can-8=America/Vancouver|" +
	"aus+10=Australia/Sydney|aus+8=Australia/Perth|nzl+12=Pacific/Auckland|jpn+9=Asia/Tokyo|chn+8=Asia/Shanghai|" +
	"sgp+8=Asia/Singapore|isr+2=Asia/Jerusalem|rus+3=Europe/Moscow|utc=UTC|gmt=UTC|"

// ZoneName finds a zone of the tz database by a name of it, a city, a country,
// "Germany(Berlin)", a POSIX zone such as CET-1CEST,M3.5.0,M10.5.0/3, or a
// maker's code such as GER+1.
func ZoneName(s string) (string, bool) {
	s = strings.TrimSpace(s)
	posix, _, _ := strings.Cut(s, ",")
	outside, city, found := strings.Cut(strings.TrimSuffix(s, ")"), "(")
	candidates := []string{s, posix}
	if found {
		for _, one := range strings.Split(city, ",") {
			candidates = append(candidates, strings.TrimSpace(one))
		}
		candidates = append(candidates, strings.TrimSpace(outside))
	}
	for _, c := range candidates {
		if zone, ok := Lookup(zoneNames, strings.ToLower(c)); ok {
			return zone, true
		}
		if zone, ok := zoneOf(c); ok {
			return zone, true
		}
	}
	return "", false
}

func zoneOf(name string) (string, bool) {
	name = strings.ReplaceAll(name, " ", "_")
	if name == "" || name == "Local" || len(name) > 40 {
		return "", false
	}
	if strings.Contains(name, "/") {
		_, err := time.LoadLocation(name)
		return name, err == nil
	}
	for _, continent := range continents {
		if _, err := time.LoadLocation(continent + name); err == nil {
			return continent + name, true
		}
	}
	return "", false
}

// ZoneOffset makes a zone without summer time of "+1", "-5", "+05:00".
func ZoneOffset(s string) (string, error) {
	sign, rest := "-", s // the tz database writes east of Greenwich with a minus
	switch {
	case strings.HasPrefix(s, "-"):
		sign, rest = "+", s[1:]
	case strings.HasPrefix(s, "+"):
		rest = s[1:]
	}
	hours, minutes, _ := strings.Cut(rest, ":")
	h, err := strconv.Atoi(hours)
	m, err2 := strconv.Atoi("0" + minutes)
	switch {
	case err != nil || err2 != nil || h > 14 || h < 0:
		return "", fmt.Errorf("%q is not a number of hours from UTC", Clip(s))
	case m != 0:
		return "", fmt.Errorf("%q is no whole number of hours; give the zone's name", Clip(s))
	case h == 0:
		return "UTC", nil
	}
	return fmt.Sprintf("Etc/GMT%s%d", sign, h), nil
}
