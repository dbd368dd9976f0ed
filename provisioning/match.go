package provisioning

import (
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
	"unicode/utf8"
)

// matchers check text by the name in a match tag; the answer says what is wrong
// and what to do, and is empty when nothing is.
var matchers = map[string]func(string) string{
	"authority":   matchAuthority,
	"ca-or-file":  matchCAOrFile,
	"callee":      matchCallee,
	"card":        matchCard,
	"code":        matchCode,
	"country":     pattern(`^[a-z]{2}$`, "a country; use its two letters (ISO 3166), such as de"),
	"dhcp-option": matchDHCPOption,
	"digit-map":   matchDigitMap,
	"file":        matchFile,
	"window":      pattern(`^([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]$`, "a time of day; write 02:00-05:00"),
	"action":      matchAction,
	"endpoint":    matchEndpoint,
	"event":       matchEvent,
	"host":        matchHost,
	"hours":       matchHours,
	"identity":    matchIdentity,
	"interface":   pattern(`^[^\s/:[:cntrl:]]{1,15}$`, "a network interface; use its name, such as eth0"),
	"label":       matchLabel,
	"latitude":    matchDegrees(90),
	"longitude":   matchDegrees(180),
	"language":    pattern(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$`, "a language; use a tag such as en or de-AT (BCP 47)"),
	"mac":         matchMAC,
	"listen":      matchListen,
	"moment":      matchMoment,
	"name":        pattern(`^[A-Za-z0-9_.+@*#-]{1,64}$`, "a name; use letters, digits and _ . + @ - only, at most 64"),
	"number":      pattern(`^[0-9+*#]{1,32}$`, "a number; use digits, +, * and # only"),
	"pem":         matchPEM,
	"pem-or-file": matchPEMOrFile,
	"reference":   pattern(`^\$[A-Za-z0-9_.+@*#-]{1,64}$`, "a reference; add the identity under tls.identities and write $ before its name"),
	"resource":    matchResource,
	"server":      matchServer,
	"servers":     matchServers,
	"step":        matchStep,
	"url":         matchURL,
	"turn":        matchTURN,
	"user":        matchUser,
	"zone":        matchZone,
}

var (
	matchResource = pattern(`^(sips?:)?[A-Za-z0-9_.!~*'()&=+$,/#%-]{1,128}(@[][A-Za-z0-9_.:-]{1,128})?(;[A-Za-z0-9_.=;-]{1,128})?$`, "a number, user@host or SIP URI")
	matchUser     = pattern(`^[A-Za-z0-9_.!~*'()&=+$,;?/#-]{1,128}$`, "a number or user name; give the part before the @ only (RFC 3261 §25.1)")
)

func pattern(expression, what string) func(string) string {
	// Most documents need few of them: compiled, all would take 0.7 MB at the start.
	re := sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
	return func(s string) string {
		if re().MatchString(s) {
			return ""
		}
		return fmt.Sprintf("%q is not %s", clip(s), what)
	}
}

// printable reports whether text may go into a header or onto a screen.
func printable(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, unicode.IsControl) < 0
}

func matchLabel(s string) string {
	switch {
	case !printable(s):
		return "holds a control character or a broken one; write it in UTF-8 on one line"
	case len(s) > 128:
		return "is longer than 128 bytes; shorten it"
	}
	return ""
}

var degrees = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^-?[0-9]{1,3}(\.[0-9]{1,8})?$`) })

func matchDegrees(most float64) func(string) string {
	return func(s string) string {
		if value, err := strconv.ParseFloat(s, 64); err == nil && degrees().MatchString(s) && value >= -most && value <= most {
			return ""
		}
		return fmt.Sprintf("%q is not degrees; use a decimal number between -%v and %v, such as 52.5163", clip(s), most, most)
	}
}

var hostName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)*\.?$`)
})

func validHost(s string) bool {
	if _, err := netip.ParseAddr(strings.Trim(s, "[]")); err == nil {
		return true
	}
	return len(s) <= 253 && hostName().MatchString(s)
}

// matchCallee checks whom a key calls: a user, or somebody elsewhere.
func matchCallee(s string) string {
	if matchUser(s) == "" || matchResource(s) == "" {
		return ""
	}
	return fmt.Sprintf("%q is not somebody to call; give a number, user@host or a SIP URI", clip(s))
}

