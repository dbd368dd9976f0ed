package uatest

import (
	"crypto/rand"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"offhook/ua"
	"offhook/ua/digest"
	"offhook/ua/wire"
)

// Proxy is a registrar and a stateless record-routing proxy on loopback, for
// tests: it challenges, forks to nobody and forgets nothing.
type Proxy struct {
	tb     testing.TB
	config ProxyConfig
	group  sync.WaitGroup

	mu        sync.Mutex
	closers   []func() error
	addresses map[ua.Transport]netip.AddrPort
	links     map[int]*link
	bindings  map[string]bound // by user
	tcp       net.Listener
	nonce     string
	seen      []wire.Message // every request, as it came
	drop      func(*wire.Message) bool
	refuse    func(*wire.Message) (int, string)
	mute      bool // pings are not answered
	pongs     atomic.Int64
	binds     atomic.Int64   // Binding requests that were answered
	seenAs    netip.AddrPort // what they are told; the truth when zero
}

// ProxyConfig sets a Proxy.
type ProxyConfig struct {
	Domain      string            // realm
	Passwords   map[string]string // by user
	Algorithms  []digest.Algorithm
	TLS         *tls.Config
	Challenge   bool // INVITE, BYE … are challenged with 407, too
	Expires     int  // granted, in seconds; as asked when 0
	ServiceNote func(wire.Message)

	Outbound  bool // keeps flows and says so (RFC 5626)
	FlowTimer int  // seconds, with Outbound; 0 for none
	Lacks     bool // 439 to a REGISTER with a reg-id
	GRUU      bool // gives public ones (RFC 5627)
	STUN      bool // answers Binding requests beside SIP
}

type bound struct {
	contact string
	link    *link
}

// link is a connection, or a datagram peer.
type link struct {
	id        int
	transport ua.Transport
	remote    netip.AddrPort
	write     func([]byte) error
	close     func() error
}

// NewProxy starts a Proxy on UDP, TCP and, with ProxyConfig.TLS, TLS. The test
// stops it at its end.
func NewProxy(tb testing.TB, config ProxyConfig) *Proxy {
	tb.Helper()
	if config.Algorithms == nil {
		config.Algorithms = []digest.Algorithm{digest.SHA256, digest.MD5}
	}
	p := &Proxy{
		tb: tb, config: config, addresses: map[ua.Transport]netip.AddrPort{},
		links: map[int]*link{}, bindings: map[string]bound{}, nonce: rand.Text(),
	}
	tb.Cleanup(p.Close)
	stream, packets := samePort(tb)
	p.tcp = stream
	// All addresses are known before the first reader starts.
	listeners := map[ua.Transport]net.Listener{ua.TCP: stream}
	p.addresses[ua.UDP] = packets.LocalAddr().(*net.UDPAddr).AddrPort()
	p.addresses[ua.TCP] = p.addresses[ua.UDP]
	if config.TLS != nil {
		secure, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			tb.Fatal(err)
		}
		p.addresses[ua.TLS] = secure.Addr().(*net.TCPAddr).AddrPort()
		listeners[ua.TLS] = tls.NewListener(secure, config.TLS)
	}
	p.servePackets(packets)
	for transport, listener := range listeners {
		p.serveStreams(transport, listener)
	}
	return p
}

// Address is where the Proxy listens.
func (p *Proxy) Address(transport ua.Transport) netip.AddrPort { return p.addresses[transport] }

// Close ends it.
func (p *Proxy) Close() {
	p.mu.Lock()
	closers := p.closers
	p.closers = nil
	for _, l := range p.links {
		closers = append(closers, l.close)
	}
	p.mu.Unlock()
	for _, closer := range closers {
		_ = closer()
	}
	p.group.Wait()
}

// Disconnect closes every connection, as a restart would.
func (p *Proxy) Disconnect() {
	p.mu.Lock()
	var closers []func() error
	for id, l := range p.links {
		if l.transport != ua.UDP {
			closers = append(closers, l.close)
			delete(p.links, id)
		}
	}
	p.mu.Unlock()
	for _, closer := range closers {
		_ = closer()
	}
}

// Requests are those that came so far with this method.
func (p *Proxy) Requests(method string) []wire.Message {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []wire.Message
	for _, m := range p.seen {
		if m.Method == method {
			out = append(out, m)
		}
	}
	return out
}

// Drop lets messages vanish for which the function says so; nil for none.
func (p *Proxy) Drop(what func(*wire.Message) bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop = what
}

// Refuse answers a request with a status code and, if there is one, a
// Retry-After, unless the function says 0; nil for none.
func (p *Proxy) Refuse(what func(*wire.Message) (status int, retryAfter string)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.refuse = what
}

// refused answers what Refuse says, and reports whether it did.
func (p *Proxy) refused(from *link, m *wire.Message) bool {
	p.mu.Lock()
	refuse := p.refuse
	p.mu.Unlock()
	if refuse == nil || !m.IsRequest() || m.Method == "ACK" {
		return false
	}
	status, retryAfter := refuse(m)
	if status == 0 {
		return false
	}
	var fields []wire.Field
	if retryAfter != "" {
		fields = append(fields, wire.Field{Name: "Retry-After", Value: retryAfter})
	}
	p.answer(from, m, status, "Refused", fields...)
	return true
}

// ExpireNonce makes the nonce in use stale.
func (p *Proxy) ExpireNonce() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.nonce = rand.Text()
}

