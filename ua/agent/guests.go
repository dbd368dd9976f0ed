package agent

import (
	"context"
	"crypto/tls"
	"errors"
	"net"

	"offhook/ua"
)

var errNoCertificate = errors.New("agent: TLS: no account that can be called directly has a certificate")

// certificate is for tls.Config.GetCertificate of a listening socket: that of an
// account that anyone may call, as it is now, else the device's.
func (a *Agent) certificate(hello *tls.ClientHelloInfo) (*tls.Certificate, error) {
	for _, account := range a.names.direct() {
		if account.TLS.Cert == "" {
			continue
		}
		pair, err := tls.X509KeyPair([]byte(account.TLS.Cert), []byte(account.TLS.Key.Reveal()))
		if err == nil && hello.SupportsCertificate(&pair) == nil {
			return &pair, nil
		}
	}
	if a.config.Inbound.Certificate != nil {
		return a.config.Inbound.Certificate()
	}
	return nil, errNoCertificate
}

// shakeHands lets a guest in once TLS stands, within Config.DialTimeout.
func (a *Agent) shakeHands(d *door, stream net.Conn) {
	if a.shaking.Add(1) > maxGuests {
		a.shaking.Add(-1)
		stream.Close()
		return
	}
	a.spawn(func() {
		defer a.shaking.Add(-1)
		ctx, cancel := context.WithTimeout(a.life, a.config.DialTimeout)
		defer cancel()
		secure := tls.Server(stream, d.tls)
		if err := secure.HandshakeContext(ctx); err != nil {
			a.log.Debug("connection not accepted", "from", stream.RemoteAddr(), "error", err)
			stream.Close()
			return
		}
		f := newFlow(ua.TLS, dialed{stream: secure}, "")
		f.open = true
		a.postOr(func(o *owner) { o.welcome(f) }, f.discard)
	})
}
