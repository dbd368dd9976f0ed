package farm

import (
	"fmt"
	"maps"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"offhook/provisioning"
)

// Result is what the rounds came to.
type Result struct {
	Phases []PhaseResult `json:"phases"`
}

// PhaseResult is one round. Times are of whole fetches, from when a phone wanted
// to begin: all its files, connections and handshakes.
type PhaseResult struct {
	Name      string         `json:"name"`
	Phones    int            `json:"phones"`
	Fetched   int            `json:"fetched"`
	Unchanged int            `json:"unchanged"` // of them, answered with 304
	Bytes     int64          `json:"bytes"`
	Seconds   float64        `json:"seconds"`
	PerSecond float64        `json:"phones_per_s"` // fetched
	P50       float64        `json:"p50_ms"`
	P90       float64        `json:"p90_ms"`
	P99       float64        `json:"p99_ms"`
	Max       float64        `json:"max_ms"`
	Errors    map[string]int `json:"errors,omitempty"`
}

// Failed counts the fetches that failed.
func (r Result) Failed() (n int) {
	for _, p := range r.Phases {
		n += p.Phones - p.Fetched
	}
	return n
}

// tally collects a round.
type tally struct {
	mu     sync.Mutex
	began  time.Time
	out    PhaseResult
	took   []time.Duration
	errors map[string]int
}

// add counts a fetch, and tells how many are done.
func (t *tally) add(took time.Duration, r provisioning.Response, err error) int {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.out.Phones++
	if err != nil {
		t.errors[err.Error()]++
		return t.out.Phones
	}
	t.out.Fetched++
	t.out.Bytes += int64(len(r.Data))
	if r.NotModified {
		t.out.Unchanged++
	}
	t.took = append(t.took, took)
	return t.out.Phones
}

func (t *tally) result(name string) PhaseResult {
	t.mu.Lock()
	defer t.mu.Unlock()
	out := t.out
	out.Name, out.Errors, out.Seconds = name, t.errors, time.Since(t.began).Seconds()
	if out.Seconds > 0 {
		out.PerSecond = float64(out.Fetched) / out.Seconds
	}
	sort.Slice(t.took, func(i, j int) bool { return t.took[i] < t.took[j] })
	out.P50, out.P90, out.P99, out.Max = at(t.took, 50), at(t.took, 90), at(t.took, 99), at(t.took, 100)
	return out
}

// at is a percentile of sorted times, in ms.
func at(sorted []time.Duration, percent int) float64 {
	if len(sorted) == 0 {
		return 0
	}
	i := min((len(sorted)*percent+99)/100, len(sorted)) - 1 // the nearest rank
	return float64(sorted[max(i, 0)].Microseconds()) / 1000
}

// Table is the result for a person.
func (r Result) Table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-12s %7s %8s %9s %9s %9s %9s %9s %9s\n", "round", "phones", "failed", "unchanged", "phones/s", "p50 ms", "p90 ms", "p99 ms", "max ms")
	for _, p := range r.Phases {
		fmt.Fprintf(&b, "%-12s %7d %8d %9d %9.1f %9.1f %9.1f %9.1f %9.1f\n", p.Name, p.Phones, p.Phones-p.Fetched, p.Unchanged, p.PerSecond, p.P50, p.P90, p.P99, p.Max)
	}
	for _, p := range r.Phases {
		for _, text := range slices.Sorted(maps.Keys(p.Errors)) {
			fmt.Fprintf(&b, "%s: %d × %s\n", p.Name, p.Errors[text], text)
		}
	}
	return b.String()
}
