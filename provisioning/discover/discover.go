// Package discover finds where the configuration is: an ordered list of steps,
// each of which has an address or says why it has none. What follows when the
// server found gives nothing, the next step or none, is part of the list.
package discover

import (
	"context"
	"fmt"
	"iter"
	"strings"

	"offhook/provisioning"
	"offhook/ua"
)

// Known is what a step may go by.
type Known struct {
	Document provisioning.Document // in force
	Last     provisioning.Meta     // of the newest document a server gave
	Access   provisioning.Access   // the agent's own
}

// Found is an address, before its macros are expanded.
type Found struct {
	URL    string
	Access provisioning.Access
	Why    string // "provisioning.url of the agent's file"
	From   From
}

// From is who names an address, and so what it takes to use it.
type From uint8

const (
	FromOwner   From = iota // the agent's own file
	FromServer              // a server that was trusted before
	FromNetwork             // whoever answers on the network: DHCP, PnP, DNS
)

// Step is one way to find a server. Find returns what it found, which may be
// nothing: then the error says why.
type Step struct {
	Name string
	Find func(context.Context, Known) ([]Found, error)
}

// Config says what the steps are and in which order they are taken.
type Config struct {
	Order  []string // "pinned:stop"; a step without a word stops
	Steps  []Step   // those that Order may name
	Access provisioning.Access
	Device provisioning.Device
	Trust  *Trust // nil: what the network names is not used
}

// Discovery takes the steps in order.
type Discovery struct {
	access provisioning.Access
	device provisioning.Device
	trust  *Trust
	steps  []orderedStep
}

type orderedStep struct {
	Step
	proceed bool
}

var _ provisioning.Discoverer = (*Discovery)(nil)

// New makes a Discovery; an order that names an unknown step is an error.
func New(cfg Config) (*Discovery, error) {
	d := &Discovery{access: cfg.Access, device: cfg.Device, trust: cfg.Trust}
	for _, entry := range cfg.Order {
		name, then, _ := strings.Cut(entry, ":")
		found := false
		for _, step := range cfg.Steps {
			if step.Name == name {
				d.steps, found = append(d.steps, orderedStep{step, then == "proceed"}), true
			}
		}
		if !found {
			return nil, fmt.Errorf("discover: there is no step %q; use one of %s", name, names(cfg.Steps))
		}
	}
	return d, nil
}

func names(steps []Step) string {
	all := make([]string, len(steps))
	for i, s := range steps {
		all[i] = s.Name
	}
	return strings.Join(all, ", ")
}

// Discover yields what each step found, or why it was passed over.
func (d *Discovery) Discover(ctx context.Context, current provisioning.Document, last provisioning.Meta) iter.Seq[provisioning.Finding] {
	known := Known{Document: current, Last: last, Access: d.access}
	return func(yield func(provisioning.Finding) bool) {
		d.trust.begin(last)
		defer d.trust.end()
		for _, step := range d.steps {
			if ctx.Err() != nil || !d.take(ctx, step, known, yield) {
				return
			}
		}
	}
}

// take yields the findings of one step. A step that stops ends discovery once
// it has an address that may be used.
func (d *Discovery) take(ctx context.Context, step orderedStep, known Known, yield func(provisioning.Finding) bool) bool {
	found, err := step.Find(ctx, known)
	if err != nil {
		return yield(provisioning.Finding{Step: step.Name, Why: err.Error()})
	}
	usable := false
	for i, f := range found {
		finding := d.finding(step.Name, f)
		finding.Proceed = step.proceed || i+1 < len(found)
		if f.From == FromNetwork && i >= mostOfNetwork {
			return yield(provisioning.Finding{Step: step.Name, Why: fmt.Sprintf("the network names %d more addresses; they are not tried", len(found)-i)}) && step.proceed
		}
		usable = usable || finding.URL != "" || f.From == FromOwner
		if !yield(finding) {
			return false
		}
	}
	return step.proceed || !usable
}

// mostOfNetwork bounds what somebody on the network can have the phone try in
// vain before it goes on.
const mostOfNetwork = 8

// finding makes a finding of an address, without one where it may not be used.
func (d *Discovery) finding(step string, f Found) provisioning.Finding {
	out := provisioning.Finding{Step: step, Why: f.Why, Access: f.Access}
	// The board's to say, nobody else's.
	out.Access.AllowHTTP, out.Access.AllowTFTP, out.Access.Proxy = d.access.AllowHTTP, d.access.AllowTFTP, d.access.Proxy
	url, err := d.device.Expand(f.URL)
	if err == nil {
		out.Waits, err = d.trust.admit(url, f.From, d.access)
	}
	if err != nil {
		if out.Waits {
			out.Server = origin(url)
		}
		out.Why = err.Error()
		if f.From == FromNetwork {
			out.Why = f.Why + ": " + out.Why
		}
		return out
	}
	if f.From == FromNetwork && !secure(url) {
		out.Access.Username, out.Access.Password = "", ua.Secret{} // not in the clear to whom the network names
	}
	out.URL = url
	return out
}
