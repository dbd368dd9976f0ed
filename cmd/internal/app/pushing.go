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

// pushing keeps the endpoint by which servers come to the phone.
type pushing struct {
	log     *slog.Logger
	manager pushed.Manager
	metrics http.Handler
	wanted  chan provisioning.Document // the newest
}

func newPushing(log *slog.Logger) *pushing {
	return &pushing{log: log, wanted: make(chan provisioning.Document, 1)}
}

// use takes what a document says. It never waits.
func (p *pushing) use(doc provisioning.Document) {
	select { // one writer: the newest wins
	case <-p.wanted:
	default:
	}
	p.wanted <- doc
}

// run serves as the newest document says. An endpoint that cannot be had is told;
// the rest of the phone works without it.
func (p *pushing) run(ctx context.Context) error {
	var group sync.WaitGroup
	defer group.Wait()
	var now endpoint
	stop := func() {}
	defer func() { stop() }()
	for {
		select {
		case <-ctx.Done():
			return nil
		case doc := <-p.wanted:
			next := endpointOf(doc)
			if next == now {
				continue
			}
			stop()
			group.Wait() // its port is free then
			now, stop = next, func() {}
			if next.listen == "" {
				continue
			}
			life, cancel := context.WithCancel(ctx)
			stop = cancel
			if err := p.serve(life, &group, next); err != nil {
				p.log.Error("servers cannot push to this phone", "listen", next.listen, "error", err)
			}
		}
	}
}

// endpoint is what a change of makes a new one.
type endpoint struct{ listen, certificate, key, clients, token, readToken string }

func endpointOf(doc provisioning.Document) endpoint {
	p := doc.Provisioning.Push
	id, _ := doc.PushIdentity()
	if p.Listen == "" {
		return endpoint{}
	}
	return endpoint{p.Endpoint(), id.Certificate, id.Key.Reveal(), doc.PushClients(), p.Token.Reveal(), p.ReadToken.Reveal()}
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
