// Package lab is the workbench: a small PBX, a provisioning server with its
// own certificate authority, an impaired network between them and the phone,
// and a page to work them by. Everything listens on loopback. It is for people
// and for tests, never in firmware.
package lab

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"sync/atomic"

	"offhook/cmd/internal/lab/ca"
	"offhook/cmd/internal/lab/journal"
	"offhook/cmd/internal/lab/page"
	"offhook/cmd/internal/lab/pbx"
	"offhook/cmd/internal/lab/provserver"
)

// Extension is a number that may register.
type Extension = pbx.Extension

// Registration is a phone that has registered.
type Registration = pbx.Registration

// Call is a call as the PBX sees it.
type Call = pbx.Call

// Extensions are 1001 to 1009; the password of 1001 is "offhook-1001".
func Extensions() []Extension { return pbx.Extensions() }

// Config says how a workbench is started. The zero value is a good one.
type Config struct {
	Log                                 *slog.Logger
	Dir                                 string // keeps the certificate authority; a temporary folder when empty
	Host                                string // a loopback address; 127.0.0.1 when empty
	SIPTLS, SIPTCP, SIPUDP, HTTPS, Page int    // ports; 0 is any free one
	Seed                                uint64 // of the network's impairment
	FaceplateURL                        string // what the page shows as the phone
	Extensions                          []Extension
	Algorithms                          []string // of digest, best first; SHA-256 and MD5 when nil
}

// Addresses are where the workbench is reached.
type Addresses struct {
	Domain          string // of the addresses-of-record
	SIPTLS          string // host:port
	SIPTCP          string
	SIPUDP          string
	ProvisioningURL string // with {mac}
	PageURL         string
	CAPEM, CAFile   string // of the certificate authority
}

// Lab is a running workbench.
type Lab struct {
	config    Config
	dir       string // to be removed at the end, "" to keep
	journal   *journal.Journal
	network   *network
	authority *ca.Authority
	pbx       *pbx.PBX
	files     *provserver.Server
	page      *page.Server
	addresses Addresses
	stop      atomic.Pointer[func() bool] // forgets the context
	closed    sync.Once
	failure   error
	faceplate faceplate
}

type faceplate struct {
	mu  sync.Mutex
	url string
}

// Start starts a workbench. Every listener is up when it returns; it ends with
// the context or with Close.
func Start(ctx context.Context, c Config) (*Lab, error) {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	if c.Host == "" {
		c.Host = "127.0.0.1"
	}
	if ip := net.ParseIP(c.Host); ip == nil || !ip.IsLoopback() {
		return nil, fmt.Errorf("the workbench listens on loopback only, and %q is not a loopback address", c.Host)
	}
	if len(c.Extensions) == 0 {
		c.Extensions = Extensions()
	}
	l := &Lab{config: c, journal: &journal.Journal{}, network: &network{}, faceplate: faceplate{url: c.FaceplateURL}}
	l.network.now.Store(&Impairment{Seed: c.Seed})
	if err := l.start(); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	stop := context.AfterFunc(ctx, func() { _ = l.Close() })
	l.stop.Store(&stop)
	return l, nil
}

func (l *Lab) start() error {
	dir := l.config.Dir
	if dir == "" {
		temporary, err := os.MkdirTemp("", "offhook-lab-")
		if err != nil {
			return fmt.Errorf("no temporary folder for the certificate authority: %w", err)
		}
		dir, l.dir = temporary, temporary
	}
	var err error
	if l.authority, err = ca.Open(dir); err != nil {
		return err
	}
	certificate, err := l.authority.Server("localhost", "127.0.0.1", "::1", pbx.Realm)
	if err != nil {
		return err
	}
	l.pbx, err = pbx.Start(pbx.Config{
		Log: l.config.Log.With("part", "pbx"), Journal: l.journal, Host: l.config.Host,
		TLS: l.config.SIPTLS, TCP: l.config.SIPTCP, UDP: l.config.SIPUDP,
		Certificate: certificate, Extensions: l.config.Extensions, Algorithms: l.config.Algorithms, Network: l.network.paths,
	})
	if err != nil {
		return err
	}
	return l.serve(certificate)
}

