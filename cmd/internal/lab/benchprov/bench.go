package benchprov

import (
	"context"
	"fmt"
	"io"

	"offhook/provisioning/dialect/makers"
)

// Config says how much is measured. The zero value is a good one, but for the
// programs.
type Config struct {
	Progress io.Writer // a line a measurement; nil for none
	Program  string    // that is killed: it calls Child when it hears Command
	Offhook  string    // the telephone whose document changes
	Changes  int       // of the document on the server; 0 means 10
	Phones   int       // that come to a server at once; 0 means 1000
}

// Figures are what was measured.
type Figures struct {
	Dialects    int `json:"dialects"`
	Mapped      int `json:"mapped_parameters"`
	Unsupported int `json:"known_unsupported_parameters"`

	KillPoints int `json:"kill_points"` // processes killed, and points at which the power went
	Survived   int `json:"kill_points_survived"`
	Killed     int `json:"processes_killed"`
	PowerCuts  int `json:"power_cuts"`
	Disks      int `json:"disks_after_power_cuts"` // that may be found then

	ChangeToApplied    float64 `json:"change_to_applied_ms"` // median
	ChangeToAppliedMax float64 `json:"change_to_applied_max_ms"`
	Changes            int     `json:"changes"`

	FarmPhones float64 `json:"farm_phones_per_s"`
	FarmServer string  `json:"farm_server"`
	FarmP99    float64 `json:"farm_p99_ms"`
}

func (c Config) withDefaults() Config {
	if c.Changes == 0 {
		c.Changes = 10
	}
	if c.Phones == 0 {
		c.Phones = 1000
	}
	if c.Progress == nil {
		c.Progress = io.Discard
	}
	return c
}

func (c Config) say(format string, args ...any) {
	fmt.Fprintf(c.Progress, "bench-provisioning: "+format+"\n", args...)
}

// Run measures everything. It fails when a phone did not survive.
func Run(ctx context.Context, c Config) (Figures, error) {
	c = c.withDefaults()
	var f Figures
	c.dialects(&f)
	for _, part := range []func(context.Context, *Figures) error{c.kills, c.cuts, c.changes, c.farm} {
		if err := part(ctx, &f); err != nil {
			return f, err
		}
	}
	return f, nil
}

// dialects counts what the tables know.
func (c Config) dialects(f *Figures) {
	for _, d := range makers.All() {
		n := d.Count()
		f.Dialects++
		f.Mapped += n.Mapped
		f.Unsupported += n.Unsupported
		c.say("%s: %d parameters mapped, %d known and not supported", d.Maker, n.Mapped, n.Unsupported)
	}
}

func (c Config) kills(ctx context.Context, f *Figures) error {
	p, err := Kills(ctx, c.Program)
	if err != nil {
		return fmt.Errorf("killed phones: %w", err)
	}
	c.say("killed at %d points, %d survived", p.Tried, p.Survived)
	f.Killed, f.KillPoints, f.Survived = p.Tried, f.KillPoints+p.Tried, f.Survived+p.Survived
	return p.Worst
}

func (c Config) cuts(ctx context.Context, f *Figures) error {
	p, err := Cuts(ctx)
	if err != nil {
		return fmt.Errorf("power cuts: %w", err)
	}
	c.say("the power went at %d points; of %d disks that may be found then %d boot a good document", p.Tried, p.Disks, p.DisksSurvived)
	f.PowerCuts, f.Disks = p.Tried, p.Disks
	f.KillPoints, f.Survived = f.KillPoints+p.Tried, f.Survived+p.Survived
	return p.Worst
}
