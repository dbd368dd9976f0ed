package updates

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/provisioning/firmware"
)

// Config says how it is done.
type Config struct {
	Progress io.Writer
	Cuts     int // of the power
	Seed     uint64
	Slow     bool // also what takes a minute: a version that cannot register
}

// Figures are what came of it.
type Figures struct {
	Installs   int     `json:"installs"`    // of good versions, without a cut
	Committed  int     `json:"committed"`   // of them, that stayed
	Bad        int     `json:"bad"`         // versions that are no good
	RolledBack int     `json:"rolled_back"` // of them, that ran, and after which the one of before came back
	Refused    int     `json:"refused"`     // of them, that never ran
	Cuts       int     `json:"power_cuts"`
	Survived   int     `json:"power_cuts_survived"` // that ended with the wanted version
	Slowest    float64 `json:"slowest_s"`           // from a start to a version that stays
	Seconds    float64 `json:"seconds"`
}

// run is one run.
type run struct {
	Config
	*world
	f      Figures
	number int // of the version that is good now
}

// Run installs versions. Its error is of what did not end well.
func Run(ctx context.Context, c Config) (f Figures, err error) {
	dir, err := os.MkdirTemp("", "updates") // short: a socket's path is at most 107 bytes
	if err != nil {
		return f, err
	}
	defer os.RemoveAll(dir)
	began := time.Now()
	w, err := newWorld(ctx, dir)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	r := &run{Config: c, world: w, number: Base}
	for range 2 {
		err = errors.Join(err, r.install(ctx))
	}
	err = errors.Join(err, r.bad(ctx, "crashes", w.crashing, &r.f.RolledBack), r.bad(ctx, "by a thief", w.Thiefs, &r.f.Refused),
		r.bad(ctx, "truncated", w.Truncated, &r.f.Refused), r.bad(ctx, "a bit flipped", w.Flipped, &r.f.Refused))
	if c.Slow {
		err = errors.Join(err, r.bad(ctx, "cannot register", w.Speechless, &r.f.RolledBack))
	}
	err = errors.Join(err, r.install(ctx))
	random := rand.New(rand.NewPCG(c.Seed, 0))
	for i := range c.Cuts {
		if ctx.Err() != nil {
			break
		}
		err = errors.Join(err, r.cutAfter(ctx, i, time.Duration(random.Int64N(int64(cutWithin)))))
	}
	r.f.Seconds = time.Since(began).Seconds()
	return r.f, err
}

// cutWithin is what fetching, starting and trying a version takes.
const cutWithin = 14 * time.Second

// crashing is a version that ends as soon as it runs.
func (w *world) crashing(number int) ([]byte, error) {
	return w.Signed([]byte("#!/bin/sh\nexit 1\n"), number)
}

func (r *run) next() (version string, file []byte, err error) {
	r.number++
	file, err = r.Good(r.number)
	return Name(r.number), file, err
}

// stays waits until a version is the good one.
func (r *run) stays(ctx context.Context, version string) error {
	began := time.Now()
	err := r.until(ctx, version+" stays", func(s localapi.Status) bool {
		return s.Version == version && s.Firmware.Phase == "" && s.Firmware.Slot != "" &&
			len(s.Accounts) == 1 && s.Accounts[0].State == "registered"
	})
	if err == nil {
		r.f.Slowest = max(r.f.Slowest, time.Since(began).Seconds())
	}
	return err
}

func (r *run) install(ctx context.Context) error {
	r.f.Installs++
	version, file, err := r.next()
	if err != nil {
		return err
	}
	r.cut()
	if err := errors.Join(r.wish(version, file), r.stays(ctx, version)); err != nil {
		return fmt.Errorf("a good version: %w", err)
	}
	r.f.Committed++
	fmt.Fprintf(r.Progress, "a good version              %s stays\n", version)
	return nil
}

// bad has a version tried, or refused, that is no good. The one of before has to
// run, and to say why.
func (r *run) bad(ctx context.Context, what string, made func(int) ([]byte, error), ended *int) error {
	r.f.Bad++
	before, version := Name(r.number), Name(r.number+1)
	file, err := made(r.number + 1)
	if err != nil {
		return err
	}
	r.number++
	r.cut()
	var why string
	err = errors.Join(r.wish(version, file), r.until(ctx, what, func(s localapi.Status) bool {
		why = s.Firmware.Error
		return why != "" && s.Version == before && s.Firmware.Phase == string(firmware.Failing) && len(s.Accounts) == 1 && s.Accounts[0].State == "registered"
	}))
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	*ended++
	fmt.Fprintf(r.Progress, "%-27s %s runs: %s\n", what, before, why)
	r.number--
	return nil
}

// cutAfter cuts the power some time after a start that is to install a version.
func (r *run) cutAfter(ctx context.Context, i int, after time.Duration) error {
	r.f.Cuts++
	version, file, err := r.next()
	if err != nil {
		return err
	}
	r.cut()
	if err := errors.Join(r.wish(version, file), r.start(ctx)); err != nil {
		return err
	}
	pause(ctx, after)
	r.cut()
	if err := r.stays(ctx, version); err != nil {
		return fmt.Errorf("cut %d, after %v: %w", i+1, after, err)
	}
	r.f.Survived++
	fmt.Fprintf(r.Progress, "power cut %2d after %7v  %s stays\n", i+1, after.Round(time.Millisecond), version)
	return nil
}
