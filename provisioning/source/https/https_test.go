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
	"strings"
	"testing"
	"time"

	"offhook/provisioning"
)

func TestFetch_document(t *testing.T) {
	a := newAuthority(t)
	server := serve(t, a, nil, nil, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"7"`)
		w.Header().Set("Last-Modified", "Tue, 01 Jul 2025 10:00:00 GMT")
		_, _ = fmt.Fprintf(w, "%s %s %s", r.URL.Path, r.UserAgent(), r.Header.Get("If-None-Match"))
	})
	got, err := fetch(t, Config{}, provisioning.Request{URL: server.URL + "/a.yaml", Access: trusting(a), UserAgent: "offhook/1", ETag: `"6"`})
	if err != nil {
		t.Fatal(err)
	}
	if string(got.Data) != `/a.yaml offhook/1 "6"` || got.ETag != `"7"` || got.LastModified == "" || got.NotModified {
		t.Errorf("%+v, %s", got, got.Data)
	}
}

func TestFetch_not_modified(t *testing.T) {
	a := newAuthority(t)
	server := serve(t, a, nil, nil, func(w http.ResponseWriter, r *http.Request) {
		w.WriteHeader(http.StatusNotModified)
	})
	r := provisioning.Request{URL: server.URL, Access: trusting(a), LastModified: "Tue, 01 Jul 2025 10:00:00 GMT"}
	if got, err := fetch(t, Config{}, r); err != nil || !got.NotModified {
		t.Errorf("%+v, %v", got, err)
	}
	r.LastModified = ""
	if _, err := fetch(t, Config{}, r); err == nil || !strings.HasPrefix(err.Error(), "304: ") {
		t.Errorf("304 without a condition: %v", err)
	}
}

// Each fault of a server is told in words; HOST is where it is.
func TestFetch_tells_what_is_wrong(t *testing.T) {
	a, other := newAuthority(t), newAuthority(t)
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	release := make(chan struct{})
	defer close(release)
	for _, c := range []struct {
		name   string
		change func(*x509.Certificate)
		config *tls.Config
		serve  http.HandlerFunc
		want   string
	}{
		{"404", nil, nil, status(404), "404: no file for this phone at https://HOST/x.yaml; put one there, or mend provisioning.url"},
		{"403", nil, nil, status(403), "403: the server does not let this phone have https://HOST/x.yaml; see its access rules, and whether it wants a client certificate"},
		{"401", nil, nil, status(401), "401: user name or password refused (HOST); see provisioning.username and password"},
		{"429", nil, nil, status(429), "429: the server is asked too often (HOST); it will be tried again later"},
		{"500", nil, nil, status(500), "500: the server has a fault (https://HOST/x.yaml); it will be tried again"},
		{"204", nil, nil, status(204), "204: the server answers No Content for https://HOST/x.yaml; it should answer 200 with the file"},
		{"empty", nil, nil, text(""), "HTTP: the file is empty (https://HOST/x.yaml); mend it on the server"},
		{"oversize", nil, nil, text(strings.Repeat("x", 1001)), "HTTP: the file is larger than 1000 bytes (https://HOST/x.yaml); this is not a phone's configuration"},
		{"cut short", nil, nil, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "500")
			_, _ = io.WriteString(w, "offhook: 1\n")
		}, "HTTP: the connection ended in the middle of the file (https://HOST/x.yaml); it will be tried again"},
		{"slow", nil, nil, func(_ http.ResponseWriter, r *http.Request) {
			select {
			case <-release:
			case <-r.Context().Done():
			}
		}, "the server did not answer within 400ms (HOST); see the network and the server"},
		{"slow in the middle", nil, nil, func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, "offhook")
			w.(http.Flusher).Flush()
			select {
			case <-release:
			case <-r.Context().Done():
			}
		}, "the server did not answer within 400ms (HOST); see the network and the server"},
		{"expired", func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
		}, nil, text("x"), "HTTPS: certificate has expired on 2020-01-01, this phone's clock says TODAY (127.0.0.1); renew it on the server"},
		{"not valid yet", func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2091, 1, 1, 0, 0, 0, 0, time.UTC)
		}, nil, text("x"), "HTTPS: certificate is not valid before 2090-01-01 and this phone's clock says TODAY (127.0.0.1); see that the system keeps the time (timedatectl)"},
		{"another host's", func(c *x509.Certificate) { c.IPAddresses, c.DNSNames = nil, []string{"prov.example"} }, nil, text("x"),
			"HTTPS: certificate is not for this host (127.0.0.1); use the name that is in it, or have it made for this name"},
		{"not for servers", func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }, nil, text("x"),
			"HTTPS: certificate is not valid (127.0.0.1): it may not be used for a server; have it made anew"},
		{"TLS 1.1", nil, &tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, text("x"),
			"HTTPS: the server has no TLS 1.2 or later (127.0.0.1); update it"},
		{"client certificate wanted", nil, &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: x509.NewCertPool()}, text("x"),
			"HTTPS: the server refuses the phone (127.0.0.1): tls: certificate required; see whether it wants a client certificate"},
	} {
		t.Run(c.name, func(t *testing.T) {
			server := serve(t, a, c.change, c.config, c.serve)
			limits := Config{MaxSize: 1000}
			if strings.HasPrefix(c.name, "slow") {
				limits.Timeout = 400 * time.Millisecond
			}
			_, err := fetch(t, limits, provisioning.Request{URL: server.URL + "/x.yaml?token=hunter2", Access: trusting(a)})
			told(t, err, c.want, hostOf(t, server))
		})
	}
	t.Run("unknown authority", func(t *testing.T) {
		server := serve(t, other, nil, nil, text("x"))
		_, err := fetch(t, Config{}, provisioning.Request{URL: server.URL, Access: trusting(a)})
		told(t, err, "HTTPS: certificate signed by unknown authority (127.0.0.1); give the authority's certificate as provisioning.ca", "")
		_, err = fetch(t, Config{}, provisioning.Request{URL: server.URL})
		told(t, err, "HTTPS: certificate signed by unknown authority (127.0.0.1); give the authority's certificate as provisioning.ca", "")
	})
	t.Run("no TLS", func(t *testing.T) {
		server := servePlain(t, text("x"))
		_, err := fetch(t, Config{}, provisioning.Request{URL: "https://" + hostOf(t, server), Access: trusting(a)})
		told(t, err, "HTTPS: the server does not speak TLS at this port (127.0.0.1); see the port in provisioning.url", "")
	})
	t.Run("nobody there", func(t *testing.T) {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		must(t, listener, err)
		host := listener.Addr().String()
		_ = listener.Close()
		_, err = fetch(t, Config{}, provisioning.Request{URL: "https://" + host})
		told(t, err, "nothing listens at HOST; see provisioning.url and whether the server runs", host)
	})
}

func told(t *testing.T, err error, want, host string) {
	t.Helper()
	want = strings.ReplaceAll(want, "HOST", host)
	want = strings.ReplaceAll(want, "TODAY", time.Now().UTC().Format(time.DateOnly))
	var ours *Error
	if !errors.As(err, &ours) || err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
	if err != nil && strings.Contains(err.Error(), "hunter2") {
		t.Error("the error shows a secret")
	}
}

func TestFetch_refuses_a_bad_request(t *testing.T) {
	for _, c := range []struct {
		request provisioning.Request
		want    string
	}{
		{provisioning.Request{URL: "http://127.0.0.1/x"}, "HTTP: plain http is not allowed (127.0.0.1); use https, or set provisioning.allow-http in the agent's file"},
		{provisioning.Request{URL: "tftp://127.0.0.1/x"}, `"tftp" is not fetched here; use https`},
		{provisioning.Request{URL: "x.yaml"}, "URL: it cannot be read; write it as https://host/path"},
		{provisioning.Request{URL: "https://127.0.0.1", Access: provisioning.Access{CA: "x"}}, "the authority's certificate (ca) cannot be read; give it in PEM"},
		{provisioning.Request{URL: "https://127.0.0.1", Access: provisioning.Access{Certificate: "x"}},
			"the phone's certificate and key do not belong together or cannot be read; give both in PEM"},
	} {
		_, err := fetch(t, Config{}, c.request)
		told(t, err, c.want, "")
	}
}

func TestFetch_plain_http_where_allowed(t *testing.T) {
	server := servePlain(t, text("offhook: 1"))
	got, err := fetch(t, Config{}, provisioning.Request{URL: server.URL, Access: provisioning.Access{AllowHTTP: true}})
	if err != nil || string(got.Data) != "offhook: 1" {
		t.Errorf("%s %v", got.Data, err)
	}
}

func TestFetch_client_certificate(t *testing.T) {
	a := newAuthority(t)
	pool := x509.NewCertPool()
	pool.AddCert(a.cert)
	server := serve(t, a, nil, &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: pool}, func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, r.TLS.PeerCertificates[0].Subject.CommonName)
	})
	certificate, key := a.issue(t, nil)
	access := trusting(a)
	access.Certificate, access.Key = certificate, secret(key)
	got, err := fetch(t, Config{}, provisioning.Request{URL: server.URL, Access: access})
	if err != nil || string(got.Data) != "one" {
		t.Errorf("%s %v", got.Data, err)
	}
}

func TestFetch_ends_with_its_context(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	a := newAuthority(t)
	server := serve(t, a, nil, nil, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	_, err := New(Config{}).Fetch(ctx, provisioning.Request{URL: server.URL, Access: trusting(a)})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
