package refresh

import (
	"testing"
	"time"
)

func TestBackoff(t *testing.T) {
	const base, limit = 30 * time.Second, 30 * time.Minute
	for _, test := range []struct {
		name     string
		failures int
		from, to time.Duration
	}{
		{"first failure: half to all of the base", 0, 15 * time.Second, 30 * time.Second},
		{"third: doubled twice", 2, time.Minute, 2 * time.Minute},
		{"seventh: the limit", 6, 15 * time.Minute, 30 * time.Minute},
		{"very many: the limit, no overflow", 1000, 15 * time.Minute, 30 * time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			low, high := limit, time.Duration(0)
			for seed := range 500 {
				p := Pace{Random: Random(seed), Failures: test.failures}
				got := p.Backoff(base, limit)
				if p.Failures != test.failures+1 {
					t.Fatalf("%d failures after it", p.Failures)
				}
				low, high = min(low, got), max(high, got)
			}
			if low < test.from || high > test.to {
				t.Errorf("%v to %v, want within %v to %v", low, high, test.from, test.to)
			}
			if span := test.to - test.from; high-low < span*9/10 {
				t.Errorf("%v to %v does not fill %v to %v", low, high, test.from, test.to)
			}
		})
	}
}

func TestObey(t *testing.T) {
	for _, test := range []struct {
		name            string
		asked, limit    time.Duration
		atLeast, atMost time.Duration
	}{
		{"a minute: not before, and spread", time.Minute, time.Hour, time.Minute, 67 * time.Second},
		{"a year: the limit", 8760 * time.Hour, time.Hour, time.Hour, time.Hour + 6*time.Minute + time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			for seed := range 200 {
				p := Pace{Random: Random(seed)}
				if got := p.Obey(test.asked, test.limit); got < test.atLeast || got > test.atMost || p.Failures != 1 {
					t.Fatalf("%v, %d failures", got, p.Failures)
				}
			}
		})
	}
}

func TestRefresh(t *testing.T) {
	for _, test := range []struct {
		name              string
		granted, from, to time.Duration
	}{
		{"an hour: a minute before its end", time.Hour, 56 * time.Minute, 59 * time.Minute},
		{"a minute: at its half", time.Minute, 27 * time.Second, 30 * time.Second},
		{"nothing: not at once", time.Millisecond, time.Second, time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			for seed := range 200 {
				p := Pace{Random: Random(seed)}
				if got := p.Refresh(test.granted); got < test.from || got > test.to {
					t.Fatalf("%v", got)
				}
			}
		})
	}
}

func TestExpiry(t *testing.T) {
	const limit = time.Hour
	e := Ask(time.Minute)
	if !e.TooBrief(2*time.Minute, limit) || e.Asked() != 2*time.Minute {
		t.Errorf("423 with Min-Expires: %v", e.Asked())
	}
	if !e.TooBrief(0, limit) || e.Asked() != 4*time.Minute {
		t.Errorf("423 without: %v", e.Asked())
	}
	if !e.TooBrief(time.Second, limit) || e.Asked() != 4*time.Minute+time.Second {
		t.Errorf("423 that wants less than it got: %v", e.Asked())
	}
	if e.TooBrief(5*time.Minute, limit) {
		t.Error("a fourth 423 in a row was followed")
	}
	e.Granted()
	if !e.TooBrief(5*time.Minute, limit) {
		t.Error("granted: the count goes on")
	}
	if e.TooBrief(2*limit, limit) || e.Asked() != 5*time.Minute {
		t.Errorf("more than the limit was taken: %v", e.Asked())
	}
}

func TestTimer(t *testing.T) {
	var timer Timer
	if timer.Stop() || timer.Fired(0) {
		t.Error("it runs before its start")
	}
	first, second := timer.Start(), timer.Start()
	if timer.Fired(first) {
		t.Error("started anew: the old alarm counts")
	}
	if !timer.Fired(second) || timer.Fired(second) {
		t.Error("the alarm does not count once")
	}
	third := timer.Start()
	if !timer.Stop() || timer.Fired(third) {
		t.Error("stopped: the alarm counts")
	}
}

func TestTransaction(t *testing.T) {
	type id uint32
	var tx Transaction[id]
	if tx.End(0) || tx.Busy() {
		t.Error("there is one before the first")
	}
	first := tx.Begin()
	second := tx.Begin()
	if tx.End(first) || !tx.Busy() {
		t.Error("an earlier one counts")
	}
	if !tx.End(second) || tx.End(second) || tx.Busy() {
		t.Error("the one in work does not end once")
	}
	third := tx.Begin()
	tx.Drop()
	if tx.End(third) {
		t.Error("a dropped one counts")
	}
}
