package guard

import (
	"net/netip"
	"sync"
	"time"
)

// Config sets a Gate. Zero values are the defaults.
type Config struct {
	// Rate and Burst bound the messages a second of one untrusted source.
	Rate  float64 // 0 means 20
	Burst float64 // 0 means 40
	// Trusted sources (the servers in use) get this many times as much.
	TrustedFactor float64 // 0 means 50
	// Sources bounds the memory: so many are remembered.
	Sources int // 0 means 1024
	// MaxDatagram bounds a UDP message in octets.
	MaxDatagram int // 0 means 16384
	Now         func() time.Time
}

// Gate holds one token bucket a source address. It may be used by several
// goroutines.
type Gate struct {
	config  Config
	mu      sync.Mutex
	buckets map[netip.Addr]*bucket
	trusted map[netip.Addr]int
	dropped uint64
}

type bucket struct {
	tokens float64
	last   time.Time
}

// NewGate makes a Gate.
func NewGate(config Config) *Gate {
	setDefault(&config.Rate, 20)
	setDefault(&config.Burst, 40)
	setDefault(&config.TrustedFactor, 50)
	setDefault(&config.Sources, 1024)
	setDefault(&config.MaxDatagram, 16384)
	if config.Now == nil {
		config.Now = time.Now
	}
	return &Gate{config: config, buckets: map[netip.Addr]*bucket{}, trusted: map[netip.Addr]int{}}
}

func setDefault[T int | float64](value *T, standard T) {
	if *value == 0 {
		*value = standard
	}
}

// Trust lets a server's address send more. Each Trust is undone by a Distrust.
func (g *Gate) Trust(address netip.Addr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.trusted[address.Unmap()]++
}

// Distrust undoes a Trust.
func (g *Gate) Distrust(address netip.Addr) {
	g.mu.Lock()
	defer g.mu.Unlock()
	address = address.Unmap()
	if g.trusted[address]--; g.trusted[address] <= 0 {
		delete(g.trusted, address)
	}
}

// Trusted reports whether the address is a server in use.
func (g *Gate) Trusted(address netip.Addr) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.trusted[address.Unmap()] > 0
}

// Datagram reports whether so many octets from there may be parsed.
func (g *Gate) Datagram(from netip.Addr, octets int) bool {
	return octets <= g.config.MaxDatagram && g.Allow(from)
}

// Allow takes a token of the source.
func (g *Gate) Allow(from netip.Addr) bool {
	now := g.config.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	from = from.Unmap()
	rate, burst := g.config.Rate, g.config.Burst
	if g.trusted[from] > 0 {
		rate, burst = rate*g.config.TrustedFactor, burst*g.config.TrustedFactor
	}
	b := g.buckets[from]
	if b == nil {
		g.makeRoom(now)
		b = &bucket{tokens: burst, last: now}
		g.buckets[from] = b
	}
	b.tokens = min(burst, b.tokens+rate*max(0, now.Sub(b.last).Seconds()))
	b.last = now
	if b.tokens < 1 {
		g.dropped++
		return false
	}
	b.tokens--
	return true
}

// makeRoom forgets sources whose bucket would be full again, else any one: a
// flood of invented addresses must not cost memory.
func (g *Gate) makeRoom(now time.Time) {
	if len(g.buckets) < g.config.Sources {
		return
	}
	refill := time.Duration(g.config.Burst / g.config.Rate * float64(time.Second))
	for address, b := range g.buckets {
		if now.Sub(b.last) >= refill {
			delete(g.buckets, address)
		}
	}
	for address := range g.buckets {
		if len(g.buckets) < g.config.Sources {
			return
		}
		if g.trusted[address] == 0 {
			delete(g.buckets, address)
		}
	}
}

// Dropped counts what was not let in for its rate.
func (g *Gate) Dropped() uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.dropped
}
