package app

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"offhook/provisioning"
	"offhook/provisioning/discover"
	"offhook/provisioning/discover/dhcp"
	"offhook/provisioning/discover/dns"
	"offhook/provisioning/discover/redirect"
	"offhook/ua/locate"
	"offhook/ua/pnp"
)

// vendor is who the phone says it is from, unless it plays another's.
const vendor = "offhook"

// makerNames are the vendors' own writings, which servers compare.
var makerNames = map[string]string{"yealink": "Yealink", "snom": "snom", "grandstream": "Grandstream", "poly": "Polycom", "cisco": "Cisco", "fanvil": "Fanvil"}

// guise is how the phone shows itself while it looks: as itself, or as the
// persona of the agent's file.
func guise(c provisioning.AgentConfig, d provisioning.Device) (shown provisioning.Device, files []string) {
	p := c.Provisioning
	d.Vendor = vendor
	name, played := makerNames[p.Persona.Maker]
	if !played {
		return d, p.Files
	}
	d.Vendor, d.Model, d.Version = name, cmp.Or(p.Persona.Model, d.Model), cmp.Or(p.Persona.Version, d.Version)
	if c.Given("provisioning.files") {
		return d, p.Files
	}
	return d, []string{""} // a folder: the persona knows the files
}

// buildDiscovery joins the steps that find the provisioning server.
func (a *App) buildDiscovery(log *slog.Logger, web provisioning.Source) (*discover.Discovery, error) {
	p := a.cfg.Agent.Provisioning
	a.trust = discover.NewTrust(discover.TrustConfig{File: filepath.Join(a.cfg.Agent.State, "servers.json"),
		FirstUse: discover.FirstUse(p.FirstUse), Log: log})
	shown, files := guise(a.cfg.Agent, a.device)
	p.Files = files
	finder := dhcp.New(dhcp.Config{Agent: p, Class: shown.Vendor + " " + shown.Model, Log: log})
	names := locate.New(locate.Config{})
	why := quiet(a.cfg.Agent)
	return discover.Default(a.cfg.Agent, a.device, a.trust,
		discover.Unless(finder.Step(), why),
		discover.Unless(discover.PnP(a.askPnP(shown, log), files), why),
		discover.Unless(dns.Step(dns.Config{Resolver: dnsRecords{names}, Domains: domains(p.Domain, finder, names), Files: files}), why),
		redirect.Step(redirect.Config{URL: p.Redirect, Source: web, Device: a.device, Files: files}))
}

// quiet says why the network is not asked, "" if it is: a phone that has its
// document with it is not to be taken over by whoever answers.
func quiet(c provisioning.AgentConfig) string {
	if c.Config.Document == nil || c.Given("provisioning.order") {
		return ""
	}
	return "the agent's file has a document of its own (config); name the step in provisioning.order to have the network asked"
}

// domains are where DNS is asked: the configured one, or the network's.
func domains(configured string, finder *dhcp.Finder, names *locate.Resolver) func() []string {
	return func() []string {
		if configured != "" {
			return []string{configured}
		}
		all := finder.Domains()
		for _, name := range names.Domains() {
			if name = strings.ToLower(strings.TrimSuffix(name, ".")); name != "" && !slices.Contains(all, name) {
				all = append(all, name)
			}
		}
		return all
	}
}

// dnsRecords is the user agent's resolver, as discovery needs it.
type dnsRecords struct{ resolver *locate.Resolver }

func (d dnsRecords) NAPTR(ctx context.Context, name string) ([]dns.NAPTR, error) {
	records, err := d.resolver.NAPTR(ctx, name)
	out := make([]dns.NAPTR, len(records))
	for i, r := range records {
		out[i] = dns.NAPTR{Flags: r.Flags, Service: r.Service, Regexp: r.Regexp}
	}
	return out, err
}

func (d dnsRecords) SRV(ctx context.Context, name string) ([]dns.SRV, error) {
	records, err := d.resolver.SRV(ctx, name)
	out := make([]dns.SRV, len(records))
	for i, r := range records {
		out[i] = dns.SRV{Target: r.Target, Port: r.Port}
	}
	return out, err
}

// askPnP asks on every link at the same time.
func (a *App) askPnP(as provisioning.Device, log *slog.Logger) func(context.Context) ([]discover.Answer, error) {
	cfg := pnp.Config{MAC: as.MAC, Vendor: as.Vendor, Model: as.Model, Version: as.Version, UserAgent: a.device.UserAgent(), Log: log}
	return func(ctx context.Context) ([]discover.Answer, error) {
		links, err := dhcp.Links(a.cfg.Agent.Provisioning.Interface)
		if err == nil && len(links) == 0 {
			err = errors.New("no network interface is up with an IPv4 address")
		}
		if err != nil {
			return nil, err
		}
		profiles, faults := make([][]pnp.Profile, len(links)), make([]error, len(links))
		var asking sync.WaitGroup
		for i, link := range links {
			asking.Go(func() { profiles[i], faults[i] = pnp.Ask(ctx, cfg, pnp.Link{Name: link.Name, Address: link.Address}) })
		}
		asking.Wait()
		var answers []discover.Answer
		for i, all := range profiles {
			for _, one := range all {
				answers = append(answers, discover.Answer{Place: one.URL, From: one.From.String() + " on " + links[i].Name})
			}
		}
		if len(answers) == 0 {
			return nil, errors.New(strings.ReplaceAll(errors.Join(faults...).Error(), "\n", "; "))
		}
		return answers, nil
	}
}
