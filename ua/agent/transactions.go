package agent

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/emiago/sipgo/sip"

	"offhook/ua/wire"
)

// transactions are those of one flow. The maps are a leaf: nothing is called
// while the lock is held.
type transactions struct {
	flow    *flow
	mu      sync.Mutex
	clients map[string]*clientTx
	servers map[string]*serverTx
}

func newTransactions(f *flow) *transactions {
	return &transactions{flow: f, clients: map[string]*clientTx{}, servers: map[string]*serverTx{}}
}

// maxServers bounds what a flood of invented senders can make us remember for
// 64*T1. What belongs to a call of ours is always taken: a flood must not keep
// a call from being confirmed or from ending.
const maxServers = 512

// txConn is what sipgo's machines write to: a flow and a destination.
type txConn struct {
	flow *flow
	to   netip.AddrPort
	ack  atomic.Pointer[[]byte] // of a refused INVITE, to be repeated
}

var _ sip.Connection = (*txConn)(nil)

func (c *txConn) WriteMsg(message sip.Message) error {
	data := []byte(message.String())
	if request, ok := message.(*sip.Request); ok && request.IsAck() {
		c.ack.Store(&data)
	}
	return c.flow.send(data, c.to)
}

func (c *txConn) LocalAddr() net.Addr    { return net.TCPAddrFromAddrPort(c.flow.local) }
func (c *txConn) Ref(int) int            { return 1 }
func (c *txConn) TryClose() (int, error) { return 1, nil }
func (c *txConn) Close() error           { return nil }

// clientTx is a request of ours.
type clientTx struct {
	tx      *sip.ClientTx
	conn    *txConn
	key     string
	refused atomic.Bool // an INVITE that got 300 or above
}

// serverTx is a request of the far end.
type serverTx struct {
	flow      *flow
	from      netip.AddrPort // where the request came from
	replyTo   netip.AddrPort // where responses go
	request   wire.Message
	tx        *sip.ServerTx
	tag       string // ours, in every response but 100
	key       string
	cancelled atomic.Bool
	status    atomic.Int32 // last response sent
}

// begin starts a client transaction. The caller runs pump in a goroutine.
func (t *transactions) begin(request *sip.Request, to netip.AddrPort, log *slog.Logger) (*clientTx, error) {
	key, err := sip.ClientTxKeyMake(request)
	if err != nil {
		return nil, err
	}
	conn := &txConn{flow: t.flow, to: to}
	c := &clientTx{conn: conn, key: key, tx: sip.NewClientTx(key, request, conn, log)}
	t.mu.Lock()
	t.clients[key] = c
	t.mu.Unlock()
	c.tx.OnTerminate(func(string, error) { t.dropClient(key) })
	return c, nil
}

// pump passes on every response, those that come again to an INVITE that was
// accepted included, until the transaction ends.
func (c *clientTx) pump(onResponse func(wire.Message), onEnd func(error)) {
	c.tx.OnRetransmission(func(r *sip.Response) { onResponse(fromSIP(r)) })
	if err := c.tx.Init(); err != nil {
		c.tx.Terminate()
		onEnd(c.cause(err))
		return
	}
	for {
		select {
		case response := <-c.tx.Responses():
			onResponse(fromSIP(response))
		case <-c.tx.Done():
			onEnd(c.cause(c.tx.Err()))
			return
		}
	}
}

// errTimeout says that nothing came in 64*T1.
var errTimeout = errors.New("agent: no answer")

func (c *clientTx) cause(err error) error {
	switch {
	case !c.conn.flow.alive():
		return c.conn.flow.fault
	case errors.Is(err, sip.ErrTransactionTimeout):
		return fmt.Errorf("%s: timeout, no answer from %s: %w", strings.ToUpper(string(c.conn.flow.transport)), c.conn.to, errTimeout)
	}
	return err
}

func (t *transactions) dropClient(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.clients, key)
}

func (t *transactions) dropServer(key string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	delete(t.servers, key)
}

// respond gives a response to the transaction that waits for it, and reports
// whether there was one.
func (t *transactions) respond(m *wire.Message) bool {
	response := toSIPResponse(m)
	key, err := sip.ClientTxKeyMake(response)
	if err != nil {
		return true // no branch of ours: dropped
	}
	t.mu.Lock()
	c := t.clients[key]
	t.mu.Unlock()
	if c == nil {
		return false
	}
	// sipgo's machine would wait T2 here before it repeats the ACK, in this
	// goroutine; RFC 3261 §17.1.1.2 wants it at once.
	if m.Status >= 300 && c.refused.Load() {
		if ack := c.conn.ack.Load(); ack != nil {
			_ = c.conn.flow.send(*ack, c.conn.to)
		}
		return true
	}
	if m.Status >= 300 && strings.HasSuffix(key, string(sip.INVITE)) {
		c.refused.Store(true)
	}
	c.tx.Receive(response)
	return true
}

