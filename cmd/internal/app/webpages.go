package app

import (
	"context"
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/net/netutil"

	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/web"
	"offhook/provisioning"
)

// webPages are the administrator's pages, where a document wants them.
type webPages struct {
	*doorway[webPlace]
	log     *slog.Logger
	backend localapi.Backend
}

func newWebPages(log *slog.Logger, b localapi.Backend) *webPages {
	w := &webPages{log: log, backend: b}
	w.doorway = newDoorway(log, "there are no web pages", webPlaceOf, w.serve)
	return w
}

// webPlace is what a change of makes other pages.
type webPlace struct{ listen, name, certificate, key, password string }

func webPlaceOf(doc provisioning.Document) webPlace {
	if doc.Web.Listen == "" {
		return webPlace{}
	}
	id, _ := doc.WebIdentity()
	return webPlace{provisioning.ListenAt(doc.Web.Listen), doc.Web.Name, id.Certificate, id.Key.Reveal(), doc.Web.Password.Reveal()}
}

// webConnections is how many browsers' connections there are at a time.
const webConnections = 32

func (w *webPages) serve(ctx context.Context, group *sync.WaitGroup, p webPlace) error {
	pair, err := tls.X509KeyPair([]byte(p.certificate), []byte(p.key))
	if err != nil {
		return err
	}
	config := web.Config{Backend: w.backend, Password: p.password, Log: w.log}
	if p.name != "" {
		config.Names = []string{p.name}
	}
	handler, err := web.New(config)
	if err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", p.listen)
	if err != nil {
		return err
	}
	w.log.Info("web pages are served", "listen", l.Addr().String())
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 30 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 16 << 10,
		BaseContext: func(net.Listener) context.Context { return ctx }, ErrorLog: slog.NewLogLogger(w.log.Handler(), slog.LevelDebug)}
	group.Go(func() {
		<-ctx.Done()
		_ = server.Close() // what is under way has no time left
	})
	group.Go(func() {
		secure := tls.NewListener(netutil.LimitListener(l, webConnections), &tls.Config{Certificates: []tls.Certificate{pair}, MinVersion: tls.VersionTLS12})
		if err := server.Serve(secure); !errors.Is(err, http.ErrServerClosed) {
			w.log.Error("there are no web pages any more", "error", err)
		}
	})
	return nil
}
