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
	// AllRate and AllBurst bound what all untrusted sources send together: whoever
	// invents addresses has one for each message.
	AllRate  float64 // 0 means 100
	AllBurst float64 // 0 means 200
	// Strikes is how many refusals an untrusted source may earn at once (one more
	// every few seconds) before nothing of it is looked at for the time of Mute:
	// who tries names or methods one after the other is a scanner, whatever it
	// calls itself.
	Strikes float64       // 0 means 20
	Mute    time.Duration // 0 means a minute
	// Sources bounds the memory: so many are remembered.
	Sources int // 0 means 1024
	// MaxDatagram bounds a UDP message in octets.
	MaxDatagram int // 0 means 16384
	Now         func() time.Time
}

// Gate holds one token bucket a source address, and one for all untrusted ones. It
// may be used by several goroutines.
type Gate struct {
	config   Config
	mu       sync.Mutex
	sources  map[netip.Addr]*source
	all      bucket
	trusted  map[netip.Addr]int
	dropped  Dropped
	told     Dropped // of it
	toldWhen time.Time
}

// Dropped counts what was not let in, by why.
type Dropped struct {
	Source uint64 // too much from one source
	All    uint64 // too much from all untrusted ones
	Muted  uint64 // from sources that had been refused too often
	Large  uint64 // datagrams over the limit
	Mutes  uint64 // how often a source was muted
}

// Total is all messages that were not let in.
func (d Dropped) Total() uint64 { return d.Source + d.All + d.Muted + d.Large }

func (d Dropped) since(before Dropped) Dropped {
	return Dropped{d.Source - before.Source, d.All - before.All, d.Muted - before.Muted, d.Large - before.Large, d.Mutes - before.Mutes}
}

// source is what is known of an address.
type source struct {
	messages, refusals bucket
	muted              time.Time // until then
}

// bucket holds tokens, which come back by and by.
type bucket struct {
	tokens float64
	last   time.Time
}

// fill adds what has come back.
func (b *bucket) fill(now time.Time, rate, burst float64) {
	b.tokens = min(burst, b.tokens+rate*max(0, now.Sub(b.last).Seconds()))
	b.last = now
}

// take takes a token, if there is one.
func (b *bucket) take() bool {
	if b.tokens < 1 {
		return false
	}
	b.tokens--
	return true
}

// NewGate makes a Gate.
func NewGate(config Config) *Gate {
	setDefault(&config.Rate, 20)
	setDefault(&config.Burst, 40)
	setDefault(&config.TrustedFactor, 50)
	setDefault(&config.AllRate, 100)
	setDefault(&config.AllBurst, 200)
	setDefault(&config.Strikes, 20)
	setDefault(&config.Mute, time.Minute)
	setDefault(&config.Sources, 1024)
	setDefault(&config.MaxDatagram, 16384)
	if config.Now == nil {
		config.Now = time.Now
	}
	now := config.Now()
	return &Gate{config: config, sources: map[netip.Addr]*source{}, trusted: map[netip.Addr]int{}, all: bucket{config.AllBurst, now}, toldWhen: now}
}

func setDefault[T int | float64 | time.Duration](value *T, standard T) {
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
	if octets <= g.config.MaxDatagram {
		return g.Allow(from)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.dropped.Large++
	return false
}

// Allow takes a token of the source, and of an untrusted one also of all's.
func (g *Gate) Allow(from netip.Addr) bool {
	now := g.config.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	from = from.Unmap()
	trusted := g.trusted[from] > 0
	s := g.sources[from]
	if !trusted {
		if s != nil && now.Before(s.muted) {
			g.dropped.Muted++
			return false
		}
		if g.all.fill(now, g.config.AllRate, g.config.AllBurst); g.all.tokens < 1 {
			g.dropped.All++
			return false // before anything is remembered of it, or forgotten for it
		}
	}
	rate, burst := g.config.Rate, g.config.Burst
	if trusted {
		rate, burst = rate*g.config.TrustedFactor, burst*g.config.TrustedFactor
	}
	if s == nil {
		g.makeRoom(now)
		s = &source{messages: bucket{burst, now}, refusals: bucket{g.config.Strikes, now}}
		g.sources[from] = s
	}
	s.messages.fill(now, rate, burst)
	if !s.messages.take() {
		g.dropped.Source++
		return false // and all's token is left for others
	}
	if !trusted {
		g.all.tokens--
	}
	return true
}

// Refused tells that a message from there was refused as one that is malformed or
// not for us. Too many of them mute an untrusted source.
func (g *Gate) Refused(from netip.Addr) {
	now := g.config.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	from = from.Unmap()
	s := g.sources[from]
	if s == nil || g.trusted[from] > 0 || now.Before(s.muted) {
		return
	}
	s.refusals.fill(now, g.config.Strikes/(2*time.Minute).Seconds(), g.config.Strikes)
	if !s.refusals.take() {
		s.muted = now.Add(g.config.Mute)
		g.dropped.Mutes++
	}
}

// makeRoom forgets sources whose bucket would be full again, else any one: a
// flood of invented addresses must not cost memory.
func (g *Gate) makeRoom(now time.Time) {
	if len(g.sources) < g.config.Sources {
		return
	}
	refill := time.Duration(g.config.Burst / g.config.Rate * float64(time.Second))
	for address, s := range g.sources {
		if now.Sub(s.messages.last) >= refill && !now.Before(s.muted) {
			delete(g.sources, address)
		}
	}
	for address, s := range g.sources {
		if len(g.sources) < g.config.Sources {
			return
		}
		if g.trusted[address] == 0 && !now.Before(s.muted) {
			delete(g.sources, address)
		}
	}
	for address := range g.sources { // all are muted
		if len(g.sources) < g.config.Sources {
			return
		}
		if g.trusted[address] == 0 {
			delete(g.sources, address)
		}
	}
}

// Dropped counts what was not let in.
func (g *Gate) Dropped() Dropped {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.dropped
}

// Report is what was not let in since the last report; not ok: there is nothing to
// tell, or a minute has not passed since.
func (g *Gate) Report() (d Dropped, ok bool) {
	now := g.config.Now()
	g.mu.Lock()
	defer g.mu.Unlock()
	if d = g.dropped.since(g.told); d.Total() == 0 || now.Sub(g.toldWhen) < time.Minute {
		return d, false
	}
	g.told, g.toldWhen = g.dropped, now
	return d, true
}
