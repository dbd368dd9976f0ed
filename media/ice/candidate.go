package ice

import (
	"fmt"
	"hash/fnv"
	"net/netip"
	"strconv"
	"strings"
)

// Type is how an address was learned.
type Type uint8

// The types, best last.
const (
	Relay Type = iota
	ServerReflexive
	PeerReflexive
	Host
)

// Type preferences are those that RFC 8445 §5.1.2.2 recommends.
var types = [...]struct {
	name       string
	preference uint32
}{Relay: {"relay", 0}, ServerReflexive: {"srflx", 100}, PeerReflexive: {"prflx", 110}, Host: {"host", 126}}

func (t Type) String() string { return types[t].name }

// Candidate is an address that a side may be reached at.
type Candidate struct {
	Foundation string
	Component  int
	Priority   uint32
	Type       Type
	Addr       netip.AddrPort
	Related    netip.AddrPort // of reflexive and relayed ones: what is behind; may be invalid
}

// NewCandidate makes one of ours. Rank is its place among those of its type, the
// best first; server is who told of it.
func NewCandidate(t Type, addr, related netip.AddrPort, server netip.Addr, rank int) Candidate {
	return Candidate{
		Foundation: foundation(t, related.Addr(), addr.Addr(), server), Component: 1,
		Priority: priority(t, rank), Type: t, Addr: addr, Related: related,
	}
}

// priority is RFC 8445 §5.1.2.1, of component 1.
func priority(t Type, rank int) uint32 {
	return types[t].preference<<24 | uint32(max(0, 65535-rank))<<8 | (256 - 1)
}

// foundation is the same for candidates that fail for the same reasons
// (RFC 8445 §5.1.1.3): same type, base and server.
func foundation(t Type, base, addr, server netip.Addr) string {
	if t == Host || !base.IsValid() {
		base = addr
	}
	h := fnv.New32a()
	_, _ = fmt.Fprint(h, t, base, server) // a hash takes all
	return strconv.FormatUint(uint64(h.Sum32()), 10)
}

// String is the value of a=candidate (RFC 8839 §5.1).
func (c Candidate) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %d UDP %d %s %d typ %s", c.Foundation, c.Component, c.Priority, c.Addr.Addr().WithZone(""), c.Addr.Port(), c.Type)
	if c.Type != Host && c.Related.IsValid() {
		fmt.Fprintf(&b, " raddr %s rport %d", c.Related.Addr().WithZone(""), c.Related.Port())
	}
	return b.String()
}

// mostText of one a=candidate line.
const mostText = 512

// Parse reads the value of a=candidate. ErrForeign is for what may be but is not
// used: another transport than UDP, a name in place of an address, a type to come.
func Parse(value string) (Candidate, error) {
	fields := strings.Fields(value)
	if len(value) > mostText || len(fields) < 8 || !strings.EqualFold(fields[6], "typ") {
		return Candidate{}, fmt.Errorf("%w: %.80q", ErrSyntax, value)
	}
	c := Candidate{Foundation: fields[0]}
	component, err := strconv.ParseUint(fields[1], 10, 8)
	if err != nil || component == 0 || len(c.Foundation) > 32 {
		return Candidate{}, fmt.Errorf("%w: %.80q", ErrSyntax, value)
	}
	rank, err := strconv.ParseUint(fields[3], 10, 31)
	if err != nil || rank == 0 {
		return Candidate{}, fmt.Errorf("%w: priority %.20q", ErrSyntax, fields[3])
	}
	c.Component, c.Priority = int(component), uint32(rank)
	if !strings.EqualFold(fields[2], "udp") {
		return Candidate{}, fmt.Errorf("%w: transport %.20q", ErrForeign, fields[2])
	}
	if c.Addr, err = endpoint(fields[4], fields[5]); err != nil {
		return Candidate{}, err
	}
	if c.Type, err = parseType(fields[7]); err != nil {
		return Candidate{}, err
	}
	c.related(fields[8:])
	return c, nil
}

func endpoint(host, port string) (netip.AddrPort, error) {
	n, err := strconv.ParseUint(port, 10, 16)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("%w: port %.20q", ErrSyntax, port)
	}
	addr, err := netip.ParseAddr(host)
	if err != nil || addr.Zone() != "" { // RFC 8839 §5.1: a name is looked up by who wants to
		return netip.AddrPort{}, fmt.Errorf("%w: address %.60q", ErrForeign, host)
	}
	addr = addr.Unmap()
	if n == 0 || addr.IsUnspecified() || addr.IsMulticast() || addr == netip.AddrFrom4([4]byte{255, 255, 255, 255}) {
		return netip.AddrPort{}, fmt.Errorf("%w: nobody is at %.60q port %d", ErrForeign, host, n)
	}
	return netip.AddrPortFrom(addr, uint16(n)), nil
}

func parseType(text string) (Type, error) {
	for t := range types {
		if strings.EqualFold(types[t].name, text) {
			return Type(t), nil
		}
	}
	return 0, fmt.Errorf("%w: type %.20q", ErrForeign, text)
}

// related reads raddr and rport, which only tell; other extensions are ignored.
func (c *Candidate) related(fields []string) {
	var host, port string
	for ; len(fields) >= 2; fields = fields[2:] {
		switch strings.ToLower(fields[0]) {
		case "raddr":
			host = fields[1]
		case "rport":
			port = fields[1]
		}
	}
	if addr, err := endpoint(host, port); err == nil {
		c.Related = addr
	}
}
