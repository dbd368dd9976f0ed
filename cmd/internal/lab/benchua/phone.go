package benchua

import (
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"sync"
	"time"

	"offhook/ua"
	"offhook/ua/agent"
	"offhook/ua/guard"
)

// patience bounds each wait.
const patience = 60 * time.Second

// phone is an agent at work, and what it told.
type phone struct {
	*agent.Agent
	stop    context.CancelFunc
	done    chan struct{} // Run has returned and all events were read
	changed chan ua.Event
}

// startPhone starts an agent. It listens on loopback when it has no server.
func startPhone(c agent.Config, accounts ...ua.Account) (*phone, error) {
	c.Log = slog.New(slog.DiscardHandler)
	c.NewSession = func(ua.AccountID, ua.CallID) (ua.Session, error) { return &silence{}, nil }
	c.Guard = guard.Config{Rate: 1e9, Burst: 1e9}
	a, err := agent.New(c)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	p := &phone{Agent: a, stop: cancel, done: make(chan struct{}), changed: make(chan ua.Event, 1024)}
	var group sync.WaitGroup
	group.Go(func() { err = a.Run(ctx) })
	group.Go(func() {
		for event := range a.Events() {
			p.changed <- event
		}
		close(p.changed)
	})
	go func() { group.Wait(); close(p.done) }()
	if err := a.SetAccounts(accounts); err != nil {
		p.end()
		return nil, err
	}
	return p, nil
}

// end stops the agent and waits.
func (p *phone) end() {
	p.stop()
	for range p.changed {
	}
	<-p.done
}

// await reads events until one is what is waited for.
func (p *phone) await(ctx context.Context, what string, is func(ua.Event) bool) error {
	limit := time.NewTimer(patience)
	defer limit.Stop()
	last := ua.Event(nil)
	for {
		select {
		case event, ok := <-p.changed:
			if !ok {
				return fmt.Errorf("waiting for %s: the agent ended", what)
			}
			if last = event; is(event) {
				return nil
			}
		case <-limit.C:
			return fmt.Errorf("waited %v for %s; the last that was told: %+v", patience, what, last)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

func (p *phone) registration(ctx context.Context, state ua.RegistrationState) error {
	return p.await(ctx, "a registration that is "+state.String(), func(event ua.Event) bool {
		r, ok := event.(ua.RegistrationChanged)
		return ok && r.State == state
	})
}

// listener is an agent that anyone may call, and its address.
func listener(name string) (*phone, netip.AddrPort, error) {
	p, err := startPhone(agent.Config{Inbound: agent.InboundPolicy{
		Listen: []agent.Listen{{Transport: ua.UDP, Address: netip.MustParseAddrPort("127.0.0.1:0")}},
	}}, ua.Account{ID: "a", User: name, Domain: "127.0.0.1", Transport: ua.UDP, KeepAlive: -1, SessionExpires: -1})
	if err != nil {
		return nil, netip.AddrPort{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	bound, err := p.Listening(ctx)
	if err != nil {
		p.end()
		return nil, netip.AddrPort{}, err
	}
	return p, bound[0], nil
}

// silence is a session without sound.
type silence struct{}

var description = []byte("v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\n")

func (*silence) Offer(bool) ([]byte, error)    { return description, nil }
func (*silence) Answer([]byte) ([]byte, error) { return description, nil }
func (*silence) Accept([]byte) error           { return nil }
func (*silence) Rollback()                     {}
func (*silence) RemoteHold() bool              { return false }
func (*silence) Early() bool                   { return false }
func (*silence) Close() error                  { return nil }

var _ ua.Session = (*silence)(nil)
