package benchua

import (
	"context"
	"fmt"
	"net"
	"os"
	"runtime"

	"offhook/ua"
	"offhook/ua/agent"
	"offhook/ua/wire"
)

// heap is what is in use after everything that can go has gone.
func heap() int64 {
	for range 3 {
		runtime.GC()
	}
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

func descriptors() int {
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		return 0
	}
	return len(entries) - 1 // its own
}

// accounts measures what an account over UDP costs that is registered and idle.
func (c Config) accounts(ctx context.Context) (int64, error) {
	registrar, err := net.ListenUDP("udp", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return 0, err
	}
	served := make(chan struct{})
	go func() { defer close(served); serveRegistrar(registrar) }()
	defer func() { registrar.Close(); <-served }()
	var accounts []ua.Account
	for i := range c.Accounts {
		accounts = append(accounts, ua.Account{
			ID: ua.AccountID(fmt.Sprint("a", i)), User: fmt.Sprint(1000 + i), Domain: "pbx.example",
			Registrar: registrar.LocalAddr().String(), Transport: ua.UDP, Register: true,
		})
	}
	defer hurry()()
	p, err := startPhone(agent.Config{InstanceID: "urn:uuid:00000000-0000-4000-8000-00005e005307"})
	if err != nil {
		return 0, err
	}
	defer p.end()
	before := heap()
	if err := p.SetAccounts(accounts); err != nil {
		return 0, err
	}
	for range accounts {
		if err := p.registration(ctx, ua.Registered); err != nil {
			return 0, err
		}
	}
	if err := wait(ctx, settled); err != nil {
		return 0, err
	}
	return (heap() - before) / int64(len(accounts)), nil
}

// serveRegistrar says yes to every REGISTER and keeps nothing.
func serveRegistrar(socket *net.UDPConn) {
	buffer := make([]byte, 65536)
	for {
		n, from, err := socket.ReadFromUDPAddrPort(buffer)
		if err != nil {
			return
		}
		m, err := wire.Parse(buffer[:n])
		if err != nil || m.Method != "REGISTER" {
			continue
		}
		answer := wire.Message{Status: 200, Reason: "OK"}
		for _, name := range []string{"Via", "From", "To", "Call-ID", "CSeq", "Contact", "Expires"} {
			for _, value := range m.Lines(name) {
				answer.Fields = append(answer.Fields, wire.Field{Name: name, Value: value})
			}
		}
		_, _ = socket.WriteToUDPAddrPort(answer.Encode(), from)
	}
}

// atOnce is how many calls stand at once between two telephones: what one takes.
const atOnce = 16

// heapPerCall measures what a telephone's side of a call costs that stands.
func (c Config) heapPerCall(ctx context.Context) (int64, error) {
	defer hurry()()
	d, err := newDuel()
	if err != nil {
		return 0, err
	}
	defer d.end()
	var each int64
	for range 2 { // the first time warms up
		before := heap()
		for range atOnce {
			if err := d.dial(ctx); err != nil {
				return 0, err
			}
		}
		if err := wait(ctx, settled); err != nil {
			return 0, err
		}
		each = (heap() - before) / (2 * atOnce)
		if err := d.hangUp(ctx); err != nil {
			return 0, err
		}
	}
	return each, nil
}
