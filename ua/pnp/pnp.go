// Package pnp asks the network where a phone's configuration is: a SUBSCRIBE
// for the package ua-profile (RFC 6080) to the multicast group of SIP servers,
// answered by NOTIFYs that hold a URL. This is what desk phones know as
// plug and play.
//
// Anybody on the network can answer. What they say is returned with who said
// it; whether it is to be used is the caller's to decide.
package pnp

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync"
	"time"
)

// Group is where phones ask (RFC 3261 §10.2.6 calls it sip.mcast.net).
var Group = netip.MustParseAddrPort("224.0.1.75:5060")

const (
	firstWait = 500 * time.Millisecond // to the first repetition, then twice that (RFC 3261 §17.1.2)
	patience  = 5 * time.Second
	others    = 500 * time.Millisecond // for others' answers after the first
	most      = 8                      // answers that are looked at
)

// ErrSilent says that nobody has answered.
var ErrSilent = errors.New("nobody answers at " + Group.String())

// Link is an interface and the address on it to ask from.
type Link struct {
	Name    string
	Address netip.Addr
}

// Config says who asks.
type Config struct {
	MAC       string // any writing
	Vendor    string
	Model     string
	Version   string
	UserAgent string
	Log       *slog.Logger
	Open      func(Link) (Conn, error) // nil means a UDP socket
}

// Conn is a socket that sends to the group and hears answers; a *net.UDPConn is
// one.
type Conn interface {
	ReadFromUDPAddrPort([]byte) (int, netip.AddrPort, error)
	WriteToUDPAddrPort([]byte, netip.AddrPort) (int, error)
	Close() error
}

var _ Conn = (*net.UDPConn)(nil)

// Profile is one answer.
type Profile struct {
	URL  string // as it came: with its macros
	From netip.Addr
}

// Ask asks on one link and returns the answers of those who are heard soon
// after the first, one of each. The error wraps ErrSilent when there are none.
func Ask(ctx context.Context, cfg Config, link Link) ([]Profile, error) {
	if cfg.Open == nil {
		cfg.Open = open
	}
	conn, err := cfg.Open(link)
	if err != nil {
		return nil, fmt.Errorf("no socket on %s: %w", link.Name, err)
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	heard := make(chan datagram)
	var receiving sync.WaitGroup
	receiving.Go(func() { receive(ctx, conn, heard) })
	defer func() {
		cancel()
		_ = conn.Close() // nothing of it is needed any more
		receiving.Wait()
	}()
	e := newExchange(cfg, link, contact(conn, link))
	return e.run(ctx, conn, heard)
}

// contact is where answers are to come.
func contact(conn Conn, link Link) netip.AddrPort {
	if c, ok := conn.(interface{ LocalAddr() net.Addr }); ok {
		if at, ok := c.LocalAddr().(*net.UDPAddr); ok {
			return netip.AddrPortFrom(link.Address, uint16(at.Port))
		}
	}
	return netip.AddrPortFrom(link.Address, Group.Port())
}

type datagram struct {
	raw  []byte
	from netip.AddrPort
}

func receive(ctx context.Context, conn Conn, heard chan<- datagram) {
	buffer := make([]byte, 1<<16)
	for {
		n, from, err := conn.ReadFromUDPAddrPort(buffer)
		if errors.Is(err, net.ErrClosed) || err != nil && ctx.Err() != nil {
			return
		}
		if err != nil {
			continue // an ICMP error of one who does not listen
		}
		select {
		case heard <- datagram{append([]byte(nil), buffer[:n]...), from}:
		case <-ctx.Done():
		}
	}
}

func (e *exchange) run(ctx context.Context, conn Conn, heard <-chan datagram) ([]Profile, error) {
	if _, err := conn.WriteToUDPAddrPort(e.subscribe(), Group); err != nil {
		return nil, fmt.Errorf("the question cannot be sent on %s: %w", e.link.Name, err)
	}
	wait := firstWait
	repeat := time.NewTimer(wait)
	defer repeat.Stop()
	var enough <-chan time.Time
	for {
		select {
		case d := <-heard:
			reply := e.hear(d)
			if reply != nil {
				_, _ = conn.WriteToUDPAddrPort(reply, d.from) // repeated when it repeats
			}
			if e.answered {
				repeat.Stop()
			}
			if len(e.profiles) > 0 && enough == nil {
				enough = time.After(others)
			}
		case <-repeat.C:
			wait *= 2
			repeat.Reset(wait)
			_, _ = conn.WriteToUDPAddrPort(e.subscribe(), Group)
		case <-enough:
			return e.profiles, nil
		case <-ctx.Done():
			if len(e.profiles) > 0 {
				return e.profiles, nil
			}
			return nil, fmt.Errorf("%w on %s", ErrSilent, e.link.Name)
		}
	}
}

func token() string { return rand.Text() }
