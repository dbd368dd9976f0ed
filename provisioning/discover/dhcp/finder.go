package dhcp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"slices"
	"strings"
	"sync"

	"offhook/provisioning"
	"offhook/provisioning/discover"
)

// Config says how DHCP is asked.
type Config struct {
	Agent provisioning.AgentProvisioning
	Class string // option 60: what this is
	Log   *slog.Logger

	Root  string                            // of the file system; "" means /
	Links func(name string) ([]Link, error) // nil means Links
	Open  func(Link) (Wire, error)          // nil means Open
}

// Finder finds what DHCP says.
type Finder struct {
	cfg Config

	mu      sync.Mutex // a leaf
	domains []string   // of the last search
}

// New makes a Finder.
func New(cfg Config) *Finder {
	if cfg.Root == "" {
		cfg.Root = "/"
	}
	if cfg.Links == nil {
		cfg.Links = Links
	}
	if cfg.Open == nil {
		cfg.Open = Open
	}
	return &Finder{cfg: cfg}
}

// Step is the step "dhcp".
func (f *Finder) Step() discover.Step { return discover.Step{Name: "dhcp", Find: f.find} }

// Domains are those that the network is called by, as the last search found
// them: of configuration services (option 141, RFC 6011 §2.3), then the local
// one (15).
func (f *Finder) Domains() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.domains)
}

// answer is what one server says.
type answer struct {
	options Options
	from    string // "192.0.2.1 on eth0 (the lease of dhcpcd)"
}

func (f *Finder) find(ctx context.Context, known discover.Known) ([]discover.Found, error) {
	answers, notes, err := f.gather(ctx)
	if err != nil {
		return nil, err
	}
	f.note(answers)
	var found []discover.Found
	for _, entry := range f.cfg.Agent.DHCP.Options {
		for _, a := range answers {
			more, err := f.read(entry, a, known.Access)
			if err != nil {
				notes = append(notes, fmt.Sprintf("option %s of %s: %v", entry, a.from, err))
				f.cfg.Log.Warn("DHCP: what names no server is passed over", "option", entry, "from", a.from, "error", err)
			}
			found = append(found, more...)
		}
	}
	if len(found) > 0 {
		return found, nil
	}
	for _, a := range answers {
		notes = append(notes, a.from+" gives none of the options "+strings.Join(f.cfg.Agent.DHCP.Options, ", "))
	}
	return nil, errors.New(strings.Join(notes, "; "))
}

// read makes addresses of one option.
func (f *Finder) read(entry string, a answer, access provisioning.Access) ([]discover.Found, error) {
	value, err := f.value(entry, a.options)
	if value == "" || err != nil {
		return nil, err
	}
	found, err := discover.ReadAddresses(value, f.cfg.Agent.Files, access)
	for i := range found {
		found[i].From, found[i].Why = discover.FromNetwork, "option "+entry+" of "+a.from
	}
	return found, err
}

var errNoText = errors.New("holds neither text nor addresses")

// value is the text of an option, "" when it is not there.
func (f *Finder) value(entry string, options Options) (string, error) {
	first, second, _ := provisioning.DHCPOption(entry)
	data, given := options[first]
	if !given || len(data) == 0 {
		return "", nil
	}
	var value string
	switch first {
	case optionVendor:
		value = vendorAddress(data)
	case optionEnterprise:
		if f.cfg.Agent.DHCP.Enterprise == 0 {
			return "", errors.New("is there, but provisioning.dhcp.enterprise does not say whose part to read")
		}
		if data = enterpriseData(data, uint32(f.cfg.Agent.DHCP.Enterprise)); data == nil {
			return "", nil
		}
		value = vendorAddress(data)
	default:
		value = hosts(data)
	}
	if value == "" {
		return "", errNoText
	}
	if second == 0 {
		return value, nil
	}
	path := options.Text(second)
	if path == "" {
		return "", nil
	}
	return strings.TrimSuffix(value, "/") + "/" + strings.TrimPrefix(path, "/"), nil
}

// gather asks the leases, and the servers for what those do not tell. The
// notes say what was tried in vain.
func (f *Finder) gather(ctx context.Context) (answers []answer, notes []string, err error) {
	links, err := f.cfg.Links(f.cfg.Agent.Interface)
	if err != nil {
		return nil, nil, err
	}
	if len(links) == 0 {
		return nil, nil, errors.New("no network interface is up with an IPv4 address" + on(f.cfg.Agent.Interface))
	}
	leases := Leases(f.cfg.Root)
	results, faults := make([][]answer, len(links)), make([]string, len(links))
	var asking sync.WaitGroup
	for i, link := range links {
		asking.Go(func() { results[i], faults[i] = f.askLink(ctx, link, leases) })
	}
	asking.Wait()
	for i := range links {
		answers = append(answers, results[i]...)
		if faults[i] != "" {
			notes = append(notes, faults[i])
		}
	}
	return answers, notes, nil
}

