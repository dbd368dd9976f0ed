package chaos

import (
	"context"
	"io"
	"time"
)

// Command is the name under which the program runs the part in namespaces of its
// own; it is followed by an Order in JSON.
const Command = "chaos-inside"

// Config says what is broken.
type Config struct {
	Progress io.Writer
	Program  string // this program, which knows Command
	Source   string // folder of the module, for a program whose clock can be set
	Order
}

// Order is what the process in namespaces of its own is told.
type Order struct {
	Offhook string   // the agent's program; "" for this one, which can be an agent
	Self    string   // this program, which knows AgentCommand
	Strange string   // the same, with a clock that can be set; "" for none
	Kills   int      // how often the agent is killed at random moments; 0 means 50
	Seed    uint64   // of the moments
	Only    []string // names of faults, or beginnings of them; all when empty
	Keep    string   // folder for the agent's log; "" for none
	Dir     string   // for everything else
	Lane    int      // whose faults these are
}

// defaultKills is a minute of them.
const defaultKills = 50

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
