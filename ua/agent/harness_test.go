package agent

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"offhook/ua"
	"offhook/ua/locate"
	"offhook/ua/uatest"
	"offhook/ua/wire"

	"github.com/emiago/sipgo/sip"
)

func TestMain(m *testing.M) {
	shortTimers()
	goleak.VerifyTestMain(m)
}

// shortTimers keep the tests short; sipgo's belong to the process.
func shortTimers() {
	sip.SetTimers(50*time.Millisecond, 200*time.Millisecond, 200*time.Millisecond)
}

// patience bounds every wait of a test; it is never what a test measures.
const patience = 20 * time.Second

// phone is an Agent with a test around it.
type phone struct {
	tb      testing.TB
	agent   *Agent
	stop    context.CancelFunc
	stopped chan struct{}

	mu       sync.Mutex
	sessions map[ua.CallID]*uatest.Session
	refuse   error // of the next session's Answer
	past     []ua.Event
}

// newPhoneConfig is the least that New takes.
func newPhoneConfig(tb testing.TB) Config {
	return Config{
		Log:        slog.New(slog.DiscardHandler),
		NewSession: func(ua.AccountID, ua.CallID) (ua.Session, error) { return uatest.NewSession(tb), nil },
	}
}

type logWriter struct{ tb testing.TB }

func (w logWriter) Write(line []byte) (int, error) {
	w.tb.Log(strings.TrimSpace(string(line)))
	return len(line), nil
}

func newPhone(tb testing.TB, change func(*Config)) *phone {
	tb.Helper()
	p := &phone{tb: tb, stopped: make(chan struct{}), sessions: map[ua.CallID]*uatest.Session{}}
	config := Config{
		Log: slog.New(slog.DiscardHandler), UserAgent: "test/1",
		InstanceID: "urn:uuid:00000000-0000-4000-8000-000000000001",
		NewSession: func(_ ua.AccountID, id ua.CallID) (ua.Session, error) {
			p.mu.Lock()
			defer p.mu.Unlock()
			session := uatest.NewSession(tb)
			if p.refuse != nil {
				session.Refuse(p.refuse)
			}
			p.sessions[id] = session
			return session, nil
		},
	}
	if os.Getenv("AGENT_LOG") != "" {
		config.Log = slog.New(slog.NewTextHandler(logWriter{tb}, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	if change != nil {
		change(&config)
	}
	agent, err := New(config)
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	p.agent, p.stop = agent, cancel
	go func() {
		defer close(p.stopped)
		if err := agent.Run(ctx); err != nil {
			tb.Errorf("Run: %v", err)
		}
	}()
	tb.Cleanup(p.end)
	return p
}

// end stops the phone and looks whether everything was put away.
func (p *phone) end() {
	p.stop()
	for range p.agent.Events() {
	}
	<-p.stopped
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, session := range p.sessions {
		if !session.Closed() {
			p.tb.Errorf("the session of call %d was not closed", id)
		}
	}
}

// await reads events until one is what is waited for.
func await[E ua.Event](p *phone, what string, is func(E) bool) E {
	p.tb.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		select {
		case event, ok := <-p.agent.Events():
			if !ok {
				p.tb.Fatalf("waiting for %s: the agent ended", what)
			}
			p.past = append(p.past, event)
			if event, ok := event.(E); ok && is(event) {
				return event
			}
		case <-deadline.C:
			p.tb.Fatalf("waiting for %s: it did not come; before it:\n%s", what, p.history())
		}
	}
}

func (p *phone) history() string {
	var out strings.Builder
	for _, event := range p.past {
		fmt.Fprintf(&out, "  %T %+v\n", event, event)
	}
	return out.String()
}

func (p *phone) awaitState(state ua.RegistrationState) ua.RegistrationChanged {
	p.tb.Helper()
	return await(p, state.String(), func(e ua.RegistrationChanged) bool { return e.State == state })
}

func (p *phone) awaitCall(state ua.CallState) ua.Call {
	p.tb.Helper()
	return await(p, "a call "+state.String(), func(e ua.CallChanged) bool { return e.Call.State == state }).Call
}

func (p *phone) awaitCallThat(what string, is func(ua.Call) bool) ua.Call {
	p.tb.Helper()
	return await(p, what, func(e ua.CallChanged) bool { return is(e.Call) }).Call
}

func (p *phone) must(err error) {
	p.tb.Helper()
	if err != nil {
		p.tb.Fatal(err)
	}
}

// office is a proxy and what is needed to register with it.
type office struct {
	*uatest.Proxy
	authority *uatest.Authority
}

func newOffice(tb testing.TB, change func(*uatest.ProxyConfig)) *office {
	authority := uatest.NewAuthority(tb)
	config := uatest.ProxyConfig{
		Domain:    "pbx.example",
		Passwords: map[string]string{"1001": "secret1", "1002": "secret2"},
		TLS:       &tls.Config{Certificates: []tls.Certificate{authority.Issue("pbx.example", "127.0.0.1")}},
		Challenge: true,
	}
	if change != nil {
		change(&config)
	}
	return &office{uatest.NewProxy(tb, config), authority}
}

func (o *office) account(user string, transport ua.Transport) ua.Account {
	return ua.Account{
		ID: ua.AccountID(user), User: user, Domain: "pbx.example", DisplayName: "Phone " + user,
		Password: ua.NewSecret("secret" + user[3:]), Registrar: fmt.Sprintf("pbx.example:%d", o.Address(transport).Port()),
		Transport: transport, Register: true, KeepAlive: -1, TLS: ua.TLSPolicy{CA: o.authority.PEM},
	}
}

// lookup stands for DNS: pbx.example is the proxy.
func lookup(ctx context.Context, query Query) ([]locate.Target, error) {
	if query.Host == "pbx.example" {
		address := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), query.Port)
		return []locate.Target{{Transport: query.Transport, Address: address, Name: query.Host, Host: query.Host}}, nil
	}
	if target, ok := locate.Literal(query); ok {
		return []locate.Target{target}, nil
	}
	return nil, &net.DNSError{Err: "no such host", Name: query.Host, IsNotFound: true}
}

func (o *office) phone(tb testing.TB, user string, transport ua.Transport, change func(*ua.Account)) *phone {
	tb.Helper()
	p := newPhone(tb, func(c *Config) { c.Locate = lookup })
	account := o.account(user, transport)
	if change != nil {
		change(&account)
	}
	p.must(p.agent.SetAccounts([]ua.Account{account}))
	return p
}

// pair is two registered phones.
func pair(tb testing.TB, transport ua.Transport) (*office, *phone, *phone) {
	tb.Helper()
	o := newOffice(tb, nil)
	a, b := o.phone(tb, "1001", transport, nil), o.phone(tb, "1002", transport, nil)
	a.awaitState(ua.Registered)
	b.awaitState(ua.Registered)
	return o, a, b
}

// talk calls from a to b and answers.
func talk(a, b *phone) (ua.CallID, ua.CallID) {
	a.tb.Helper()
	id, err := a.agent.Invite("1001", "1002")
	a.must(err)
	incoming := b.awaitCallThat("an incoming call", func(c ua.Call) bool { return c.Incoming && c.State == ua.Proceeding })
	b.must(b.agent.Ringing(incoming.ID))
	a.awaitCall(ua.Early)
	b.must(b.agent.Answer(incoming.ID))
	a.awaitCall(ua.Confirmed)
	b.awaitCall(ua.Confirmed)
	return id, incoming.ID
}

type message = wire.Message
