package dhcp

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// Wire is the way to the servers of one link.
type Wire interface {
	Send(message []byte, to netip.AddrPort) error
	// Receive returns the next message that may be for us; Close unblocks it.
	Receive() ([]byte, error)
	Close() error
}

const (
	serverPort = 67
	again      = time.Second            // to the first repetition, then twice that
	patience   = 5 * time.Second        // for an answer
	others     = 300 * time.Millisecond // for other servers' answers, where none is ours
)

var errSilent = errors.New("no server answers")

// ask has servers tell the wanted options. With a server, that of the lease, it
// is asked alone and nobody else is heard; otherwise whoever answers soon after
// the first.
func ask(ctx context.Context, wire Wire, link Link, server netip.Addr, wanted []byte, class string) ([]Packet, error) {
	var dice [4]byte
	_, _ = rand.Read(dice[:]) // never fails
	id := binary.BigEndian.Uint32(dice[:])
	message := inform(id, link.Address, link.Hardware, wanted, class)
	to := netip.AddrPortFrom(netip.AddrFrom4([4]byte{255, 255, 255, 255}), serverPort)
	if server.IsValid() {
		to = netip.AddrPortFrom(server, serverPort)
	}

	ctx, cancel := context.WithTimeout(ctx, patience)
	heard := make(chan Packet)
	var receiving sync.WaitGroup
	receiving.Go(func() { receive(ctx, wire, heard) })
	defer func() {
		cancel()
		_ = wire.Close() // nothing of it is needed any more
		receiving.Wait()
	}()

	var answers []Packet
	wait := again
	repeat, enough := time.NewTimer(wait), (<-chan time.Time)(nil)
	defer repeat.Stop()
	if err := wire.Send(message, to); err != nil {
		return nil, fmt.Errorf("the question cannot be sent: %w", err)
	}
	for {
		select {
		case p := <-heard:
			if !answersInform(p, id, link, server) || slices.ContainsFunc(answers, func(a Packet) bool { return sameServer(a, p) }) {
				continue
			}
			answers = append(answers, p)
			if server.IsValid() || len(answers) == 4 {
				return answers, nil
			}
			if enough == nil {
				repeat.Stop()
				enough = time.After(others)
			}
		case <-enough:
			return answers, nil
		case <-repeat.C:
			wait *= 2
			repeat.Reset(wait)
			if err := wire.Send(message, to); err != nil {
				return nil, fmt.Errorf("the question cannot be sent: %w", err)
			}
		case <-ctx.Done():
			if len(answers) == 0 {
				return nil, errSilent
			}
			return answers, nil
		}
	}
}

// receive passes on messages until the wire is closed.
func receive(ctx context.Context, wire Wire, heard chan<- Packet) {
	for {
		raw, err := wire.Receive()
		if err != nil {
			return
		}
		p, err := Parse(raw)
		if err != nil {
			continue // not for us
		}
		select {
		case heard <- p:
		case <-ctx.Done():
		}
	}
}

func answersInform(p Packet, id uint32, link Link, server netip.Addr) bool {
	from := p.Options.address(optionServer)
	return p.Reply && p.ID == id && p.Type() == typeACK && slices.Equal(p.Hardware, link.Hardware) &&
		from.IsValid() && (!server.IsValid() || from == server)
}

func sameServer(a, b Packet) bool {
	return a.Options.address(optionServer) == b.Options.address(optionServer)
}
