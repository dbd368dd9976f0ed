// Package dns finds the provisioning server by the network's domain: a U-NAPTR
// record of the service SFUA.CFG (RFC 6011 §2.3, RFC 4848), which holds a URL,
// or an SRV record _offhook-prov._tcp (RFC 2782), which names a host.
package dns

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/provisioning"
	"offhook/provisioning/discover"
)

const (
	service    = "SFUA.CFG"
	srvPrefix  = "_offhook-prov._tcp."
	maxDomains = 4
	patience   = 5 * time.Second // for one domain
)

// NAPTR is what is used of a record (RFC 3403 §4.1).
type NAPTR struct{ Flags, Service, Regexp string }

// SRV is what is used of a record (RFC 2782).
type SRV struct {
	Target string // "" for "not offered here"
	Port   uint16
}

// Resolver asks DNS. No records are no error; both lists are in the order to
// be tried.
type Resolver interface {
	NAPTR(ctx context.Context, name string) ([]NAPTR, error)
	SRV(ctx context.Context, name string) ([]SRV, error)
}

// Config says where to look.
type Config struct {
	Resolver Resolver
	Domains  func() []string // the network's, best first
	Files    []string        // asked of a host that SRV names
}

// Step is the step "dns".
func Step(cfg Config) discover.Step {
	return discover.Step{Name: "dns", Find: func(ctx context.Context, known discover.Known) ([]discover.Found, error) {
		domains := cfg.Domains()
		if len(domains) == 0 {
			return nil, errors.New("the network has no domain to ask for (DHCP options 141 and 15, resolv.conf); provisioning.domain gives one")
		}
		var notes []string
		for _, domain := range domains[:min(len(domains), maxDomains)] {
			found, err := cfg.ask(ctx, domain, known.Access)
			if len(found) > 0 {
				return found, nil
			}
			notes = append(notes, err.Error())
		}
		return nil, errors.New(strings.Join(notes, "; "))
	}}
}

// ask looks at one domain. Without an address the error says why.
func (c Config) ask(ctx context.Context, domain string, access provisioning.Access) ([]discover.Found, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	records, fault := c.Resolver.NAPTR(ctx, domain) // some forwarders know no such type, but SRV
	var found []discover.Found
	for _, r := range records {
		if uri := target(r); uri != "" {
			found = append(found, named(uri, "NAPTR "+service+" of "+domain, c.Files, access)...)
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	if ctx.Err() != nil {
		return nil, fmt.Errorf("DNS for %s: %w", domain, fault)
	}
	servers, err := c.Resolver.SRV(ctx, srvPrefix+domain)
	if err != nil {
		return nil, fmt.Errorf("DNS for %s%s: %w", srvPrefix, domain, err)
	}
	for _, s := range servers {
		if s.Target == "" {
			return nil, fmt.Errorf("%s says by DNS that it has no such service", domain)
		}
		host := net.JoinHostPort(s.Target, strconv.Itoa(int(s.Port)))
		found = append(found, named(host, "SRV "+srvPrefix+domain, c.Files, access)...)
	}
	switch {
	case len(found) > 0:
		return found, nil
	case fault != nil:
		return nil, fmt.Errorf("DNS for %s: %w", domain, fault)
	default:
		return nil, fmt.Errorf("%s has neither NAPTR %s nor SRV %s%s", domain, service, srvPrefix, domain)
	}
}

func named(value, why string, files []string, access provisioning.Access) []discover.Found {
	found, err := discover.ReadAddresses(value, files, access)
	if err != nil {
		return nil // like a record of another service
	}
	for i := range found {
		found[i].From, found[i].Why = discover.FromNetwork, why
	}
	return found
}

// target is the URI of a U-NAPTR record, "" if it is another's: its expression
// replaces whatever there is (RFC 4848 §2.2).
func target(r NAPTR) string {
	name, _, _ := strings.Cut(r.Service, ":")
	if !strings.EqualFold(r.Flags, "u") || !strings.EqualFold(name, service) || r.Regexp == "" {
		return ""
	}
	parts := strings.Split(r.Regexp[1:], r.Regexp[:1])
	if len(parts) != 3 || !slices.Contains([]string{".*", "^.*$"}, parts[0]) || parts[2] != "" {
		return ""
	}
	return parts[1]
}
