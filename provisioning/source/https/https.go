// Package https fetches documents over HTTPS: TLS 1.2 or later with the server
// always verified, a client certificate, Basic and Digest authentication
// (RFC 7617, RFC 7616), conditional requests, and limits on size, time and
// redirects. Plain HTTP is used only where the request allows it.
package https

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"offhook/provisioning"
)

// Config is the limits.
type Config struct {
	Timeout      time.Duration // of a whole fetch; 0 means 30 s
	Stall        time.Duration // how long nothing may come of a download; 0 means a minute
	MaxSize      int64         // bytes of a document; 0 means 1 MiB
	MaxRedirects int           // 0 means 5
	// Floor is when the program was made: the time cannot be earlier. A board
	// without a clock of its own says 1970 until NTP answers; certificates are
	// then judged as of Floor, and the response says so.
	Floor time.Time
	Now   func() time.Time // nil means time.Now
}

// Source fetches https:// and, where allowed, http:// URLs. It keeps no
// connection and no state between fetches.
type Source struct{ cfg Config }

var _ provisioning.Source = (*Source)(nil)

// New makes a Source.
func New(cfg Config) *Source {
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Second
	}
	if cfg.Stall == 0 {
		cfg.Stall = time.Minute
	}
	if cfg.MaxSize == 0 {
		cfg.MaxSize = 1 << 20
	}
	if cfg.MaxRedirects == 0 {
		cfg.MaxRedirects = 5
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Source{cfg}
}

// behind tells whether the clock is not set.
func (s *Source) behind() bool { return s.cfg.Now().Before(s.cfg.Floor) }

// time is what certificates are judged by.
func (s *Source) time() time.Time {
	if s.behind() {
		return s.cfg.Floor
	}
	return s.cfg.Now()
}