// serve starts what speaks HTTP, which knows the addresses of what does not.
func (l *Lab) serve(certificate tls.Certificate) error {
	https, err := pbx.Listen(l.config.Host, l.config.HTTPS, "https-port")
	if err != nil {
		return err
	}
	http, err := pbx.Listen(l.config.Host, l.config.Page, "page-port")
	if err != nil {
		https.Close()
		return err
	}
	at := Addresses{
		Domain: pbx.Realm, CAPEM: l.authority.PEM(), CAFile: l.authority.File(),
		ProvisioningURL: "https://" + https.Addr().String() + "/{mac}.yaml",
		PageURL:         "http://" + http.Addr().String() + "/",
	}
	at.SIPTLS, at.SIPTCP, at.SIPUDP = l.pbx.Addresses()
	l.addresses = at
	l.files = provserver.Start(provserver.Config{
		Log: l.config.Log, Journal: l.journal, Listener: https, Certificate: certificate, Document: l.document,
	})
	l.page = page.Start(page.Config{Log: l.config.Log, Journal: l.journal, Listener: http, Bench: bench{l}})
	return nil
}

// Close ends everything and waits for it.
func (l *Lab) Close() error {
	l.closed.Do(func() {
		if stop := l.stop.Load(); stop != nil {
			(*stop)()
		}
		if l.page != nil {
			l.failure = errors.Join(l.failure, l.page.Close())
		}
		if l.files != nil {
			l.failure = errors.Join(l.failure, l.files.Close())
		}
		if l.pbx != nil {
			l.failure = errors.Join(l.failure, l.pbx.Close())
		}
		if l.dir != "" {
			l.failure = errors.Join(l.failure, os.RemoveAll(l.dir))
		}
	})
	return l.failure
}

// Addresses tells where the workbench is reached.
func (l *Lab) Addresses() Addresses { return l.addresses }

// SetMessageWaiting changes an extension's mailbox and tells its phones.
func (l *Lab) SetMessageWaiting(extension string, new, old int) error {
	return l.pbx.SetMailbox(extension, pbx.Mailbox{New: new, Old: old})
}

// CheckSync asks an extension's phones to fetch their configuration again.
func (l *Lab) CheckSync(extension string, reboot bool) error {
	return l.pbx.CheckSync(extension, reboot)
}

// Ring has the PBX call an extension's phones.
func (l *Lab) Ring(extension string) error { return l.pbx.Ring(extension) }

// Registrations lists who has registered.
func (l *Lab) Registrations() []Registration { return l.pbx.Registrations() }

// Calls lists the calls that are up.
func (l *Lab) Calls() []Call { return l.pbx.Calls() }

// SetImpairment changes the network between phone and PBX.
func (l *Lab) SetImpairment(i Impairment) {
	l.network.now.Store(&i)
	l.journal.Add(journal.Network, fmt.Sprintf("the network: delay %v, jitter %v, loss %.1f %% in bursts of %.1f, reordered %.1f %%, duplicated %.1f %%, seed %d",
		i.Delay, i.Jitter, i.Loss*100, max(i.Burst, 1), i.Reorder*100, i.Duplicate*100, i.Seed))
}

// Impairment is what the network does now.
func (l *Lab) Impairment() Impairment { return *l.network.now.Load() }

// SetFaceplate changes what the page shows as the phone.
func (l *Lab) SetFaceplate(url string) {
	l.faceplate.mu.Lock()
	l.faceplate.url = url
	l.faceplate.mu.Unlock()
	l.journal.Changed()
}

func (l *Lab) faceplateURL() string {
	l.faceplate.mu.Lock()
	defer l.faceplate.mu.Unlock()
	return l.faceplate.url
}

// SetDocument makes body what the phone of that MAC is handed out; nil is the
// workbench's own document again.
func (l *Lab) SetDocument(mac string, body []byte) { l.files.SetDocument(mac, body) }

// SetProvisioning makes the provisioning server good, bad, "500" or missing.
func (l *Lab) SetProvisioning(mode provserver.Mode) error { return l.files.SetMode(mode) }

// Fetches lists what phones asked of the provisioning server, newest first.
func (l *Lab) Fetches() []provserver.Fetch { return l.files.Fetches() }
