package discover

import (
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"

	"offhook/provisioning"
	"offhook/ua"
)

// Bounds of what the network may say.
const (
	maxValue     = 2048 // octets
	maxAddresses = 8
)

// ReadAddresses reads what DHCP, PnP or DNS give as the place of the
// configuration: a URL, a host with or without a port and a path, or several of
// them with spaces or commas between. What names no file gets each of files in
// turn. A user name and password in a URL become those of the access.
func ReadAddresses(value string, files []string, access provisioning.Access) ([]Found, error) {
	value = strings.Trim(value, "\x00 \t\r\n")
	switch {
	case value == "":
		return nil, errors.New("is empty")
	case len(value) > maxValue:
		return nil, fmt.Errorf("has %d octets, more than an address may have", len(value))
	case !utf8.ValidString(value) || strings.ContainsFunc(value, func(r rune) bool { return unicode.IsControl(r) && r != '\t' && r != '\n' && r != '\r' }):
		return nil, errors.New("is not text")
	}
	words := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
	if len(words) > maxAddresses {
		return nil, fmt.Errorf("names %d servers; at most %d are tried", len(words), maxAddresses)
	}
	var all []Found
	for _, word := range words {
		one, err := readAddress(word, files, access)
		if err != nil {
			return nil, err
		}
		all = append(all, one...)
	}
	return all, nil
}

func readAddress(word string, files []string, access provisioning.Access) ([]Found, error) {
	if !strings.Contains(word, "://") {
		word = "https://" + bracketed(word)
	}
	u, err := url.Parse(word)
	if err != nil || u.Opaque != "" || !validHost(u.Hostname()) {
		return nil, fmt.Errorf("%s is neither a URL nor a host", clip(word))
	}
	if u.User != nil && strings.EqualFold(u.Scheme, "https") {
		password, _ := u.User.Password()
		access.Username, access.Password = u.User.Username(), ua.NewSecret(password)
	}
	start, rest, _ := strings.Cut(word, "://")
	if at := strings.LastIndex(rest[:len(rest)-len(afterHost(rest))], "@"); at >= 0 {
		rest = rest[at+1:]
	}
	word = strings.ToLower(start) + "://" + rest // as written: url.URL would escape macros
	if u.RawQuery != "" || namesFile(u.Path) {
		return []Found{{URL: word, Access: access}}, nil
	}
	var all []Found
	for _, file := range files {
		all = append(all, Found{URL: strings.TrimSuffix(word, "/") + "/" + file, Access: access})
	}
	return all, nil
}

// afterHost is what begins with the path.
func afterHost(s string) string {
	if at := strings.IndexAny(s, "/?#"); at >= 0 {
		return s[at:]
	}
	return ""
}

// namesFile tells a file from a directory: it has an extension, or a macro.
func namesFile(p string) bool {
	last := path.Base(p)
	return p != "" && !strings.HasSuffix(p, "/") && strings.ContainsAny(last, ".{$") && last != "." && last != ".."
}

// bracketed puts an IPv6 address into brackets, as URLs want.
func bracketed(host string) string {
	if a, err := netip.ParseAddr(host); err == nil && a.Is6() {
		return "[" + host + "]"
	}
	return host
}

// validHost keeps out what would mean something to a shell, a log or a header.
func validHost(host string) bool {
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	return host != "" && len(host) <= 253 && !strings.ContainsFunc(host, func(r rune) bool {
		return r != '.' && r != '-' && r != '_' && (r > 'z' || r < '0' || r > '9' && r < 'A' || r > 'Z' && r < 'a')
	})
}

func clip(s string) string {
	if len(s) > 60 {
		return fmt.Sprintf("%q…", s[:60])
	}
	return fmt.Sprintf("%q", s)
}
