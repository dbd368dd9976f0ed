// Package tftp fetches documents over TFTP (RFC 1350) with the options blksize,
// tsize and timeout (RFC 2347 to 2349). Nothing of it is protected: who can
// reach the network can read and replace what is fetched, so it is used only
// where the request allows it.
package tftp

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"offhook/provisioning"
)

// Config is the limits.
type Config struct {
	Timeout time.Duration // of a whole fetch; 0 means 30 s
	Retry   time.Duration // until a packet is sent again the first time, doubling; 0 means 1 s
	MaxSize int64         // bytes of a document; 0 means 1 MiB
}

// Source fetches tftp:// URLs. It keeps no state between fetches.
type Source struct{ cfg Config }

var _ provisioning.Source = (*Source)(nil)

// New makes a Source.
func New(cfg Config) *Source {
	if cfg.Timeout == 0 {
		cfg.Timeout = 30 * time.Second
	}
	if cfg.Retry == 0 {
		cfg.Retry = time.Second
	}
	if cfg.MaxSize == 0 {
		cfg.MaxSize = 1 << 20
	}
	return &Source{cfg}
}

// tries is how often one packet is sent before the server is given up.
const tries = 5

// Fetch gets a document. Its errors are sentences for a person.
func (s *Source) Fetch(ctx context.Context, r provisioning.Request) (provisioning.Response, error) {
	u, err := url.Parse(r.URL)
	if err != nil || u.Hostname() == "" || u.Path == "" {
		return provisioning.Response{}, errors.New("URL: it cannot be read; write it as tftp://host/file")
	}
	if !r.Access.AllowTFTP {
		return provisioning.Response{}, fmt.Errorf("TFTP: it protects nothing and is not allowed (%s); use https, or set provisioning.allow-tftp in the agent's file", u.Host)
	}
	ctx, cancel := context.WithTimeout(ctx, s.cfg.Timeout)
	defer cancel()
	data, err := s.fetch(ctx, u)
	if err != nil {
		return provisioning.Response{}, s.explain(ctx, err, u)
	}
	return provisioning.Response{Data: data, URL: u.String()}, nil
}

func (s *Source) fetch(ctx context.Context, u *url.URL) ([]byte, error) {
	server, err := lookUp(ctx, u)
	if err != nil {
		return nil, err
	}
	conn, err := net.ListenUDP("udp", nil)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Unix(1, 0)) }) // wakes the reader
	defer stop()
	t := &transfer{conn: conn, server: server, retry: s.cfg.Retry, max: s.cfg.MaxSize}
	return t.run(ctx, strings.TrimPrefix(u.Path, "/"))
}

// lookUp is where the server listens: port 69 unless the URL says otherwise.
func lookUp(ctx context.Context, u *url.URL) (*net.UDPAddr, error) {
	port := u.Port()
	if port == "" {
		port = "69"
	}
	addresses, err := net.DefaultResolver.LookupNetIP(ctx, "ip", u.Hostname())
	if err != nil {
		return nil, err
	}
	number, err := net.DefaultResolver.LookupPort(ctx, "udp", port)
	if err != nil {
		return nil, err
	}
	return &net.UDPAddr{IP: addresses[0].Unmap().AsSlice(), Port: number, Zone: addresses[0].Zone()}, nil
}

func (s *Source) explain(ctx context.Context, err error, u *url.URL) error {
	var dns *net.DNSError
	var refused *RefusedError
	switch {
	case errors.As(err, &refused) && refused.Code == notFound:
		return fmt.Errorf("TFTP: no file for this phone at %s; put one there, or mend provisioning.url: %w", u.Redacted(), err)
	case errors.As(err, &refused):
		return fmt.Errorf("TFTP: the server does not give %s: %w", u.Redacted(), err)
	case errors.As(err, &dns):
		return fmt.Errorf("DNS: the name %s cannot be looked up; see provisioning.url and the DNS server: %w", u.Hostname(), err)
	case errors.Is(ctx.Err(), context.DeadlineExceeded), errors.Is(err, errSilent):
		return fmt.Errorf("TFTP: the server does not answer (%s); see the network, the server, and whether a firewall lets its answers through: %w", u.Host, errSilent)
	case ctx.Err() != nil:
		return ctx.Err()
	}
	return fmt.Errorf("TFTP: %w (%s)", err, u.Redacted())
}
