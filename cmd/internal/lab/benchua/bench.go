package benchua

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/emiago/sipgo/sip"
)

// Config says how much is measured. The zero value is a good one.
type Config struct {
	Progress io.Writer // a line a measurement; nil for none
	Restarts int       // of the exchange; 0 means 50
	Changes  int       // of the network; 0 means 50
	Calls    int       // 0 means 10 000
	Accounts int       // idle; 0 means 100
	Offhook  string    // the agent's program, for changes of a real link; they are only told when empty
	Source   string    // folder of the module, for the torture messages; "." when empty
}

// Figures are what was measured; durations in milliseconds, memory in octets.
type Figures struct {
	RestartP50     float64 `json:"reregister_after_restart_p50_ms"`
	RestartP99     float64 `json:"reregister_after_restart_p99_ms"`
	Restarts       int     `json:"restarts"`
	ChangeP50      float64 `json:"reregister_after_link_change_p50_ms"`
	ChangeP99      float64 `json:"reregister_after_link_change_p99_ms"`
	Changes        int     `json:"link_changes"`
	Told           bool    `json:"link_changes_only_told"` // the agent was told; no link changed
	HeapPerAccount int64   `json:"heap_per_idle_account_bytes"`
	HeapPerCall    int64   `json:"heap_per_call_bytes"`
	Soak
	TortureRight int `json:"torture_right"`
	TortureTotal int `json:"torture_total"`
}

func (c Config) withDefaults() Config {
	for _, d := range []struct {
		field    *int
		standard int
	}{{&c.Restarts, 50}, {&c.Changes, 50}, {&c.Calls, 10_000}, {&c.Accounts, 100}} {
		if *d.field == 0 {
			*d.field = d.standard
		}
	}
	if c.Source == "" {
		c.Source = "."
	}
	if c.Progress == nil {
		c.Progress = io.Discard
	}
	return c
}

func (c Config) say(format string, args ...any) {
	fmt.Fprintf(c.Progress, "bench-ua: "+format+"\n", args...)
}

// Run measures everything.
func Run(ctx context.Context, c Config) (Figures, error) {
	c = c.withDefaults()
	var f Figures
	restarts, err := c.restarts(ctx)
	if err != nil {
		return f, fmt.Errorf("restarts of the exchange: %w", err)
	}
	f.RestartP50, f.RestartP99, f.Restarts = percentile(restarts, 50), percentile(restarts, 99), len(restarts)
	c.say("registered again %.0f ms (p50) and %.0f ms (p99) after a restart over TLS", f.RestartP50, f.RestartP99)
	changes, told, err := c.linkChanges(ctx)
	if err != nil {
		return f, fmt.Errorf("changes of the network: %w", err)
	}
	f.Told = told
	f.ChangeP50, f.ChangeP99, f.Changes = percentile(changes, 50), percentile(changes, 99), len(changes)
	c.say("registered again %.1f ms (p50) and %.1f ms (p99) after a change of the network over TLS", f.ChangeP50, f.ChangeP99)
	if f.HeapPerAccount, err = c.accounts(ctx); err != nil {
		return f, fmt.Errorf("idle accounts: %w", err)
	}
	c.say("an idle account costs %d octets of heap", f.HeapPerAccount)
	if f.HeapPerCall, err = c.heapPerCall(ctx); err != nil {
		return f, fmt.Errorf("calls that stand: %w", err)
	}
	c.say("a call costs %d octets of heap", f.HeapPerCall)
	if f.Soak, err = c.soak(ctx); err != nil {
		return f, fmt.Errorf("many calls: %w", err)
	}
	if f.TortureRight, f.TortureTotal, err = c.torture(ctx); err != nil {
		return f, fmt.Errorf("torture messages: %w", err)
	}
	c.say("%d of %d torture messages answered as the RFCs say", f.TortureRight, f.TortureTotal)
	return f, nil
}

// RunSoak makes calls and fails when anything of them is left.
func RunSoak(ctx context.Context, c Config) (Soak, error) {
	s, err := c.withDefaults().soak(ctx)
	if err == nil {
		err = s.leaked()
	}
	return s, err
}

// hurry shortens how long the transaction layer remembers what is over, half a
// minute else: a telephone that makes hundreds of calls a second would run into
// its own limits. When it repeats what got lost stays as it is. The timers belong
// to the process: it is called before, and taken back after, what has agents.
func hurry() (back func()) {
	for _, timer := range []*time.Duration{&sip.Timer_I, &sip.Timer_J, &sip.Timer_K, &sip.Timer_L, &sip.Timer_M} {
		*timer = 200 * time.Millisecond
	}
	return func() { sip.SetTimers(500*time.Millisecond, 4*time.Second, 5*time.Second) }
}
