package pbx

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/emiago/sipgo"
	"github.com/emiago/sipgo/sip"

	"offhook/cmd/internal/lab/journal"
	"offhook/cmd/internal/lab/stream"
	"offhook/cmd/internal/lab/tune"
)

const product = "offhook-lab"

// PBX is a running exchange.
type PBX struct {
	config    Config
	log       *slog.Logger
	journal   *journal.Journal
	agent     *sipgo.UserAgent
	client    *sipgo.Client
	sockets   sockets
	doorman   *doorman
	registrar *registrar
	mailboxes *mailboxes
	calls     *calls
	names     map[string]string // display names by extension
	music     func() []int16
	ctx       context.Context // ends when the exchange does
	cancel    context.CancelFunc
	serving   sync.WaitGroup // our own goroutines
	handlers  gate           // sipgo's goroutines inside our handlers
	open      connections    // accepted, of TLS and TCP
	closed    sync.Once
}

// Start listens and serves; every listener is up when it returns.
func Start(c Config) (*PBX, error) {
	if c.Network == nil {
		c.Network = func() (in, out stream.Fates) { return nil, nil }
	}
	if c.Extensions == nil {
		c.Extensions = Extensions()
	}
	if c.Algorithms == nil {
		c.Algorithms = Algorithms()
	}
	if c.CallBackAfter == 0 {
		c.CallBackAfter = 3 * time.Second
	}
	p := &PBX{
		config: c, log: c.Log, journal: c.Journal,
		doorman: newDoorman(c), registrar: newRegistrar(),
		music: sync.OnceValue(tune.Music), mailboxes: newMailboxes(), calls: newCalls(), names: map[string]string{},
	}
	for _, e := range c.Extensions {
		p.names[e.Number] = e.Name
	}
	if err := p.build(); err != nil {
		return nil, err
	}
	var err error
	if p.sockets, err = listen(c); err != nil {
		p.agent.Close()
		return nil, err
	}
	p.ctx, p.cancel = context.WithCancel(context.Background())
	p.serve()
	return p, nil
}

func (p *PBX) build() error {
	// sipgo tells of every unparsable datagram at Error: to us that is news of
	// the phone under test, not of a fault here.
	quiet := slog.New(slog.DiscardHandler)
	var err error
	p.agent, err = sipgo.NewUA(sipgo.WithUserAgent(product), sipgo.WithUserAgentHostname(Realm),
		sipgo.WithUserAgentTransportLayerOptions(sip.WithTransportLayerReadFilter(sane), sip.WithTransportLayerLogger(quiet)),
		sipgo.WithUserAgentTransactionLayerOptions(sip.WithTransactionLayerLogger(quiet), sip.WithTransactionLayerTerminateOnConnClose(),
			sip.WithTransactionLayerUnhandledResponseHandler(func(*sip.Response) {})))
	if err != nil {
		return fmt.Errorf("pbx: %w", err)
	}
	if p.client, err = sipgo.NewClient(p.agent, sipgo.WithClientHostname(p.config.Host), sipgo.WithClientLogger(quiet)); err != nil {
		return fmt.Errorf("pbx: %w", err)
	}
	server, err := sipgo.NewServer(p.agent, sipgo.WithServerLogger(quiet))
	if err != nil {
		return fmt.Errorf("pbx: %w", err)
	}
	for method, handler := range map[sip.RequestMethod]sipgo.RequestHandler{
		sip.REGISTER: p.onRegister, sip.SUBSCRIBE: p.onSubscribe, sip.OPTIONS: p.onOptions,
		sip.INVITE: p.onInvite, sip.ACK: p.onAck, sip.BYE: p.onBye, sip.CANCEL: p.onStray, sip.INFO: p.onInfo,
	} {
		server.OnRequest(method, p.guard(handler))
	}
	server.OnNoRoute(p.guard(p.onUnknown))
	return nil
}

