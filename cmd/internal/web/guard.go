package web

import (
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// policy lets the page use its own files and nothing else; require-trusted-types-for
// has the browser refuse text that would become markup.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// protect says to the browser what no answer may be used for.
func protect(h http.Header, r *http.Request) {
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	if r.TLS != nil { // browsers heed it there alone, and complain of it elsewhere
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
	}
	if strings.HasPrefix(r.URL.Path, "/api/") {
		h.Set("Cache-Control", "no-store")
	}
}

// barred tells why a request goes no further, whoever sends it.
func (s *site) barred(r *http.Request) (status int, why string) {
	switch {
	case !s.called(r.Host):
		return http.StatusMisdirectedRequest, "This telephone is not called so. Open it by its IP address, or by a name that its configuration lists."
	case r.Method == http.MethodGet, r.Method == http.MethodHead:
		return 0, ""
	case r.Method != http.MethodPost:
		return http.StatusMethodNotAllowed, "This telephone answers GET and POST alone."
	case r.Header.Get(marker) != "1":
		return http.StatusForbidden, "The request does not come from this telephone's own page: the header X-Offhook: 1 is missing."
	case !sameOrigin(r):
		return http.StatusForbidden, "The request comes from another page than this telephone's own."
	}
	return 0, ""
}

// marker is a header that another site's page cannot send without asking (a
// CORS preflight, which nothing here grants). "1": a person acts; "poll": the
// page asks by itself, which keeps no session alive.
const marker = "X-Offhook"

// called tells whether a Host header may be this telephone's. A name that
// somebody else can point here lets his page read as if it were ours (DNS
// rebinding).
func (s *site) called(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	host = strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"), ".")
	if _, err := netip.ParseAddr(host); err == nil {
		return true
	}
	own := func(name string) bool { return host != "" && strings.EqualFold(strings.TrimSuffix(name, "."), host) }
	return own("localhost") || slices.ContainsFunc(s.Names, own)
}

// sameOrigin tells whether a browser sends this from our page. Behind a proxy that
// ends TLS the page is of https and the request is not.
func sameOrigin(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	host, secure := strings.CutPrefix(origin, "https://")
	if !secure && r.TLS == nil {
		host = strings.TrimPrefix(origin, "http://")
	}
	return host != origin && strings.EqualFold(host, r.Host)
}
