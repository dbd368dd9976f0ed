package locate

import (
	"strings"
	"sync"
	"time"

	"golang.org/x/net/dns/dnsmessage"
)

// Bounds of the cache, and how old an answer may get that is used because
// nobody gives a newer one (RFC 8767 §4 says days; a telephone that cannot call
// is worse than one that calls where the server was last week).
const (
	cacheSize     = 256
	ttlLeast      = time.Second
	staleMost     = 7 * 24 * time.Hour
	staleAgain    = 30 * time.Second        // between two attempts to get a newer one (RFC 8767 §5)
	stalePatience = 1800 * time.Millisecond // that a newer one is waited for (RFC 8767 §5)
)

type key struct {
	name string
	kind dnsmessage.Type
}

func keyOf(name string, kind dnsmessage.Type) key {
	return key{strings.ToLower(strings.TrimSuffix(name, ".")), kind}
}

type cached struct {
	answer  answer
	expires time.Time
	again   time.Time // no newer one is asked for before
}

// cache is a leaf: nothing is called while its lock is held.
type cache struct {
	mu    sync.Mutex
	all   map[key]cached
	again time.Time // nobody answers anything before
}

// get returns what is known. known is false for what was never heard or is too
// old for anything; fresh is true for what is to be used without asking.
func (c *cache) get(k key, now time.Time) (a answer, fresh, known bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	entry, known := c.all[k]
	if known && !now.Before(entry.expires.Add(staleMost)) {
		delete(c.all, k)
		return answer{}, false, false
	}
	fresh = now.Before(entry.expires) || now.Before(entry.again) || now.Before(c.again)
	return entry.answer, known && fresh, known
}

func (c *cache) put(k key, a answer, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set(k, cached{answer: a, expires: now.Add(max(a.ttl, ttlLeast))})
	c.again = time.Time{}
}

func (c *cache) set(k key, entry cached) {
	if c.all == nil {
		c.all = map[key]cached{}
	}
	if _, known := c.all[k]; !known && len(c.all) >= cacheSize {
		c.makeRoom()
	}
	c.all[k] = entry
}

// assume notes that there is nothing, of what was never heard of.
func (c *cache) assume(k key, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.all[k]; !known {
		c.set(k, cached{answer: answer{exists: true}, expires: now.Add(unanswered)})
	}
}

// failed notes that there is no newer answer now; silent says that nobody
// answers at all.
func (c *cache) failed(k key, now time.Time, silent bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if entry, ok := c.all[k]; ok {
		entry.again = now.Add(staleAgain)
		c.all[k] = entry
	}
	if silent {
		c.again = now.Add(staleAgain)
	}
}

// retry forgets that nobody answered: there may be another way to ask.
func (c *cache) retry() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.again = time.Time{}
	for k, entry := range c.all {
		entry.again = time.Time{}
		c.all[k] = entry
	}
}

// makeRoom drops what is or gets out of date the soonest.
func (c *cache) makeRoom() {
	var oldest key
	first := true
	for k, entry := range c.all {
		if first || entry.expires.Before(c.all[oldest].expires) {
			oldest, first = k, false
		}
	}
	delete(c.all, oldest)
}