func on(name string) string {
	if name == "" {
		return ""
	}
	return ": " + name
}

// askLink is what is known on one link.
func (f *Finder) askLink(ctx context.Context, link Link, leases []Lease) (answers []answer, note string) {
	lease, leased := f.lease(link, leases)
	if f.cfg.Agent.DHCP.Source == "lease" && !leased {
		return nil, "no lease of a known DHCP client on " + link.Name
	}
	if leased {
		answers = []answer{{lease.Options, fmt.Sprintf("%s on %s (the lease of %s)", orUnknown(lease.Server), link.Name, lease.Client)}}
	}
	if f.cfg.Agent.DHCP.Source == "lease" || f.cfg.Agent.DHCP.Source == "auto" && leased && f.best(lease.Options) {
		return answers, ""
	}
	packets, err := f.inform(ctx, link, lease.Server)
	if err != nil {
		f.cfg.Log.Debug("DHCP: INFORM", "interface", link.Name, "server", orUnknown(lease.Server), "error", err)
		return answers, fmt.Sprintf("INFORM on %s: %v", link.Name, err)
	}
	if len(packets) > 1 {
		f.cfg.Log.Warn("DHCP: several servers answer on one network, and nothing tells which is its owner's", "interface", link.Name, "servers", len(packets))
	}
	var informed []answer // what a server says now comes before what the lease kept
	for _, p := range packets {
		informed = append(informed, answer{p.Options, fmt.Sprintf("%s on %s (INFORM)", p.Options.address(optionServer), link.Name)})
	}
	return append(informed, answers...), ""
}

func orUnknown(server netip.Addr) string {
	if server.IsValid() {
		return server.String()
	}
	return "a server"
}

// lease is the one that the link has now.
func (f *Finder) lease(link Link, leases []Lease) (Lease, bool) {
	if f.cfg.Agent.DHCP.Source == "inform" {
		return Lease{}, false
	}
	i := slices.IndexFunc(leases, func(l Lease) bool { return l.Interface == link.Name && l.Address == link.Address })
	if i < 0 {
		return Lease{}, false
	}
	return leases[i], true
}

// best tells whether a lease has what nothing can better.
func (f *Finder) best(options Options) bool {
	for _, entry := range f.cfg.Agent.DHCP.Options {
		value, err := f.value(entry, options)
		return value != "" && err == nil
	}
	return true
}

// inform asks the server of a lease, or whoever is there.
func (f *Finder) inform(ctx context.Context, link Link, server netip.Addr) ([]Packet, error) {
	wire, err := f.cfg.Open(link)
	if err != nil {
		return nil, fmt.Errorf("no socket: %w", err)
	}
	wanted := []byte{optionDomain, optionVLAN, optionConfigDomain}
	for _, entry := range f.cfg.Agent.DHCP.Options {
		first, second, _ := provisioning.DHCPOption(entry)
		for _, number := range []byte{first, second} {
			if number != 0 && !slices.Contains(wanted, number) {
				wanted = append(wanted, number)
			}
		}
	}
	return ask(ctx, wire, link, server, wanted, f.cfg.Class)
}

// note keeps the domains, and tells of a VLAN.
func (f *Finder) note(answers []answer) {
	var all []string
	add := func(name string) {
		if name = strings.ToLower(strings.TrimSuffix(name, ".")); name != "" && !slices.Contains(all, name) {
			all = append(all, name)
		}
	}
	for _, a := range answers {
		for _, name := range domains(a.options[optionConfigDomain]) {
			add(name)
		}
	}
	for _, a := range answers {
		add(a.options.Text(optionDomain))
		if vlan := vlanOf(a.options[optionVLAN]); vlan != "" {
			f.cfg.Log.Info("DHCP: the network names a VLAN for phones; putting the interface into it is the system's work", "vlan", vlan, "from", a.from)
		}
	}
	f.mu.Lock()
	f.domains = all
	f.mu.Unlock()
}

// vlanOf reads option 132, which servers write as text or as a number.
func vlanOf(data []byte) string {
	if text := strings.TrimRight(string(data), "\x00"); printable(text) {
		return text
	}
	if len(data) == 0 || len(data) > 4 {
		return ""
	}
	n := 0
	for _, octet := range data {
		n = n<<8 | int(octet)
	}
	return fmt.Sprint(n)
}
