package app

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"

	"offhook/cmd/internal/syslog"
	"offhook/provisioning"
)

// newLogHost makes what tells a log server; each telephone has a name of its own there.
func newLogHost(log *slog.Logger, d provisioning.Device) *syslog.Sender {
	host, _ := os.Hostname() // else it has none
	if d.MAC != "" {
		host = "offhook-" + strings.ReplaceAll(d.MAC, ":", "")
	}
	return syslog.New(syslog.Config{Host: host, App: "offhook", PID: os.Getpid(), Log: log})
}

// logTarget is the log server of a document, nil when it has none.
func logTarget(doc provisioning.Document) *syslog.Target {
	l := doc.Log
	if l.Server == "" {
		return nil
	}
	t := &syslog.Target{Address: l.Server, Transport: cmp.Or(l.Transport, "udp")}
	if _, _, err := net.SplitHostPort(l.Server); err != nil {
		t.Address = net.JoinHostPort(strings.Trim(l.Server, "[]"), map[bool]string{true: "6514", false: "514"}[t.Transport == "tls"])
	}
	if t.Transport == "tls" {
		t.TLS = tlsOf(doc.LogAccess())
	}
	return t
}

// tlsOf is for a server that a document names.
func tlsOf(access provisioning.Access) *tls.Config {
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	if access.CA != "" {
		config.RootCAs = x509.NewCertPool()
		config.RootCAs.AppendCertsFromPEM([]byte(access.CA)) // was checked
	}
	return config
}

// tellLog hands the log's lines on, from the first that is kept.
func (a *App) tellLog(ctx context.Context) error {
	var reading sync.WaitGroup
	defer reading.Wait()
	if a.cfg.Ring != nil {
		reading.Go(func() {
			_ = a.cfg.Ring.Each(ctx, true, func(line []byte) error { a.logHost.Put(line); return nil }) // ends with ctx
		})
	}
	return a.logHost.Run(ctx)
}