// serve starts what listens; sipgo's loops end when their sockets are closed.
func (p *PBX) serve() {
	tlsConfig := &tls.Config{Certificates: []tls.Certificate{p.config.Certificate}, MinVersion: tls.VersionTLS12}
	transport := p.agent.TransportLayer()
	secure := &watched{Listener: p.sockets.tls, tls: tlsConfig, network: "tls", ended: p.connectionEnded, open: &p.open}
	plain := &watched{Listener: p.sockets.tcp, network: "tcp", ended: p.connectionEnded, open: &p.open}
	p.serving.Go(func() { _ = transport.ServeTLS(secure) })
	p.serving.Go(func() { _ = transport.ServeTCP(plain) })
	p.serving.Go(func() { _ = transport.ServeUDP(p.sockets.udp) })
	p.serving.Go(p.sweep)
}

// sweep removes the bindings and subscriptions that were not refreshed.
func (p *PBX) sweep() {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-p.ctx.Done():
			return
		case now := <-ticker.C:
			for _, b := range p.registrar.drop(func(b binding) bool { return !b.Expires.After(now) }) {
				p.note(journal.SIP, "%s: the registration of %s was not refreshed and is gone", b.Extension, b.Contact)
			}
			p.mailboxes.expire(now)
		}
	}
}

func (p *PBX) connectionEnded(f flow, err error) {
	if unexpected(err) && p.ctx.Err() == nil {
		p.note(journal.Fault, "%s connection from %s: %v", f.transport, f.source, err)
	}
	p.mailboxes.drop(f)
	for _, b := range p.registrar.drop(func(b binding) bool { return b.flow == f }) {
		p.note(journal.SIP, "%s: the connection from %s has ended, and its registration with it", b.Extension, f.source)
	}
}

// Close ends the calls, the sockets and every goroutine, and waits for them.
func (p *PBX) Close() error {
	p.closed.Do(func() {
		p.calls.hangup(400 * time.Millisecond)
		p.cancel()
		p.handlers.close()
		p.agent.Close()
		p.sockets.close()
		p.open.close()
	})
	p.handlers.wait() // before serving: a handler may start what serves
	p.serving.Wait()
	p.open.left.Wait()
	p.agent.Close() // who sent meanwhile opened another socket
	return nil
}

// Addresses of the three transports, host:port.
func (p *PBX) Addresses() (tls, tcp, udp string) {
	return p.sockets.tls.Addr().String(), p.sockets.tcp.Addr().String(), p.sockets.udp.LocalAddr().String()
}

// Registrations lists the bindings.
func (p *PBX) Registrations() []Registration { return p.registrar.all() }

// Calls lists the calls that are up, the oldest first.
func (p *PBX) Calls() []Call {
	list := p.calls.snapshots()
	slices.SortFunc(list, func(a, b Call) int { return a.ID - b.ID })
	return list
}

// Hangup ends a call from the exchange's side.
func (p *PBX) Hangup(id int) error {
	c := p.calls.byID(id)
	if c == nil || !c.post(func() { c.finish(480, "ended at the workbench") }) {
		return fmt.Errorf("there is no call %d", id)
	}
	return nil
}

func (p *PBX) note(kind journal.Kind, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	p.log.Info(text, "part", string(kind))
	p.journal.Add(kind, text)
}

// contact is where the exchange is reached by a transport.
func (p *PBX) contact(user, transport string) sip.Uri {
	var address net.Addr
	switch transport {
	case "tls":
		address = p.sockets.tls.Addr()
	case "tcp":
		address = p.sockets.tcp.Addr()
	default:
		address = p.sockets.udp.LocalAddr()
	}
	host, port, _ := net.SplitHostPort(address.String())
	number, _ := strconv.Atoi(port)
	uri := sip.Uri{Scheme: "sip", User: user, Host: host, Port: number}
	if transport != "udp" {
		uri.UriParams.Add("transport", transport)
	}
	return uri
}
