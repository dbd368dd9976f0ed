// Package farm plays many telephones at once towards a provisioning server: how
// they start, look for something newer now and then, and all come when they are
// told to. It measures what the server bears.
package farm

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"offhook/provisioning"
)

// Config says who comes, and when.
type Config struct {
	Count  int
	Device func(n int) provisioning.Device
	// Source fetches for a phone; each has its own.
	Source func(provisioning.Device) provisioning.Source
	URL    string // with macros, or a folder for a persona
	Access provisioning.Access
	Phases []Phase
	AtOnce int    // requests on their way at most; 0 means 256
	Seed   uint64 // of the order in which phones come

	// Progress, if any, is told now and then how many of a phase's phones are done.
	Progress func(phase string, done, of int)
}

// Phase is one round in which every phone fetches once.
type Phase struct {
	Name   string
	Spread time.Duration // over which the phones come
	Pause  time.Duration // before it
}

// Boot, Poll and CheckSync are the rounds of a telephone's life.
func Boot(spread time.Duration) Phase { return Phase{Name: "boot", Spread: spread} }

// Poll is the nth look for something newer, after the interval.
func Poll(n int, interval, spread time.Duration) Phase {
	return Phase{Name: fmt.Sprintf("poll %d", n), Spread: spread, Pause: interval}
}

// CheckSync has every phone come that was told to, within the spread of its document.
func CheckSync(spread time.Duration) Phase { return Phase{Name: "check-sync", Spread: spread} }

// MAC is the address of phone n: locally administered, so nobody's.
func MAC(n int) string {
	return fmt.Sprintf("02:0f:%02x:%02x:%02x:%02x", byte(n>>24), byte(n>>16), byte(n>>8), byte(n))
}

// phone is what one remembers of its last fetch.
type phone struct {
	device  provisioning.Device
	source  provisioning.Source
	url     string
	etag    string
	changed string
}

// Run has all phones go through all phases.
func Run(ctx context.Context, cfg Config) (Result, error) {
	if cfg.AtOnce == 0 {
		cfg.AtOnce = 256
	}
	phones := make([]phone, cfg.Count)
	for n := range phones {
		d := cfg.Device(n)
		url, err := d.Expand(cfg.URL)
		if err != nil {
			return Result{}, err
		}
		phones[n] = phone{device: d, source: cfg.Source(d), url: url}
	}
	order := rand.New(rand.NewPCG(cfg.Seed, 1)).Perm(cfg.Count)
	var all Result
	for _, p := range cfg.Phases {
		if !wait(ctx, p.Pause) {
			return all, ctx.Err()
		}
		all.Phases = append(all.Phases, cfg.round(ctx, p, phones, order))
		if ctx.Err() != nil {
			return all, ctx.Err()
		}
	}
	return all, nil
}

func wait(ctx context.Context, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// round has every phone fetch once.
func (cfg Config) round(ctx context.Context, p Phase, phones []phone, order []int) PhaseResult {
	began := time.Now()
	out := tally{began: began, errors: map[string]int{}}
	var group sync.WaitGroup
	gate := make(chan struct{}, cfg.AtOnce)
	for at, n := range order {
		due := began.Add(p.Spread * time.Duration(at) / time.Duration(len(order)))
		if !wait(ctx, time.Until(due)) {
			break
		}
		gate <- struct{}{}
		group.Go(func() {
			defer func() { <-gate }()
			response, err := phones[n].fetch(ctx, cfg.Access)
			if err != nil {
				err = errors.New(kind(err, phones[n].device.MAC))
			}
			done := out.add(time.Since(due), response, err)
			if cfg.Progress != nil {
				cfg.Progress(p.Name, done, len(order))
			}
		})
	}
	group.Wait()
	return out.result(p.Name)
}

func (p *phone) fetch(ctx context.Context, access provisioning.Access) (provisioning.Response, error) {
	r, err := p.source.Fetch(ctx, provisioning.Request{URL: p.url, Access: access, UserAgent: p.device.UserAgent(), ETag: p.etag, LastModified: p.changed})
	if err == nil {
		p.etag, p.changed = r.ETag, r.LastModified
	}
	return r, err
}

// kind is an error without what differs from phone to phone, so that it can be
// counted.
func kind(err error, mac string) string {
	text, _, _ := strings.Cut(err.Error(), ";")
	for _, name := range []string{mac, strings.ReplaceAll(mac, ":", ""), strings.ToUpper(strings.ReplaceAll(mac, ":", ""))} {
		text = strings.ReplaceAll(text, name, "{mac}")
	}
	return text
}
