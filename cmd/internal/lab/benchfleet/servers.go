package benchfleet

import (
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"crypto/tls"

	"offhook/cmd/internal/farm"
	"offhook/cmd/internal/lab/ca"
	"offhook/cmd/internal/lab/journal"
	"offhook/cmd/internal/lab/pbx"
	"offhook/cmd/internal/lab/provserver"
	"offhook/provisioning"
	"offhook/provisioning/native"
	"offhook/ua"
)

const (
	host      = "127.0.0.1"
	authority = "fleet"
)

// servers are the exchange and the provisioning server.
type servers struct {
	config pbx.Config
	ca     *ca.Authority
	pbx    *pbx.PBX
	files  *provserver.Server
	url    string
	push   time.Duration // over which a check-sync spreads
	// reconnect is over which telephones come back to the exchange.
	reconnect time.Duration

	mu      sync.Mutex
	fetches []time.Time
}

func startServers(dir string, count int, push, reconnect time.Duration) (s *servers, err error) {
	s = &servers{push: push, reconnect: reconnect}
	if s.ca, err = ca.Open(dir); err != nil {
		return nil, err
	}
	certificate, err := s.ca.Server("localhost", host, pbx.Realm)
	if err != nil {
		return nil, err
	}
	s.config = pbx.Config{Log: slog.New(slog.DiscardHandler), Journal: &journal.Journal{}, Host: host, Certificate: certificate}
	for n := range count {
		s.config.Extensions = append(s.config.Extensions, pbx.Extension{Number: number(n), Name: "Phone " + number(n), Password: password(n)})
	}
	if s.pbx, err = pbx.Start(s.config); err != nil {
		return nil, err
	}
	return s, s.serve(certificate)
}

func (s *servers) serve(certificate tls.Certificate) error {
	at, _, _ := s.pbx.Addresses()
	_, port, _ := strings.Cut(at, ":")
	s.config.TLS, _ = strconv.Atoi(port) // where it comes back to
	l, err := pbx.Listen(host, 0, "https-port")
	if err != nil {
		return errors.Join(err, s.pbx.Close())
	}
	s.url = "https://" + l.Addr().String() + "/{mac}.yaml"
	s.files = provserver.Start(provserver.Config{Log: s.config.Log, Journal: s.config.Journal, Listener: l, Certificate: certificate, Document: s.document})
	return nil
}

func number(n int) string   { return strconv.Itoa(20000 + n) }
func password(n int) string { return "fleet-" + number(n) }

// document is the one of a telephone that answers by itself, by its MAC address.
func (s *servers) document(mac, _ string) ([]byte, error) {
	s.mu.Lock()
	s.fetches = append(s.fetches, time.Now())
	s.mu.Unlock()
	n, err := strconv.ParseUint(strings.ReplaceAll(mac, ":", ""), 16, 64)
	if n &= 1<<32 - 1; err != nil || farm.MAC(int(n)) == "" || n >= uint64(len(s.config.Extensions)) {
		return nil, fmt.Errorf("no telephone of the fleet has the address %s", mac)
	}
	tlsAt, _, _ := s.pbx.Addresses()
	d := provisioning.Default()
	d.Phone.Name, d.Phone.AutoAnswer = "Phone "+number(int(n)), provisioning.AutoAnswerAll
	d.Accounts = []provisioning.Account{{
		ID: "fleet", User: number(int(n)), Domain: pbx.Realm, Password: ua.NewSecret(password(int(n))), Registrar: tlsAt, Transport: ua.TLS,
		Expires: 10 * time.Minute, Register: true, ReconnectSpread: s.reconnect, KeepAlive: 25 * time.Second, SRTP: provisioning.SRTPMandatory, Codecs: []string{"pcma"}, CA: "$" + authority,
	}}
	d.TLS.Authorities = []provisioning.Authority{{Name: authority, PEM: s.ca.PEM()}}
	d.Provisioning.URL, d.Provisioning.CA, d.Provisioning.PushSpread = s.url, "$"+authority, s.push
	return native.Marshal(d)
}

// fetched are the times of all fetches from a moment on.
func (s *servers) fetched(since time.Time) (all []time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, at := range s.fetches {
		if at.After(since) {
			all = append(all, at)
		}
	}
	return all
}

// restart ends the exchange, which forgets all it knew, and starts it again.
func (s *servers) restart() error {
	err := s.pbx.Close()
	again, startErr := pbx.Start(s.config)
	if startErr == nil {
		s.pbx = again
	}
	return errors.Join(err, startErr)
}

func (s *servers) close() error { return errors.Join(s.files.Close(), s.pbx.Close()) }
