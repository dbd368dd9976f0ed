package benchua

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime"
	"time"

	"offhook/ua"
)

// settled is longer than the transaction layer remembers (hurry).
const settled = 2 * time.Second

// forgotten is longer than a caller waits for other forks (64*T1).
const forgotten = 35 * time.Second

// Soak is what many calls cost and leave behind.
type Soak struct {
	Calls       int     `json:"calls"`
	CallsPerS   float64 `json:"calls_per_s"`
	Goroutines  int     `json:"goroutines_after_10000_calls_delta"`
	HeapDelta   int64   `json:"heap_after_10000_calls_delta_bytes"`
	Descriptors int     `json:"descriptors_after_10000_calls_delta"`
}

// leaked says what is left. The heap may keep what a map once grew to.
func (s Soak) leaked() error {
	const heapMay = 1 << 20
	switch {
	case s.Goroutines > 0:
		return fmt.Errorf("%d goroutines are left of %d calls", s.Goroutines, s.Calls)
	case s.Descriptors > 0:
		return fmt.Errorf("%d file descriptors are left of %d calls", s.Descriptors, s.Calls)
	case s.HeapDelta > heapMay:
		return fmt.Errorf("%d octets are left of %d calls", s.HeapDelta, s.Calls)
	}
	return nil
}

// soak makes calls, several at once, each answered and hung up.
func (c Config) soak(ctx context.Context) (Soak, error) {
	defer hurry()()
	d, err := newDuel()
	if err != nil {
		return Soak{}, err
	}
	defer d.end()
	// As many go before, uncounted: maps keep the size that they once had.
	c.say("%d calls to begin with", c.Calls)
	if err := d.calls(ctx, c.Calls, func(int) {}); err != nil {
		return Soak{}, err
	}
	if err := wait(ctx, forgotten); err != nil {
		return Soak{}, err
	}
	goroutines, used, open := runtime.NumGoroutine(), heap(), descriptors()
	began := time.Now()
	if err := d.calls(ctx, c.Calls, func(n int) {
		if n%1000 == 0 {
			c.say("%d calls in %v", n, time.Since(began).Round(time.Millisecond))
		}
	}); err != nil {
		return Soak{}, err
	}
	s := Soak{Calls: c.Calls, CallsPerS: float64(c.Calls) / time.Since(began).Seconds()}
	if err := wait(ctx, forgotten); err != nil {
		return Soak{}, err
	}
	s.Goroutines, s.HeapDelta, s.Descriptors = runtime.NumGoroutine()-goroutines, heap()-used, descriptors()-open
	c.say("%.0f calls a second; left of %d: %d goroutines, %d octets, %d file descriptors", s.CallsPerS, s.Calls, s.Goroutines, s.HeapDelta, s.Descriptors)
	return s, nil
}

// duel is two telephones that call each other.
type duel struct {
	caller, callee *phone
	to             netip.AddrPort
	standing       []ua.CallID
}

func newDuel() (*duel, error) {
	caller, _, err := listener("caller")
	if err != nil {
		return nil, err
	}
	callee, to, err := listener("callee")
	if err != nil {
		caller.end()
		return nil, err
	}
	return &duel{caller: caller, callee: callee, to: to}, nil
}

func (d *duel) end() { d.caller.end(); d.callee.end() }

func (d *duel) invite() (ua.CallID, error) {
	for {
		id, err := d.caller.Invite("a", ua.Target("sip:callee@"+d.to.String()))
		if !errors.Is(err, ua.ErrBusy) {
			return id, err
		}
		runtime.Gosched()
	}
}

// dial makes one more call that stands.
func (d *duel) dial(ctx context.Context) error {
	id, err := d.invite()
	if err != nil {
		return err
	}
	incoming := ua.CallID(0)
	if err := d.callee.await(ctx, "an incoming call", func(event ua.Event) bool {
		changed, ok := event.(ua.CallChanged)
		incoming = changed.Call.ID
		return ok && changed.Call.State == ua.Proceeding
	}); err != nil {
		return err
	}
	if err := d.callee.Answer(incoming); err != nil {
		return err
	}
	d.standing = append(d.standing, id)
	return d.caller.await(ctx, "an answer", func(event ua.Event) bool {
		changed, ok := event.(ua.CallChanged)
		return ok && changed.Call.ID == id && changed.Call.State == ua.Confirmed
	})
}

func (d *duel) hangUp(ctx context.Context) error {
	for _, id := range d.standing {
		if err := d.caller.Hangup(id); err != nil {
			return err
		}
	}
	for range d.standing {
		if err := d.callee.await(ctx, "the end of a call", ended); err != nil {
			return err
		}
	}
	d.standing = nil
	return nil
}

func ended(event ua.Event) bool {
	changed, ok := event.(ua.CallChanged)
	return ok && changed.Call.State == ua.Terminated
}

// calls makes so many, as many at once as a telephone takes, less one half.
func (d *duel) calls(ctx context.Context, many int, progress func(int)) error {
	begun, over := 0, 0
	for ; begun < min(many, atOnce/2); begun++ {
		if _, err := d.invite(); err != nil {
			return err
		}
	}
	limit := time.NewTimer(patience)
	defer limit.Stop()
	for over < many {
		select {
		case event := <-d.callee.changed:
			changed, ok := event.(ua.CallChanged)
			switch {
			case !ok:
			case changed.Call.State == ua.Proceeding:
				if err := d.callee.Answer(changed.Call.ID); err != nil {
					return err
				}
			case changed.Call.State == ua.Terminated:
				if changed.Call.Cause != ua.RemoteBye {
					return fmt.Errorf("call %d ended: %s %s", over, changed.Call.Cause, changed.Call.Reason)
				}
				limit.Reset(patience)
				over++
				progress(over)
				if begun < many {
					begun++
					if _, err := d.invite(); err != nil {
						return err
					}
				}
			}
		case event := <-d.caller.changed:
			changed, ok := event.(ua.CallChanged)
			if ok && changed.Call.State == ua.Terminated && changed.Call.Cause != ua.LocalBye {
				return fmt.Errorf("call %d ended: %s %s", over, changed.Call.Cause, changed.Call.Reason)
			}
			if ok && changed.Call.State == ua.Confirmed {
				if err := d.caller.Hangup(changed.Call.ID); err != nil && !errors.Is(err, ua.ErrNoCall) {
					return err
				}
			}
		case <-limit.C:
			return fmt.Errorf("nothing happened for %v after %d calls", patience, over)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