func matchHost(s string) string {
	if validHost(s) {
		return ""
	}
	return fmt.Sprintf("%q is not a host; give a name or an address, without sip: and without a port", clip(s))
}

func matchServer(s string) string {
	host := s
	if h, port, err := net.SplitHostPort(s); err == nil {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return fmt.Sprintf("%q has no valid port; use 1 to 65535", clip(s))
		}
		host = h
	}
	if validHost(host) {
		return ""
	}
	return fmt.Sprintf("%q is not a server; give host or host:port, without sip: in front", clip(s))
}

// maxServers bounds the servers of one setting.
const maxServers = 8

// matchServers checks servers with commas between, best first.
func matchServers(s string) string {
	all := strings.Split(s, ",")
	if len(all) > maxServers {
		return fmt.Sprintf("names %d servers; give at most %d", len(all), maxServers)
	}
	seen := map[string]bool{}
	for _, one := range all {
		one = strings.TrimSpace(one)
		switch wrong := matchServer(one); {
		case one == "":
			return fmt.Sprintf("%q has a comma too many; give host or host:port, or more of them with one comma between", clip(s))
		case wrong != "":
			return wrong
		case seen[strings.ToLower(one)]:
			return fmt.Sprintf("names %q twice; remove one of them", clip(one))
		}
		seen[strings.ToLower(one)] = true
	}
	return ""
}

func matchZone(s string) string {
	if _, err := time.LoadLocation(s); err == nil && s != "Local" {
		return ""
	}
	if _, err := time.LoadLocation("Europe/London"); err != nil && printable(s) {
		return "" // no time zone database here to judge by
	}
	return fmt.Sprintf("%q is not a time zone; use a name of the tz database, such as Europe/Berlin", clip(s))
}

func matchURL(s string) string {
	u, err := url.Parse(s)
	switch {
	case err != nil || !printable(s):
		return "is not a URL; write it as https://host/path"
	case u.User != nil:
		return "holds a user name or password; give them as username and password instead"
	case u.Scheme == "":
		return "names no host; write it as https://host/path"
	case u.Scheme != "https" && u.Scheme != "http" && u.Scheme != "tftp":
		return fmt.Sprintf("%q is not a scheme for provisioning; use https", clip(u.Scheme))
	case u.Hostname() == "":
		return "names no host; write it as https://host/path"
	}
	if _, err := (Device{}).Expand(s); err != nil {
		return err.Error()
	}
	return ""
}

var codeDigits = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[0-9]{4,12}$`) })

// matchCode refuses the door codes that are tried first.
func matchCode(s string) string {
	if !codeDigits().MatchString(s) {
		return "is not a door code; use 4 to 12 digits"
	}
	steps := map[int]bool{}
	for i := 1; i < len(s); i++ {
		steps[int(s[i])-int(s[i-1])] = true
	}
	if len(steps) == 1 && (steps[0] || steps[1] || steps[-1]) {
		return "is guessed at once (one digit, or digits in a row); choose another"
	}
	return ""
}

// backwards is where the dash of a range such as 9-2 is, -1 without one.
func backwards(digitMap string) int {
	for i := range digitMap {
		if digitMap[i] == '-' && digitMap[i-1] > digitMap[i+1] {
			return i
		}
	}
	return -1
}

// digitMap is one pattern: keys, x for any digit, [2-9] for a set, each
// followed by a dot when it may come any number of times, and T at the end to
// wait for the time-out (RFC 3435 §2.1.5).
var digitMap = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^([0-9A-Dx*#+]\.?|\[([0-9]-[0-9]|[0-9A-D*#])+\]\.?)+T?$`)
})

func matchDigitMap(s string) string {
	if len(s) <= 128 && digitMap().MatchString(s) {
		if i := backwards(s); i >= 0 {
			return fmt.Sprintf("%q has a set whose range runs backwards (%s); write the smaller digit first", clip(s), s[i-1:i+2])
		}
		return ""
	}
	return fmt.Sprintf("%q is not a digit map; use digits, * # +, x for any digit, [2-9] for a set, a dot after what may repeat, T at the end to wait", clip(s))
}
