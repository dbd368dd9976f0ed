package locate

import (
	"maps"
	"time"
)

// How long a failed target is put last: it doubles with each failure in a row.
const (
	penaltyBase = 30 * time.Second
	penaltyMost = 10 * time.Minute
	retryMost   = time.Hour       // of a Retry-After
	forgiven    = 5 * time.Minute // of good service, after which failures are forgotten
	remembered  = 64              // targets
)

// Health is how the targets of one account have done. The zero value knows
// nothing. It belongs to one goroutine.
type Health struct {
	marks map[Server]mark
}

type mark struct {
	failures int       // in a row
	until    time.Time // put last until then; zero when it works
	good     time.Time // when it first worked after the last failure
}

// Failed puts a target last: for retryAfter if the server said so (RFC 3261
// §21.5.4), else for 30 s, doubled by each failure in a row.
func (h *Health) Failed(s Server, now time.Time, retryAfter time.Duration) {
	m := h.marks[s]
	if m.until.IsZero() && !m.good.IsZero() && now.Sub(m.good) >= forgiven {
		m.failures = 0
	}
	penalty := penaltyMost
	if m.failures < 5 {
		penalty = min(penalty, penaltyBase<<m.failures)
	}
	if retryAfter > 0 {
		penalty = min(retryAfter, retryMost)
	}
	m.failures++
	m.until, m.good = now.Add(penalty), time.Time{}
	h.set(s, m)
}

// Worked says that a target gave service.
func (h *Health) Worked(s Server, now time.Time) {
	m, known := h.marks[s]
	if !known || m.until.IsZero() {
		return
	}
	m.until, m.good = time.Time{}, now
	h.marks[s] = m
}

// Clone returns a Health that goes its own way.
func (h *Health) Clone() Health { return Health{maps.Clone(h.marks)} }

// Until is when a failed target may be tried again; zero for one that has not
// failed.
func (h *Health) Until(s Server) time.Time { return h.marks[s].until }

// Down reports whether the target has failed and its time is not over.
func (h *Health) Down(s Server, now time.Time) bool { return h.marks[s].until.After(now) }

// Order puts those that have failed last, the soonest to be tried first of
// them. All others keep their places.
func (h *Health) Order(targets []Target, now time.Time) []Target {
	var out, failed []Target
	for _, t := range targets {
		if h.Down(t.Server(), now) {
			failed = append(failed, t)
		} else {
			out = append(out, t)
		}
	}
	sort(failed, func(a, b Target) int {
		return h.Until(a.Server()).Compare(h.Until(b.Server()))
	})
	return append(out, failed...)
}

func (h *Health) set(s Server, m mark) {
	if h.marks == nil {
		h.marks = map[Server]mark{}
	}
	if _, known := h.marks[s]; !known && len(h.marks) >= remembered {
		h.forgetOne()
	}
	h.marks[s] = m
}

// forgetOne drops what may be tried again the soonest.
func (h *Health) forgetOne() {
	var oldest Server
	first := true
	for s, m := range h.marks {
		if first || m.until.Before(h.marks[oldest].until) {
			oldest, first = s, false
		}
	}
	delete(h.marks, oldest)
}
