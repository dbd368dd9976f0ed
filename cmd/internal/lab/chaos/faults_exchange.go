package chaos

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"sync"
	"time"

	"offhook/cmd/internal/lab/ca"
)

func exchangeRestarted(ctx context.Context, s *suite) error {
	s.world.exchange.close()
	return errors.Join(pause(ctx, time.Second), s.world.exchange.open(ctx))
}

func exchangeFlaps(ctx context.Context, s *suite) error {
	for range 6 {
		s.world.exchange.close()
		if err := errors.Join(pause(ctx, 300*time.Millisecond), s.world.exchange.open(ctx), pause(ctx, time.Second)); err != nil {
			return err
		}
	}
	return nil
}

func exchangeRestartedInCall(ctx context.Context, s *suite) error {
	return errors.Join(s.call(ctx), exchangeRestarted(ctx, s))
}

func exchangeAway(ctx context.Context, s *suite) error {
	s.world.exchange.close()
	return errors.Join(pause(ctx, time.Minute), s.world.exchange.open(ctx))
}

// filter drops packets in this process' network, in a chain of that hook.
func filter(ctx context.Context, hook, rule string) error {
	cmd := exec.CommandContext(ctx, "nft", "-f", "-")
	cmd.Stdin = strings.NewReader(fmt.Sprintf("table inet chaos {\nchain %s {\ntype filter hook %s priority 0\n%s\n}\n}\n", hook, hook, rule))
	out, err := cmd.CombinedOutput()
	if errors.Is(err, exec.ErrNotFound) {
		return fmt.Errorf("%w: install nftables", errNotHere)
	}
	if err != nil {
		return fmt.Errorf("nft: %w: %s", err, out)
	}
	return nil
}

func unfilter(ctx context.Context) error {
	return exec.CommandContext(ctx, "nft", "delete table inet chaos").Run()
}

// apartFor has nothing get through by the rules of the hooks for that long.
func apartFor(ctx context.Context, s *suite, d time.Duration, hooks ...string) error {
	s.world.exchange.cut(true)
	defer s.world.exchange.cut(false)
	for _, hook := range hooks {
		if err := filter(ctx, hook, fmt.Sprintf("tcp dport %d drop\ntcp sport %[1]d drop", portSIP)); err != nil {
			return err
		}
	}
	return errors.Join(pause(ctx, d), unfilter(ctx))
}

// blackHole begins when the telephone knows that its pings are answered.
func blackHole(ctx context.Context, s *suite) error {
	if err := pause(ctx, keepAlive+3*time.Second); err != nil {
		return err
	}
	return apartFor(ctx, s, 40*time.Second, "input", "output")
}

// oneWayHole begins right after a registration, before a ping was answered: the next
// refresh has to find it out.
func oneWayHole(ctx context.Context, s *suite) error {
	if err := errors.Join(exchangeRestarted(ctx, s), s.healthy(ctx, time.Minute)); err != nil {
		return err
	}
	return apartFor(ctx, s, 90*time.Second, "output")
}

// halfOpen has somebody take connections who never says a word.
func halfOpen(ctx context.Context, s *suite) error {
	s.world.exchange.close()
	g, err := openGate(s.world.exchange.address(), "", 0)
	if err != nil {
		return err
	}
	err = pause(ctx, 40*time.Second)
	g.close()
	return errors.Join(err, s.world.exchange.open(ctx))
}

// forgotten is an exchange that was restarted while nothing got through: its ends
// of the connections are gone, and nobody told the telephone.
func forgotten(ctx context.Context, s *suite) error {
	s.world.exchange.cut(true)
	defer s.world.exchange.cut(false)
	if err := filter(ctx, "output", fmt.Sprintf("tcp sport %d drop", portSIP)); err != nil {
		return err
	}
	s.world.exchange.close()
	return errors.Join(pause(ctx, 2*time.Second), s.world.exchange.open(ctx), pause(ctx, time.Second), unfilter(ctx))
}

// slow is an exchange whose every word comes late, also while the telephone starts.
func slow(ctx context.Context, s *suite) error {
	x := s.world.exchange
	x.close()
	if err := x.openAt(ctx, 0); err != nil {
		return err
	}
	to, _, _ := x.running().Addresses()
	g, err := openGate(x.address(), to, 3*time.Second)
	if err != nil {
		return err
	}
	s.keeper.kill()
	registered := s.healthy(ctx, time.Minute)
	s.lift()
	g.close()
	x.close()
	return errors.Join(registered, x.open(ctx))
}

// refuses: nobody listens, while the telephone starts, too.
func refuses(ctx context.Context, s *suite) error {
	s.world.exchange.close()
	s.keeper.kill()
	return errors.Join(pause(ctx, 20*time.Second), s.world.exchange.open(ctx))
}

// impostor is a stranger's exchange with a certificate that proves nothing.
func impostor(dir string) (end func(), err error) {
	authority, err := ca.Open(dir)
	if err != nil {
		return nil, err
	}
	pair, err := authority.Server(hostName)
	if err != nil {
		return nil, err
	}
	listener, err := tls.Listen("tcp", fmt.Sprintf("%s:%d", stranger, portSIP), &tls.Config{Certificates: []tls.Certificate{pair}})
	if err != nil {
		return nil, err
	}
	var serving sync.WaitGroup
	serving.Go(func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			serving.Go(func() { shake(c) })
		}
	})
	return func() { _ = listener.Close(); serving.Wait() }, nil
}

// shake goes on until the other side has seen whom it speaks to.
func shake(c net.Conn) {
	_ = c.SetDeadline(time.Now().Add(5 * time.Second)) // of ours
	_, _ = c.Read(make([]byte, 1))                     // whoever is not fooled leaves
	_ = c.Close()
}
