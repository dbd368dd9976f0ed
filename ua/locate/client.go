package locate

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// hedge is how long a name server may take before the next one is asked, too.
const hedge = 800 * time.Millisecond

// client asks name servers. Its methods may be called by any goroutine.
type client struct {
	random io.Reader
	best   atomic.Int64 // index of the server that answered last
}

// ask gets an answer from whoever of the servers gives one first.
func (c *client) ask(ctx context.Context, conf resolvConf, name string, kind dnsmessage.Type) (answer, error) {
	ctx, cancel := context.WithCancel(ctx)
	type result struct {
		answer answer
		server int
		err    error
	}
	total := len(conf.servers) * conf.attempts
	results := make(chan result, total)
	started, ended := 0, 0
	start := func() {
		server := (int(c.best.Load()) + started) % len(conf.servers)
		started++
		go func() {
			a, err := c.askOne(ctx, conf.servers[server], conf.timeout, name, kind)
			results <- result{a, server, err}
		}()
	}
	defer func() {
		cancel()
		for ; ended < started; ended++ {
			<-results
		}
	}()
	next := time.NewTimer(hedge)
	defer next.Stop()
	start()
	var fault error
	for {
		select {
		case r := <-results:
			ended++
			if r.err == nil {
				c.best.Store(int64(r.server))
				return r.answer, nil
			}
			if fault == nil || !errors.Is(r.err, context.Canceled) {
				fault = r.err
			}
			if started == total && ended == total || ctx.Err() != nil {
				return answer{}, fault
			}
		case <-next.C:
		}
		if started < total {
			start()
			next.Reset(hedge)
		}
	}
}

// askOne asks one server, without EDNS0 if it does not know that, and by TCP
// what does not fit a datagram (RFC 7766 §5).
func (c *client) askOne(ctx context.Context, server netip.AddrPort, patience time.Duration, name string, kind dnsmessage.Type) (answer, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	a, err := c.transact(ctx, "udp", server, name, kind, true)
	if a.noEDNS {
		a, err = c.transact(ctx, "udp", server, name, kind, false)
	}
	if err == nil && a.truncated {
		a, err = c.transact(ctx, "tcp", server, name, kind, true)
	}
	if err != nil {
		return answer{}, fmt.Errorf("name server %s: %w", server, err)
	}
	return a, nil
}

// transact sends one question from a socket of its own, so that the port is as
// hard to guess as the id (RFC 5452 §9.2).
func (c *client) transact(ctx context.Context, network string, server netip.AddrPort, name string, kind dnsmessage.Type, edns bool) (answer, error) {
	var dice [2]byte
	if _, err := io.ReadFull(c.random, dice[:]); err != nil {
		return answer{}, err
	}
	id := binary.BigEndian.Uint16(dice[:])
	message, err := question(id, name, kind, edns)
	if err != nil {
		return answer{}, err
	}
	var dialer net.Dialer
	conn, err := dialer.DialContext(ctx, network, server.String())
	if err != nil {
		return answer{}, err
	}
	defer conn.Close()
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if network == "tcp" {
		message = framed(message)
	}
	if _, err := conn.Write(message); err != nil {
		return answer{}, cause(ctx, err)
	}
	for {
		raw, err := readMessage(conn, network)
		if err != nil {
			return answer{}, cause(ctx, err)
		}
		a, err := parse(raw, id, name, kind)
		if network == "udp" && err != nil && !errors.Is(err, errRCode) {
			continue // not the server's, or broken: the right one may still come
		}
		if err == nil && a.truncated && network == "tcp" {
			err = errors.New("locate: an answer that is cut short over TCP")
		}
		return a, err
	}
}

// cause says why a socket failed that the context has closed.
func cause(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

func readMessage(conn net.Conn, network string) ([]byte, error) {
	if network == "udp" {
		raw := make([]byte, 4096) // more was not asked for
		n, err := conn.Read(raw)
		return raw[:n], err
	}
	var size [2]byte
	if _, err := io.ReadFull(conn, size[:]); err != nil {
		return nil, err
	}
	raw := make([]byte, binary.BigEndian.Uint16(size[:]))
	_, err := io.ReadFull(conn, raw)
	return raw, err
}
