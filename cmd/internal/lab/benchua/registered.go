package benchua

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"net"
	"os"
	"slices"
	"time"

	"offhook/cmd/internal/lab/ca"
	"offhook/cmd/internal/lab/journal"
	"offhook/cmd/internal/lab/linkchange"
	"offhook/cmd/internal/lab/pbx"
	"offhook/ua"
	"offhook/ua/agent"
)

// office is the workbench's exchange, which may be restarted in its place.
type office struct {
	config    pbx.Config
	authority *ca.Authority
	pbx       *pbx.PBX
}

func openOffice(dir string) (*office, error) {
	authority, err := ca.Open(dir)
	if err != nil {
		return nil, err
	}
	var certificate tls.Certificate
	if certificate, err = authority.Server("127.0.0.1", "localhost"); err != nil {
		return nil, err
	}
	o := &office{authority: authority}
	o.config = pbx.Config{Log: slog.New(slog.DiscardHandler), Journal: &journal.Journal{}, Host: "127.0.0.1", Certificate: certificate}
	if o.config.TLS, err = freePort(); err != nil {
		return nil, err
	}
	o.pbx, err = pbx.Start(o.config)
	return o, err
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port, nil
}

func (o *office) account() ua.Account {
	e := pbx.Extensions()[0]
	return ua.Account{
		ID: "a", User: e.Number, Domain: pbx.Realm, Password: ua.NewSecret(e.Password),
		Registrar: fmt.Sprintf("127.0.0.1:%d", o.config.TLS), Transport: ua.TLS, Register: true,
		TLS: ua.TLSPolicy{CA: o.authority.PEM()},
	}
}

// withOffice runs with an exchange and a telephone that is registered with it.
func withOffice(ctx context.Context, run func(*office, *phone) error) error {
	dir, err := os.MkdirTemp("", "offhook-bench-ua-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	o, err := openOffice(dir)
	if err != nil {
		return err
	}
	defer func() { o.pbx.Close() }()
	p, err := startPhone(agent.Config{InstanceID: "urn:uuid:00000000-0000-4000-8000-00005e005307"}, o.account())
	if err != nil {
		return err
	}
	defer p.end()
	if err := p.registration(ctx, ua.Registered); err != nil {
		return err
	}
	return run(o, p)
}

// down is how long the exchange is away at each restart.
const down = 300 * time.Millisecond

// restarts measures from the moment that the exchange listens again. Each is of
// another telephone: one whose binding has just been lost waits longer, and
// rightly so.
func (c Config) restarts(ctx context.Context) (all []time.Duration, err error) {
	for range c.Restarts {
		if err := withOffice(ctx, func(o *office, p *phone) error {
			took, err := o.restart(ctx, p)
			all = append(all, took)
			return err
		}); err != nil {
			return nil, err
		}
		if len(all)%10 == 0 {
			c.say("%d restarts", len(all))
		}
	}
	return all, nil
}

func (o *office) restart(ctx context.Context, p *phone) (time.Duration, error) {
	o.pbx.Close()
	if err := wait(ctx, down); err != nil {
		return 0, err
	}
	fresh, err := pbx.Start(o.config)
	if err != nil {
		return 0, err
	}
	o.pbx = fresh
	up := time.Now()
	err = p.registration(ctx, ua.Registered)
	return time.Since(up), err
}

// linkChanges measures a telephone in a network namespace of its own, whose
// address changes or whose cable is pulled, or, where there can be none, how
// soon the agent is registered again when it is told so.
func (c Config) linkChanges(ctx context.Context) (all []time.Duration, told bool, err error) {
	if c.Offhook != "" {
		dir, err := os.MkdirTemp("", "offhook-bench-ua-")
		if err != nil {
			return nil, false, err
		}
		defer os.RemoveAll(dir)
		figures, err := linkchange.Measure(ctx, dir, c.Offhook, c.Changes)
		if err == nil {
			return slices.Concat(figures.Addresses, figures.Cables), false, nil
		}
		c.say("no link can be changed here (%v): the agent is told instead", err)
	}
	all, err = c.changes(ctx)
	return all, true, err
}

// changes measures from the moment that the agent is told of another network.
func (c Config) changes(ctx context.Context) (all []time.Duration, err error) {
	err = withOffice(ctx, func(_ *office, p *phone) error {
		for range c.Changes {
			if err := wait(ctx, 20*time.Millisecond); err != nil {
				return err
			}
			told := time.Now()
			if err := p.NetworkChanged(); err != nil {
				return err
			}
			if err := p.registration(ctx, ua.Registered); err != nil {
				return err
			}
			all = append(all, time.Since(told))
		}
		return nil
	})
	return all, err
}

func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// percentile is in milliseconds, of the nearest rank.
func percentile(all []time.Duration, p int) float64 {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	rank := max((len(sorted)*p+99)/100, 1)
	return float64(sorted[rank-1].Microseconds()) / 1000
}
