package app

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"log/slog"
	"net"
	"net/http"
	"sync"

	"offhook/provisioning"
	pushed "offhook/provisioning/push"
	"offhook/ua"
)

// pushing is the endpoint by which servers come to the phone.
type pushing struct {
	*doorway[endpoint]
	log     *slog.Logger
	manager pushed.Manager
	metrics http.Handler
}

func newPushing(log *slog.Logger) *pushing {
	p := &pushing{log: log}
	p.doorway = newDoorway(log, "servers cannot push to this phone", endpointOf, p.serve)
	return p
}

// endpoint is what a change of makes a new one.
type endpoint struct{ listen, certificate, key, clients, token, readToken string }

func endpointOf(doc provisioning.Document) endpoint {
	p := doc.Provisioning.Push
	id, _ := doc.PushIdentity()
	if p.Listen == "" {
		return endpoint{}
	}
	return endpoint{provisioning.ListenAt(p.Listen), id.Certificate, id.Key.Reveal(), doc.PushClients(), p.Token.Reveal(), p.ReadToken.Reveal()}
}

func (p *pushing) serve(ctx context.Context, group *sync.WaitGroup, e endpoint) error {
	pair, err := tls.X509KeyPair([]byte(e.certificate), []byte(e.key))
	if err != nil {
		return err
	}
	config := &tls.Config{Certificates: []tls.Certificate{pair}}
	if e.clients != "" {
		config.ClientCAs = x509.NewCertPool()
		config.ClientCAs.AppendCertsFromPEM([]byte(e.clients)) // was checked
	}
	server, err := pushed.New(pushed.Config{TLS: config, Token: ua.NewSecret(e.token), ReadToken: ua.NewSecret(e.readToken), Metrics: p.metrics, Manager: p.manager, Log: p.log})
	if err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", e.listen)
	if err != nil {
		return err
	}
	p.log.Info("servers may push to this phone", "listen", l.Addr().String())
	group.Go(func() {
		if err := server.Serve(ctx, l); err != nil {
			p.log.Error("servers cannot push to this phone any more", "error", err)
		}
	})
	return nil
}
