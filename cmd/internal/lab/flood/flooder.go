package flood

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Command is the name under which the program is a flooder, followed by an Order
// in JSON.
const Command = "flood-attack"

// Order is what a flooder is told.
type Order struct {
	Attack        string
	Rate          int // a second
	Time          time.Duration
	UDP, TCP, TLS netip.AddrPort
	Media         []netip.AddrPort // of the telephone
	CallID        string           // of the call that is up
}

// Report is what became of an order.
type Report struct {
	Sent    uint64 // packets, or connections
	Failed  uint64 // of them that could not be sent, or were not let in
	Answers uint64
	Alarms  uint64 // answers that a stranger must not get
	NotMade string // why nothing was
}

// errNotHere is an attack that this machine does not allow.
var errNotHere = errors.New("this machine does not allow it")

// Attack does an order: it is what Command runs. The report goes to out.
func Attack(ctx context.Context, args []string, out io.Writer) error {
	var o Order
	if len(args) != 1 {
		return fmt.Errorf("%s is run by flood", Command)
	}
	if err := json.Unmarshal([]byte(args[0]), &o); err != nil {
		return err
	}
	if err := giveWay(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, o.Time)
	defer cancel()
	report, err := o.do(ctx)
	if errors.Is(err, errNotHere) {
		report.NotMade, err = err.Error(), nil
	}
	return errors.Join(err, json.NewEncoder(out).Encode(report))
}

// giveWay puts every thread behind what else the machine does. Those to come
// inherit it.
func giveWay() error {
	const last = 19
	tasks, err := os.ReadDir("/proc/self/task")
	for _, task := range tasks {
		var id int
		if _, bad := fmt.Sscan(task.Name(), &id); bad != nil {
			return bad
		}
		if bad := unix.Setpriority(unix.PRIO_PROCESS, id, last); !errors.Is(bad, unix.ESRCH) {
			err = errors.Join(err, bad)
		}
	}
	return err
}

func (o Order) do(ctx context.Context) (Report, error) {
	for _, a := range attacks(false) {
		if a.name != o.Attack {
			continue
		}
		switch a.kind {
		case datagrams:
			return o.datagrams(ctx, a)
		case handshakes, silences:
			return o.connections(ctx, a)
		case packets:
			return o.packets(ctx, a)
		default:
			return o.forged(ctx, a.kind == forgery)
		}
	}
	return Report{}, fmt.Errorf("there is no attack %q", o.Attack)
}

// catchUp is how much of what is due is sent at once, at most.
const catchUp = 100 * time.Millisecond

// pace calls send so many times a second until the context ends.
func pace(ctx context.Context, rate int, send func(number uint64)) uint64 {
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	most := float64(rate) * catchUp.Seconds()
	var due float64
	var sent uint64
	for last := time.Now(); ; {
		select {
		case <-ctx.Done():
			return sent
		case <-tick.C:
		}
		now := time.Now()
		due = min(most, due+float64(rate)*now.Sub(last).Seconds())
		for last = now; due >= 1 && ctx.Err() == nil; due-- {
			send(sent)
			sent++
		}
	}
}

// source is the address of a stranger.
func source(number uint64, of int) netip.Addr {
	n := number % uint64(max(of, 1))
	return netip.AddrFrom4([4]byte{127, 66, byte(n >> 8), byte(n)})
}