// accept finds or makes the transaction of a request. It returns nil when the
// request was a repetition, or an ACK that a transaction waited for. ours is one
// with the Call-ID of a call that we have.
func (t *transactions) accept(s *serverTx, ours bool, log *slog.Logger) *serverTx {
	s.key = serverKey(&s.request, s.request.Method)
	t.mu.Lock()
	known := t.servers[s.key]
	fresh := known == nil && s.request.Method != "ACK" && s.request.Method != "CANCEL"
	if fresh && !ours && len(t.servers) >= maxServers {
		t.mu.Unlock()
		return nil // whoever means it sends it again
	}
	if fresh {
		origin := toSIPRequest(&s.request, t.flow)
		s.tx = sip.NewServerTx(s.key, origin, &txConn{flow: t.flow, to: s.replyTo}, log)
		t.servers[s.key] = s
	}
	t.mu.Unlock()
	switch {
	case s.request.Method == "ACK" && known != nil && known.status.Load() >= 300:
		_ = known.tx.Receive(toSIPRequest(&s.request, t.flow))
		return nil
	case s.request.Method == "ACK", s.request.Method == "CANCEL":
		return s
	case known != nil:
		_ = known.tx.Receive(toSIPRequest(&s.request, t.flow))
		return nil
	}
	key := s.key
	s.tx.OnTerminate(func(string, error) { t.dropServer(key) })
	if err := s.tx.Init(); err != nil {
		s.tx.Terminate()
		return nil
	}
	return s
}

// merged reports whether a request out of dialogs came by another way already and
// is still being answered (RFC 3261 §8.2.2.2): a text shall not be shown twice. An
// INVITE is known by its call; OPTIONS and NOTIFY do no harm twice, and there are
// servers that count neither.
func (t *transactions) merged(m *wire.Message) bool {
	if m.Method != "MESSAGE" && m.Method != "SUBSCRIBE" && m.Method != "REFER" || hasTag(m.Get("To")) {
		return false
	}
	key, same := serverKey(m, m.Method), mergeOf(m)
	t.mu.Lock()
	defer t.mu.Unlock()
	for other, s := range t.servers {
		if other != key && s.request.Method == m.Method && s.request.Get("Call-ID") == m.Get("Call-ID") && mergeOf(&s.request) == same {
			return true
		}
	}
	return false
}

func mergeOf(m *wire.Message) string {
	from, _ := wire.ParseAddress(m.Get("From"))
	cseq, _ := wire.ParseCSeq(m.Get("CSeq"))
	return mergeKey(from.Tag(), cseq.Number)
}

// invite finds the INVITE that a CANCEL means (RFC 3261 §9.2).
func (t *transactions) invite(cancel *wire.Message) *serverTx {
	key := serverKey(cancel, "INVITE")
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.servers[key]
}

// closeAll ends every transaction: the flow is gone.
func (t *transactions) closeAll() {
	t.mu.Lock()
	var clients []*clientTx
	var servers []*serverTx
	for _, c := range t.clients {
		clients = append(clients, c)
	}
	for _, s := range t.servers {
		servers = append(servers, s)
	}
	t.mu.Unlock()
	for _, c := range clients {
		c.tx.Terminate()
	}
	for _, s := range servers {
		s.tx.Terminate()
	}
}

// serverKey matches repetitions (RFC 3261 §17.2.3). An ACK to a refused INVITE
// has its key.
func serverKey(m *wire.Message, method string) string {
	if method == "ACK" {
		method = "INVITE"
	}
	hops := m.List("Via")
	via, _ := wire.ParseVia(hops[0])
	sentBy := strings.ToLower(wire.JoinHostPort(via.Host, via.Port))
	if branch := via.Branch(); strings.HasPrefix(branch, wire.Cookie) {
		return strings.Join([]string{strings.ToLower(branch), sentBy, method}, " ")
	}
	from, _ := wire.ParseAddress(m.Get("From")) // RFC 2543
	cseq, _ := wire.ParseCSeq(m.Get("CSeq"))
	return fmt.Sprint("2543 ", m.Get("Call-ID"), " ", from.Tag(), " ", cseq.Number, " ", via.Branch(), " ", sentBy, " ", m.URI, " ", method)
}
