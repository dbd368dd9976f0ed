package wire

import "strings"

// Address is a name-addr or addr-spec with its header parameters
// (RFC 3261 §20.10).
type Address struct {
	Display string // unquoted
	URI     string
	Params  Params
}

// Tag returns the tag parameter.
func (a Address) Tag() string {
	tag, _ := a.Params.Get("tag")
	return tag
}

// ParseAddress reads the value of a From, To, Contact, Route or Refer-To.
func ParseAddress(text string) (Address, error) {
	text = strings.TrimSpace(text)
	display, rest, err := cutDisplay(text)
	if err != nil {
		return Address{}, err
	}
	if !strings.HasPrefix(rest, "<") {
		return parseAddrSpec(rest)
	}
	uri, params, ok := strings.Cut(rest[1:], ">")
	if !ok {
		return Address{}, malformed("an address has no closing bracket")
	}
	address := Address{Display: display, URI: uri}
	params = strings.TrimSpace(params)
	if params != "" && params[0] != ';' {
		return address, malformed("text after an address")
	}
	if address.Params, err = ParseParams(params); err != nil {
		return address, err
	}
	return address, checkURIText(uri)
}

// cutDisplay cuts the display name: a quoted-string or tokens.
func cutDisplay(text string) (display, rest string, err error) {
	if strings.HasPrefix(text, `"`) {
		display, rest, ok := cutQuoted(text)
		rest = strings.TrimSpace(rest)
		if !ok || !strings.HasPrefix(rest, "<") {
			return "", "", malformed("a quoted display name does not end")
		}
		return display, rest, nil
	}
	at := strings.IndexByte(text, '<')
	if at < 0 {
		return "", text, nil
	}
	display = strings.TrimSpace(text[:at])
	for _, word := range strings.Fields(display) {
		if !IsToken(word) {
			return "", "", malformed("a display name needs quotes")
		}
	}
	return display, text[at:], nil
}

// parseAddrSpec reads an address without brackets, where all parameters are
// the header's and ',' and '?' are not allowed (RFC 3261 §20).
func parseAddrSpec(text string) (Address, error) {
	uri, params, found := strings.Cut(text, ";")
	address := Address{URI: strings.TrimSpace(uri)}
	if strings.ContainsAny(address.URI, "?,") {
		return address, malformed("an address with '?' or ',' needs brackets")
	}
	if found && strings.TrimSpace(params) == "" {
		return address, malformed("a parameter has no name")
	}
	var err error
	if address.Params, err = ParseParams(params); err != nil {
		return address, err
	}
	return address, checkURIText(address.URI)
}

func checkURIText(uri string) error {
	scheme, rest, ok := strings.Cut(uri, ":")
	if !ok || rest == "" || !isScheme(scheme) {
		return malformed("a URI has no scheme")
	}
	for i := range len(uri) {
		if c := uri[i]; c <= ' ' || c == 0x7f || c == '<' || c == '>' || c == '"' {
			return malformed("a character that a URI cannot have")
		}
	}
	return nil
}

func isScheme(text string) bool {
	for i := range len(text) {
		c := text[i] | 0x20
		letter := 'a' <= c && c <= 'z'
		if !letter && (i == 0 || !strings.ContainsRune("0123456789+-.", rune(text[i]))) {
			return false
		}
	}
	return text != ""
}
