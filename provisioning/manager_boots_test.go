package provisioning

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// life is a start of the phone that ends after a time: for a reason, or nil,
// because somebody wants it to. It returns what was applied first.
func life(t *testing.T, w *world, long time.Duration, why error, look func(*Manager)) (first string) {
	t.Helper()
	w.take()
	synctest.Test(t, func(t *testing.T) {
		base := Default()
		base.Provisioning.Confirm = 0
		m := NewManager(ManagerConfig{
			Base: base, Parse: parseNamed, Discover: w, Sources: map[string]Source{"https": w}, Store: w, Applier: w, Prover: w,
			Log: slog.New(slog.NewTextHandler(&w.logged, nil)), Random: func() float64 { return 0 },
		})
		ctx, cancel := context.WithCancelCause(t.Context())
		ended := make(chan error)
		go func() { ended <- m.Run(ctx) }()
		synctest.Wait()
		first, _, _ = strings.Cut(w.take(), "/")
		pass(long)
		if look != nil {
			look(m)
		}
		cancel(why)
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return first
}

var errCrash = errors.New("sound: out of range")

// two are a document that is in force and one that worked before it.
func two(boots, cut int) []Record {
	newer := stored("newer")[0]
	newer.Meta.Number, newer.Meta.Verdict, newer.Meta.Boots, newer.Meta.Cut = 2, Confirmed, boots, cut
	return append([]Record{newer}, stored("kept")...)
}

func TestManager_document_that_crashes_is_put_aside(t *testing.T) {
	w := newWorld("newer")
	w.records = two(0, 0)
	w.fail(errors.New("no network"))
	for range maxBoots {
		want(t, "start", life(t, w, time.Minute, errCrash, nil), "newer")
	}
	want(t, "then", life(t, w, 10*time.Second, errCrash, func(m *Manager) {
		want(t, "document", m.Document().Phone.Name, "kept")
		if s := m.Status(); !strings.Contains(s.RolledBack, "3 times in a row") {
			t.Errorf("told: %+v", s)
		}
	}), "kept")
	want(t, "history", w.verdicts(), "newer rolled back, kept ")
	if !strings.Contains(w.logged.String(), "is put aside") {
		t.Error("the log does not tell of it")
	}
	w.serve("newer") // once more, for the power may have gone
	want(t, "with a server", life(t, w, 10*time.Second, errCrash, func(m *Manager) { want(t, "document", m.Document().Phone.Name, "newer") }), "kept")
	for range maxBoots {
		want(t, "start", life(t, w, time.Minute, errCrash, nil), "newer")
	}
	want(t, "at last", life(t, w, time.Hour, nil, func(m *Manager) {
		want(t, "document", m.Document().Phone.Name, "kept")
		want(t, "error", m.Status().Error, errRejected.Error())
	}), "kept")
}

func TestManager_starts_that_count(t *testing.T) {
	for _, c := range []struct {
		name    string
		records []Record
		long    time.Duration
		why     error
		first   string
		boots   int // of the one in force, after
	}{
		{"a crash -> one more", two(1, 0), time.Minute, errCrash, "newer", 2},
		{"a crash after a long time -> none", two(2, 0), 3 * time.Minute, errCrash, "newer", 0},
		{"a normal end -> none", two(2, 0), time.Second, nil, "newer", 0},
		{"as many as there may be -> the one before, from the first", two(maxBoots, 0), time.Minute, errCrash, "kept", 1},
		{"nothing before it -> it, for want of another", two(maxBoots, 0)[:1], time.Minute, errCrash, "newer", maxBoots},
		{"another was on trial -> that one's fault", append(on(OnTrial, 1)[:1], two(maxBoots, 0)[1]), time.Minute, errCrash, "kept", 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld("x")
			w.records = c.records
			w.fail(errors.New("no network"))
			want(t, "first", life(t, w, c.long, c.why, nil), c.first)
			for _, r := range w.records {
				if string(r.Data) == c.first {
					want(t, "boots", r.Meta.Boots, c.boots)
				}
			}
		})
	}
}

// What works for a time has its second chance again.
func TestManager_document_that_works_after_all(t *testing.T) {
	w := newWorld("x")
	w.records = two(1, 1)
	w.fail(errors.New("no network"))
	life(t, w, 3*time.Minute, errCrash, nil)
	want(t, "cut", w.records[0].Meta.Cut, 0)
}

// A disk that takes nothing costs the counting, not the telephone.
func TestManager_that_cannot_count_starts_works(t *testing.T) {
	w := newWorld("x")
	w.records, w.saveErr = two(1, 0), errors.New("read-only")
	w.fail(errors.New("no network"))
	want(t, "first", life(t, w, time.Minute, errCrash, func(m *Manager) { want(t, "told", m.Status().StoreError, "read-only") }), "newer")
}

// Without trials, too, one that ends the program while it is applied is known at
// the next start, and not taken for ever.
func TestManager_without_trials_a_document_that_ends_the_program_is_known(t *testing.T) {
	w := newWorld("crash")
	w.records = stored("kept")
	w.refuse["crash"] = ErrLater // it never comes out of Apply
	life(t, w, time.Minute, errCrash, nil)
	want(t, "once more", life(t, w, time.Minute, errCrash, nil), "kept")
	want(t, "first", life(t, w, time.Minute, nil, func(m *Manager) { want(t, "error", m.Status().Error, errRejected.Error()) }), "kept")
	want(t, "history", w.verdicts(), "crash rolled back, crash rolled back, kept ")
}
