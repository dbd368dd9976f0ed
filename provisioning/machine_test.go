package provisioning

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"offhook/ua"
)

func hashOf(data string) string {
	sum := sha256.Sum256([]byte(data))
	return hex.EncodeToString(sum[:])
}

func TestMachine_random_spread_and_back_off_stay_in_bounds(t *testing.T) {
	m := machine{policy: policy{retryMin: 5 * time.Second, retryMax: time.Hour}}
	for m.failures = 1; m.failures < 100; m.failures++ {
		for _, random := range []float64{0, 0.5, 0.999} {
			wait := m.backoff(random)
			top := time.Hour
			if m.failures < 11 {
				top = 5 * time.Second << (m.failures - 1)
			}
			if wait < top/2 || wait > top {
				t.Errorf("failure %d, random %v: wait %v, want %v to %v", m.failures, random, wait, top/2, top)
			}
		}
	}
}

// Whatever happens in whatever order, the machine rests only if it has a time
// to wake at, never takes up a second job, and never forgets what works.
func TestMachine_any_order_of_inputs(t *testing.T) {
	for seed := range uint64(300) {
		random := rand.New(rand.NewPCG(seed, 1))
		now := time.Unix(1e9, 0)
		m := machine{policy: policy{5 * time.Second, time.Hour, 5 * time.Second, 10 * time.Second, 0, 3 * time.Second, 2 * time.Second, 5 * time.Minute, 2 * time.Minute}}
		m = m.step(input{now, 0, started{kept: []candidate{named("kept"), named("older"), {doc: Default()}}}})
		for range 200 {
			busy, works := m.busy, m.works
			var event any = []any{tick{}, asked{}, asked{force: true}, idled{}, restored{named("older")}, userSet{}}[random.IntN(6)]
			if random.IntN(2) == 0 {
				event = result(m.busy, random)
			}
			now = now.Add(time.Duration(random.IntN(20000)) * time.Millisecond)
			m = m.step(input{now, random.Float64(), event})
			at, waits := m.wake()
			switch {
			case m.busy == noJob && !waits:
				t.Fatalf("seed %d: rests for ever after %T", seed, event)
			case m.busy == noJob && !at.After(now):
				t.Fatalf("seed %d: rests though something is due after %T", seed, event)
			case !isResult(event) && busy != noJob && m.busy != busy:
				t.Fatalf("seed %d: %T turned job %d into %d", seed, event, busy, m.busy)
			case works && !m.works:
				t.Fatalf("seed %d: forgot what works after %T", seed, event)
			case m.busy == applyJob && m.pending == nil, m.busy == saveJob && m.unsaved == nil, m.busy == proveJob && !m.trial.on && !m.doubt.on:
				t.Fatalf("seed %d: job %d has nothing to do", seed, m.busy)
			}
		}
	}
}

func named(name string) candidate {
	doc := Default()
	doc.Phone.Name = name
	return candidate{doc: doc, record: Record{Data: []byte(name), Meta: Meta{Hash: hashOf(name)}}}
}

// result ends the job under way, well or not.
func result(busy job, random *rand.Rand) any {
	err := []error{nil, ErrLater, errors.New("no")}[random.IntN(3)]
	switch busy {
	case applyJob:
		return applied{err: err, same: random.IntN(5) == 0, number: random.IntN(2), before: Vitals{Registered: []ua.AccountID{"a"}}}
	case saveJob:
		return saved{1, err}
	case layJob:
		return laid{err: err}
	case proveJob:
		return proved{Vitals{Stuck: []string{"", "nothing moves"}[random.IntN(2)], Busy: random.IntN(4) == 0}}
	case fetchJob:
		if err == nil {
			return fetched{answered: true, found: named([]string{"a", "b", "c"}[random.IntN(3)])}
		}
		return []any{fetched{err: err}, fetched{nowhere: true}, fetched{unchanged: true, answered: true}}[random.IntN(3)]
	}
	return tick{}
}
