package linkchange

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"offhook/cmd/internal/lab/ca"
	"offhook/cmd/internal/lab/journal"
	"offhook/cmd/internal/lab/netns"
	"offhook/cmd/internal/lab/pbx"
	"offhook/cmd/internal/lab/station"
)

// Figures are of all changes.
type Figures struct {
	Addresses []time.Duration // the address became another -> registered again
	Cables    []time.Duration // the cable was put back in -> registered again
}

// Measure starts a telephone that registers over TLS and changes its network n
// times, half by another address and half by a cable that is pulled and put
// back. dir is for files; binary is offhook.
func Measure(ctx context.Context, dir, binary string, n int) (figures Figures, err error) {
	w, err := newWorld(ctx)
	if err != nil {
		return figures, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	x, err := w.open(dir)
	if err != nil {
		return figures, err
	}
	defer func() { err = errors.Join(err, x.Close()) }()
	s, err := w.telephone(ctx, dir, binary, x)
	if err != nil {
		return figures, err
	}
	defer func() { err = errors.Join(err, s.Stop()) }()
	return w.changes(ctx, x, n)
}

// office is the exchange and what it wrote down.
type office struct {
	*pbx.PBX
	journal *journal.Journal
	ca      string // file
	seen    uint64 // of the journal
}

func (w *world) open(dir string) (*office, error) {
	authority, err := ca.Open(filepath.Join(dir, "ca"))
	if err != nil {
		return nil, err
	}
	pair, err := authority.Server(exchange)
	if err != nil {
		return nil, err
	}
	x := &office{journal: &journal.Journal{}, ca: authority.File()}
	return x, netns.Inside(w.exchange, func() (err error) {
		x.PBX, err = pbx.Start(pbx.Config{Log: slog.New(slog.DiscardHandler), Journal: x.journal, Host: exchange, Certificate: pair})
		return err
	})
}

// telephone starts one and waits until it is registered.
func (w *world) telephone(ctx context.Context, dir, binary string, x *office) (*station.Station, error) {
	pem, err := os.ReadFile(x.ca)
	if err != nil {
		return nil, err
	}
	server, _, _ := x.Addresses()
	file := filepath.Join(dir, "offhook.yaml")
	text := fmt.Sprintf("agent: 1\nconfig:\n  tls:\n    authorities:\n      - name: lab\n        pem: |\n          %s\n  accounts:\n"+
		"    - {user: 1001, domain: %s, password: offhook-1001, registrar: '%s', mwi: false}\n",
		strings.ReplaceAll(strings.TrimSpace(string(pem)), "\n", "\n          "), pbx.Realm, server)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return nil, err
	}
	program, err := netns.Wrapper(dir, w.phone, binary)
	if err != nil {
		return nil, err
	}
	s, err := station.Start(ctx, station.Config{Binary: program, Dir: dir, Args: []string{"--config", file}})
	if err != nil {
		return nil, err
	}
	if _, err := x.registered(ctx, one); err != nil {
		return nil, errors.Join(err, s.Stop())
	}
	return s, nil
}

// registered waits for the next registration from an address, and tells when it
// was accepted.
func (x *office) registered(ctx context.Context, from string) (time.Time, error) {
	more, forget := x.journal.Listen()
	defer forget()
	for {
		for _, e := range x.journal.After(x.seen) {
			x.seen = e.Number
			if e.Kind == journal.SIP && strings.HasPrefix(e.Text, "1001 registered by") && strings.Contains(e.Text, " from "+net.JoinHostPort(from, "")) {
				return e.Time, nil
			}
		}
		select {
		case <-more:
		case <-ctx.Done():
			return time.Time{}, fmt.Errorf("the telephone did not register from %s: %w", from, ctx.Err())
		}
	}
}

// changes changes the network n times. Each change waits for the one before to
// have been followed; the times count from before the command that makes it.
func (w *world) changes(ctx context.Context, x *office, n int) (figures Figures, err error) {
	has, next := one, other
	timed := func(ctx context.Context, times *[]time.Duration, from string, lines ...string) error {
		start := time.Now()
		for _, line := range lines {
			if err := netns.IP(ctx, "-n "+w.phone+" "+line); err != nil {
				return err
			}
		}
		at, err := x.registered(ctx, from)
		if err == nil {
			*times = append(*times, at.Sub(start))
		}
		return err
	}
	// A phone that had no processor while the cable was out finds all as it was, its
	// connection too, and has nothing to follow: it is pulled once more.
	cabled := func() (err error) {
		for {
			if err = w.pull(ctx); err != nil {
				return err
			}
			soon, cancel := context.WithTimeout(ctx, 15*time.Second)
			err = timed(soon, &figures.Cables, has, "link set "+cable+" up", "route replace default via "+exchange)
			cancel()
			if err == nil || ctx.Err() != nil || !errors.Is(err, context.DeadlineExceeded) {
				return err
			}
		}
	}
	for i := range n {
		if i%2 == 0 {
			err = timed(ctx, &figures.Addresses, next, "address delete "+has+bits+" dev "+cable, "address add "+next+bits+" dev "+cable, "route replace default via "+exchange)
			has, next = next, has
		} else {
			err = cabled()
		}
		if err != nil {
			return figures, err
		}
		x.drain(ctx)
	}
	return figures, nil
}

// pull takes the cable away for longer than a burst of messages lasts.
func (w *world) pull(ctx context.Context) error {
	if err := netns.IP(ctx, "-n "+w.phone+" link set "+cable+" down"); err != nil {
		return err
	}
	return pause(ctx, time.Second)
}

// drain lets a second registration, by the address that came later, go by.
func (x *office) drain(ctx context.Context) {
	_ = pause(ctx, 700*time.Millisecond)
	for _, e := range x.journal.After(x.seen) {
		x.seen = e.Number
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Percentile is the smallest of the times that p of a hundred do not exceed.
func Percentile(times []time.Duration, p int) time.Duration {
	if len(times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(times))
	return sorted[(len(sorted)*p+99)/100-1]
}