// Send sends a request of the server's own to a registered user. %CONTACT% and
// %BRANCH% in it are replaced.
func (p *Proxy) Send(user, request string) error {
	p.mu.Lock()
	to, ok := p.bindings[user]
	p.mu.Unlock()
	if !ok {
		return errors.New("uatest: nobody is registered as " + user)
	}
	request = strings.ReplaceAll(request, "\n", "\r\n")
	request = strings.ReplaceAll(request, "%CONTACT%", to.contact)
	request = strings.ReplaceAll(request, "%VIA%", fmt.Sprintf("SIP/2.0/%s %s;branch=%s%s;rport",
		strings.ToUpper(string(to.link.transport)), p.addresses[to.link.transport], wire.Cookie, rand.Text()))
	return to.link.write([]byte(request))
}

// StopTCP closes the listening socket for TCP.
func (p *Proxy) StopTCP() { p.tcp.Close() }

// Pongs counts the CRLF pings that were answered.
func (p *Proxy) Pongs() int { return int(p.pongs.Load()) }

// StopPongs leaves CRLF pings unanswered from now on.
func (p *Proxy) StopPongs() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.mute = true
}

func (p *Proxy) muted() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.mute
}

func (p *Proxy) newLink(transport ua.Transport, remote netip.AddrPort, write func([]byte) error, closer func() error) *link {
	p.mu.Lock()
	defer p.mu.Unlock()
	var lock sync.Mutex
	l := &link{id: len(p.links) + 1, transport: transport, remote: remote, close: closer}
	for p.links[l.id] != nil {
		l.id++
	}
	l.write = func(data []byte) error {
		lock.Lock()
		defer lock.Unlock()
		return write(data)
	}
	p.links[l.id] = l
	return l
}

func (p *Proxy) handle(from *link, raw []byte) {
	m, err := wire.Parse(raw)
	if err != nil {
		if len(raw) > 4 {
			p.tb.Errorf("uatest: the proxy got what it cannot read: %v\n%s", err, raw)
		}
		return
	}
	p.mu.Lock()
	drop := p.drop
	if m.IsRequest() {
		p.seen = append(p.seen, m)
	}
	p.mu.Unlock()
	if drop != nil && drop(&m) || p.refused(from, &m) {
		return
	}
	switch {
	case !m.IsRequest():
		p.back(&m)
	case m.Method == "REGISTER":
		p.register(from, &m)
	default:
		p.forward(from, &m)
	}
}

// check verifies credentials, or answers with a challenge.
func (p *Proxy) check(from *link, m *wire.Message, status int) bool {
	asks, answers := "WWW-Authenticate", "Authorization"
	if status == 407 {
		asks, answers = "Proxy-Authenticate", "Proxy-Authorization"
	}
	p.mu.Lock()
	nonce := p.nonce
	p.mu.Unlock()
	address, _ := wire.ParseAddress(m.Get("From"))
	uri, _ := wire.ParseURI(address.URI)
	stale := false
	for _, value := range m.Lines(answers) {
		credentials, err := digest.ParseCredentials(value)
		if err != nil {
			p.tb.Errorf("uatest: credentials %q: %v", value, err)
			continue
		}
		challenge := digest.Challenge{Realm: p.config.Domain, Nonce: nonce, Algorithm: credentials.Algorithm, QOP: []string{"auth"}}
		err = digest.Verify(credentials, challenge, m.Method, m.Body, ua.NewSecret(p.config.Passwords[uri.User]))
		if err == nil {
			return true
		}
		stale = stale || errors.Is(err, digest.ErrNonce)
	}
	var fields []wire.Field
	for _, algorithm := range p.config.Algorithms {
		challenge := digest.Challenge{Realm: p.config.Domain, Nonce: nonce, Algorithm: algorithm, QOP: []string{"auth"}, Stale: stale}
		fields = append(fields, wire.Field{Name: asks, Value: challenge.String()})
	}
	p.answer(from, m, status, "Unauthorized", fields...)
	return false
}

func (p *Proxy) register(from *link, m *wire.Message) {
	if !p.check(from, m, 401) {
		return
	}
	address, _ := wire.ParseAddress(m.Get("To"))
	uri, _ := wire.ParseURI(address.URI)
	contact, err := wire.ParseAddress(m.Get("Contact"))
	if err != nil {
		p.tb.Errorf("uatest: Contact of a REGISTER: %v", err)
	}
	if _, flow := contact.Params.Get("reg-id"); flow && p.config.Lacks {
		p.answer(from, m, 439, "First Hop Lacks Outbound Support")
		return
	}
	expires, _ := strconv.Atoi(m.Get("Expires"))
	if p.config.Expires > 0 && expires > 0 {
		expires = p.config.Expires
	}
	p.mu.Lock()
	if expires == 0 && p.bindings[uri.User].contact == contact.URI {
		delete(p.bindings, uri.User)
	}
	if expires > 0 {
		p.bindings[uri.User] = bound{contact.URI, from}
	}
	p.mu.Unlock()
	if expires == 0 {
		p.answer(from, m, 200, "OK")
		return
	}
	p.answer(from, m, 200, "OK", p.granted(m, contact, uri.User, expires)...)
}

// answer responds in the proxy's own name.
func (p *Proxy) answer(to *link, m *wire.Message, status int, reason string, fields ...wire.Field) {
	r := wire.Message{Status: status, Reason: reason}
	for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq"} {
		for i, value := range m.Lines(name) {
			if name == "Via" && i == 0 {
				value = strings.Replace(value, ";rport", fmt.Sprintf(";rport=%d;received=%s", to.remote.Port(), to.remote.Addr()), 1)
			}
			if name == "To" && !strings.Contains(value, "tag=") {
				value += ";tag=proxy"
			}
			r.Fields = append(r.Fields, wire.Field{Name: name, Value: value})
		}
	}
	r.Fields = append(r.Fields, fields...)
	_ = to.write(r.Encode())
}