// Fetch gets a document. Its error is an *Error.
func (s *Source) Fetch(ctx context.Context, r provisioning.Request) (provisioning.Response, error) {
	u, err := url.Parse(r.URL)
	if err != nil || u.Hostname() == "" {
		return provisioning.Response{}, &Error{Msg: "URL: it cannot be read; write it as https://host/path", Err: err}
	}
	if err := allowed(u, r.Access.AllowHTTP); err != nil {
		return provisioning.Response{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	client, done, err := s.client(u, r)
	if err != nil {
		return provisioning.Response{}, err
	}
	defer done()
	response, err := client.Do(newRequest(ctx, u, r))
	if err != nil {
		return provisioning.Response{}, s.explain(err, u)
	}
	defer response.Body.Close()
	return s.read(client, response, r, u)
}

// client is who asks the server of an address; done closes what it has opened.
func (s *Source) client(u *url.URL, r provisioning.Request) (client *http.Client, done func(), err error) {
	security, err := tlsConfig(r.Access)
	if err != nil {
		return nil, nil, err
	}
	security.Time = s.time
	transport, err := newTransport(security, s.cfg.Timeout, r.Access.Proxy)
	if err != nil {
		return nil, nil, err
	}
	return &http.Client{
		Transport:     &login{next: transport, origin: u, access: r.Access},
		CheckRedirect: s.redirects(r.Access.AllowHTTP),
	}, transport.CloseIdleConnections, nil
}

func newRequest(ctx context.Context, u *url.URL, r provisioning.Request) *http.Request {
	request := (&http.Request{Method: http.MethodGet, URL: u, Host: u.Host, Header: http.Header{}}).WithContext(ctx)
	set := func(key, value string) {
		if value != "" {
			request.Header.Set(key, value)
		}
	}
	set("User-Agent", r.UserAgent)
	set("If-None-Match", r.ETag)
	set("If-Modified-Since", r.LastModified)
	set("Accept", "application/yaml, application/json, text/plain;q=0.9, */*;q=0.5")
	return request
}

func newTransport(security *tls.Config, timeout time.Duration, proxy string) (*http.Transport, error) {
	through := http.ProxyFromEnvironment
	if proxy != "" {
		u, err := url.Parse(proxy)
		if err != nil || u.Host == "" {
			return nil, &Error{Msg: "the proxy's address cannot be read; write provisioning.proxy as http://host:port"}
		}
		through = http.ProxyURL(u)
	}
	return &http.Transport{
		Proxy:                  through,
		DialContext:            (&net.Dialer{Timeout: timeout}).DialContext,
		TLSClientConfig:        security,
		TLSHandshakeTimeout:    timeout,
		MaxResponseHeaderBytes: 64 << 10,
		ForceAttemptHTTP2:      true,
	}, nil
}

// tlsConfig makes the trust and the identity of a request.
func tlsConfig(a provisioning.Access) (*tls.Config, error) {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if a.CA != "" {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM([]byte(a.CA)) {
			return nil, &Error{Msg: "the authority's certificate (ca) cannot be read; give it in PEM"}
		}
	}
	if a.Certificate != "" {
		pair, err := tls.X509KeyPair([]byte(a.Certificate), []byte(a.Key.Reveal()))
		if err != nil {
			return nil, &Error{Msg: "the phone's certificate and key do not belong together or cannot be read; give both in PEM"}
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// allowed refuses what is not HTTPS unless plain HTTP is allowed.
func allowed(u *url.URL, plain bool) error {
	switch {
	case u.Scheme == "https", u.Scheme == "http" && plain:
		return nil
	case u.Scheme == "http":
		return &Error{Msg: fmt.Sprintf("HTTP: plain http is not allowed (%s); use https, or set provisioning.allow-http in the agent's file", u.Host)}
	}
	return &Error{Msg: fmt.Sprintf("%q is not fetched here; use https", u.Scheme)}
}

// redirects limits them, and never leaves HTTPS.
func (s *Source) redirects(plain bool) func(*http.Request, []*http.Request) error {
	return func(next *http.Request, before []*http.Request) error {
		last := before[len(before)-1].URL
		switch {
		case len(before) > s.cfg.MaxRedirects:
			return &Error{Msg: fmt.Sprintf("HTTP: the server redirects more than %d times (%s); mend its redirects", s.cfg.MaxRedirects, shown(last))}
		case last.Scheme == "https" && next.URL.Scheme != "https":
			return &Error{Msg: fmt.Sprintf("HTTPS: the server redirects to plain http (%s), which is refused; mend its redirect", shown(next.URL))}
		}
		next.Header.Del("Referer") // the URL before may hold what is not for this server
		return allowed(next.URL, plain)
	}
}

// read takes the answer.
func (s *Source) read(client *http.Client, response *http.Response, r provisioning.Request, u *url.URL) (provisioning.Response, error) {
	end := response.Request.URL
	out := provisioning.Response{
		URL: end.String(), ETag: response.Header.Get("ETag"), LastModified: response.Header.Get("Last-Modified"),
		ClockBehind: end.Scheme == "https" && s.behind(),
	}
	if response.StatusCode == http.StatusNotModified && r.ETag+r.LastModified != "" {
		out.NotModified = true
		return out, nil
	}
	if response.StatusCode != http.StatusOK {
		return out, refused(response, r.Access, end)
	}
	data, err := s.body(client, response)
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF):
		return out, &Error{Msg: fmt.Sprintf("HTTP: the connection ended in the middle of the file (%s); it will be tried again", shown(end)), Err: err}
	case err != nil:
		return out, s.explain(err, u)
	case int64(len(data)) > s.cfg.MaxSize:
		return out, &Error{Msg: fmt.Sprintf("HTTP: the file is larger than %d bytes (%s); this is not a phone's configuration", s.cfg.MaxSize, shown(end))}
	case len(data) == 0:
		return out, &Error{Msg: fmt.Sprintf("HTTP: the file is empty (%s); mend it on the server", shown(end))}
	}
	out.Data = data
	return out, nil
}
