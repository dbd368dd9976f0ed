package provisioning

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"offhook/ua"
)

var (
	both  = Vitals{Registered: []ua.AccountID{"a", "b"}}
	onlyA = Vitals{Registered: []ua.AccountID{"a"}}
)

// verdicts is the history, newest first: "2 on trial, 1 ".
func (w *world) verdicts() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for _, r := range w.records {
		out = append(out, fmt.Sprintf("%s %s", r.Data, r.Meta.Verdict))
	}
	return strings.Join(out, ", ")
}

// tried is a phone that works with "kept" and has been given "trial".
func tried(t *testing.T, test func(w *world, m *Manager)) {
	t.Helper()
	triedAfter(t, "kept", test)
}

func triedAfter(t *testing.T, good string, test func(w *world, m *Manager)) {
	t.Helper()
	w := newWorld(good)
	w.records = stored(good)
	w.vitals = both
	run(t, w, func(m *Manager) {
		if got := w.take(); !strings.HasPrefix(got, good+"/") {
			t.Errorf("applied: %s", got)
		}
		w.serve("trial")
		m.CheckSync(ua.CheckSync{})
		pass(5 * time.Second)
		if got := w.take(); !strings.HasPrefix(got, "trial/") {
			t.Errorf("applied: %s", got)
		}
		test(w, m)
	})
}

func TestManager_trial_that_goes_well_is_confirmed(t *testing.T) {
	tried(t, func(w *world, m *Manager) {
		want(t, "while it runs", w.verdicts(), "trial on trial, kept ")
		want(t, "until", time.Until(m.Status().OnTrial), 2*time.Minute)
		want(t, "document", m.Document().Phone.Name, "trial")
		pass(3 * time.Second)
		want(t, "after", w.verdicts(), "trial confirmed, kept ")
		want(t, "on trial", m.Status().OnTrial, time.Time{})
		want(t, "rolled back", m.Status().RolledBack, "")
		want(t, "fetches", w.fetches(), 3) // at the start, by check-sync, to prove the server
		pass(2 * time.Hour)
		want(t, "applied", w.take(), "")
	})
}

func TestManager_trial_that_fails_is_rolled_back(t *testing.T) {
	for _, c := range []struct {
		name    string
		worsen  func(w *world)
		missing string
	}{
		{"an account that was registered is not any more", func(w *world) { w.is(onlyA) }, "account b is not registered, and was before"},
		{"a part of the program does not move", func(w *world) { w.is(Vitals{Registered: both.Registered, Stuck: "the phone does not answer"}) }, "the phone does not answer"},
		{"the server is not reached", func(w *world) { w.fail(errors.New("DNS: there is no host")) }, "the provisioning server is not reached: DNS: there is no host"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tried(t, func(w *world, m *Manager) {
				c.worsen(w)
				pass(time.Minute)
				want(t, "missing", m.Status().Missing, c.missing)
				want(t, "too early", w.take(), "")
				pass(time.Minute + 5*time.Second)
				if got := w.take(); !strings.HasPrefix(got, "kept/") {
					t.Errorf("applied: %s", got)
				}
				want(t, "history", w.verdicts(), "trial rolled back, kept ")
				why := "rolled back: within 2m of its trial " + c.missing
				want(t, "why", m.Status().RolledBack, why)
				want(t, "why, in the history", w.records[0].Meta.Why, why)
				want(t, "document", m.Document().Phone.Name, "kept")
				if log := w.logged.String(); !strings.Contains(log, c.missing) {
					t.Errorf("the log does not tell why: %s", log)
				}
				w.is(both)
				w.serve("trial")
				pass(3 * time.Hour)
				want(t, "taken again by itself", w.take(), "")
				want(t, "error", m.Status().Error, errRejected.Error())
				m.Reprovision()
				pass(10 * time.Second)
				want(t, "when a person asks", w.verdicts(), "trial confirmed, trial rolled back, kept ")
			})
		})
	}
}

func TestManager_trial_ends_early_for_no_reason_of_others(t *testing.T) {
	tried(t, func(w *world, m *Manager) { // registers late
		w.is(onlyA)
		pass(110 * time.Second)
		w.is(both)
		pass(3 * time.Second)
		want(t, "history", w.verdicts(), "trial confirmed, kept ")
	})
	tried(t, func(w *world, m *Manager) { // a server that is down for a while
		w.fail(errors.New("down"))
		pass(20 * time.Second)
		w.serve("trial")
		pass(40 * time.Second)
		want(t, "history", w.verdicts(), "trial confirmed, kept ")
		want(t, "error", m.Status().Error, "")
	})
	tried(t, func(w *world, m *Manager) { // faults are an answer, too
		w.serve("bad")
		pass(5 * time.Second)
		want(t, "history", w.verdicts(), "trial confirmed, kept ")
		want(t, "told", len(m.Status().Faults), 1) // it is asked again after the trial
	})
}

// A registrar that is down is not the document's fault.
func TestManager_trial_in_an_outage_of_others(t *testing.T) {
	triedAfter(t, "trial of old", func(w *world, m *Manager) {
		w.is(Vitals{})
		pass(130 * time.Second)
		want(t, "after the trial", w.verdicts(), "trial rolled back, trial of old ")
		pass(2 * time.Minute)
		want(t, "the one before does no better", w.verdicts(), "trial broken off, trial of old ")
		if s := m.Status(); !strings.Contains(s.RolledBack, "the one before does no better") || s.Refused == "" {
			t.Errorf("told %+v", s)
		}
		pass(3 * time.Hour)
		want(t, "while nothing is well", w.verdicts(), "trial broken off, trial of old ")
		w.is(both)
		pass(time.Minute)
		want(t, "when it is", w.verdicts(), "trial confirmed, trial broken off, trial of old ")
		want(t, "told", m.Status().RolledBack+m.Status().Error, "")
	})
	triedAfter(t, "trial of old", func(w *world, m *Manager) { // the server's
		w.fail(errors.New("down"))
		pass(5 * time.Minute)
		want(t, "the one before does no better", w.verdicts(), "trial broken off, trial of old ")
		w.serve("trial")
		pass(time.Hour)
		want(t, "when the server is back", w.verdicts(), "trial confirmed, trial broken off, trial of old ")
	})
	triedAfter(t, "trial of old", func(w *world, m *Manager) { // the document's, seen a little late
		w.is(Vitals{})
		pass(130 * time.Second)
		w.is(both)
		pass(3 * time.Hour)
		want(t, "the one before does better", w.verdicts(), "trial rolled back, trial of old ")
		want(t, "refused", m.Status().Refused, hashOf("trial"))
	})
}

func TestManager_trial_waits_while_a_call_is_up(t *testing.T) {
	tried(t, func(w *world, m *Manager) {
		w.is(Vitals{Registered: onlyA.Registered, Busy: true})
		pass(time.Hour)
		want(t, "in the call", w.verdicts(), "trial on trial, kept ")
		w.is(onlyA)
		pass(100 * time.Second)
		want(t, "after it", w.verdicts(), "trial on trial, kept ")
		pass(30 * time.Second)
		want(t, "in the end", w.verdicts(), "trial rolled back, kept ")
	})
}

func TestManager_newer_document_during_a_trial_comes_after_it(t *testing.T) {
	tried(t, func(w *world, m *Manager) {
		w.is(onlyA)
		w.serve("trial two")
		pass(time.Minute)
		want(t, "history", w.verdicts(), "trial on trial, kept ")
		w.is(both)
		pass(3 * time.Second)
		want(t, "after the trial", w.verdicts(), "trial two on trial, trial confirmed, kept ")
		pass(10 * time.Second)
		want(t, "in the end", w.verdicts(), "trial two confirmed, trial confirmed, kept ")
	})
	tried(t, func(w *world, m *Manager) {
		w.is(onlyA)
		w.serve("mended")
		pass(3 * time.Minute)
		want(t, "after one that failed", w.verdicts(), "mended confirmed, trial rolled back, kept ")
		want(t, "document", m.Document().Phone.Name, "mended")
		want(t, "rolled back", m.Status().RolledBack, "")
	})
}

func TestManager_trial_is_staged_before_anything_changes(t *testing.T) {
	w := newWorld("trial")
	w.records, w.vitals = stored("kept"), both
	w.refuse["trial"] = errors.New("no such codec")
	run(t, w, func(m *Manager) {
		want(t, "history", w.verdicts(), "trial rolled back, kept ")
		want(t, "document", m.Document().Phone.Name, "kept")
	})
	w = newWorld("trial")
	w.records, w.vitals = stored("kept"), both
	w.ready["trial"] = ErrLater
	run(t, w, func(m *Manager) {
		want(t, "waits, and is not on trial", w.verdicts(), "kept ")
		w.serve("other")
		m.Reprovision()
		synctest.Wait()
		want(t, "the newer one", w.verdicts(), "other confirmed, kept ")
	})
	w = newWorld("trial")
	w.records, w.vitals = stored("kept"), both
	w.refuse["trial"] = ErrLater // a call that began in between
	run(t, w, func(m *Manager) {
		want(t, "history", w.verdicts(), "trial on trial, kept ")
		w.serve("other")
		m.Reprovision()
		synctest.Wait()
		want(t, "another came", w.verdicts(), "other confirmed, trial rolled back, kept ")
	})
}

// Without a place to write, nothing that could fail is tried.
func TestManager_full_disk_keeps_the_old_configuration(t *testing.T) {
	w := newWorld("trial")
	w.records, w.vitals = stored("kept"), both
	w.saveErr = errors.New("no space left on device")
	run(t, w, func(m *Manager) {
		want(t, "applied", w.take(), "kept/2")
		want(t, "store error", m.Status().StoreError, "no space left on device")
		want(t, "pending", m.Status().Pending, hashOf("trial"))
		pass(4 * time.Minute)
		want(t, "applied", w.take(), "")
		w.mu.Lock()
		w.saveErr = nil
		w.mu.Unlock()
		pass(time.Minute + 10*time.Second)
		want(t, "history", w.verdicts(), "trial confirmed, kept ")
		want(t, "store error", m.Status().StoreError, "")
	})
}

func TestManager_first_document_has_nothing_to_go_back_to(t *testing.T) {
	w := newWorld("trial")
	run(t, w, func(m *Manager) {
		want(t, "history", w.verdicts(), "trial confirmed")
		want(t, "on trial", m.Status().OnTrial, time.Time{})
	})
}

func on(verdict Verdict, cut int, more ...Record) []Record {
	r := Record{Data: []byte("trial"), Meta: Meta{Number: 2, URL: "https://prov.example/x", ETag: "trial", Hash: hashOf("trial"), Verdict: verdict, Cut: cut, Why: "of old"}}
	return append([]Record{r}, append(more, stored("kept")...)...)
}

func TestManager_boots_the_good_one(t *testing.T) {
	for _, c := range []struct {
		name    string
		records []Record
		applied string
		after   string // a minute later
	}{
		{"on trial -> the one before, and tried once more", on(OnTrial, 0), "kept", "trial confirmed, trial rolled back, kept "},
		{"on trial a second time -> not again", on(OnTrial, 1), "kept", "trial rolled back, kept "},
		{"cut short once, and again before the second trial -> tried once more", on(RolledBack, 1), "kept", "trial confirmed, trial rolled back, kept "},
		{"rolled back -> not again", on(RolledBack, 0), "kept", "trial rolled back, kept "},
		{"confirmed -> it", on(Confirmed, 0), "trial", "trial confirmed, kept "},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld("trial")
			w.records, w.vitals = c.records, both
			run(t, w, func(m *Manager) {
				first, _, _ := strings.Cut(w.take(), "/")
				want(t, "applied first", first, c.applied)
				pass(time.Minute)
				want(t, "history", w.verdicts(), c.after)
			})
		})
	}
}

// A restart that somebody asked for does not count against a document, however
// often it comes.
func TestManager_restarted_during_a_trial(t *testing.T) {
	w := newWorld("trial")
	w.records, w.vitals = stored("kept"), both
	for range 3 {
		w.is(both)
		run(t, w, func(m *Manager) {
			if !strings.HasPrefix(w.take(), "kept/2, trial/") {
				t.Error("the document was not tried")
			}
		})
		if got := w.verdicts(); !strings.HasPrefix(got, "trial broken off, ") {
			t.Fatalf("history: %s", got)
		}
	}
	run(t, w, func(m *Manager) {
		pass(time.Minute)
		if got := w.verdicts(); !strings.HasPrefix(got, "trial confirmed, trial broken off") {
			t.Errorf("history: %s", got)
		}
	})
}

// However often a document ends the phone, it does so twice.
func TestManager_trials_are_counted(t *testing.T) {
	for _, c := range []struct {
		records []Record
		cut     int // as which the next trial is begun
	}{{on(OnTrial, 0), 1}, {on(RolledBack, 1), 1}, {on(Broken, 1), 1}, {on(Broken, 0), 0}} {
		w := newWorld("trial")
		w.records, w.vitals = c.records, both
		run(t, w, func(m *Manager) {
			want(t, "on trial", w.verdicts()[:len("trial on trial")], "trial on trial")
			want(t, "cut before", w.records[0].Meta.Cut, c.cut)
		})
	}
	w := newWorld("trial")
	w.records, w.vitals = on(OnTrial, 1), both
	run(t, w, func(m *Manager) {
		want(t, "why", w.records[0].Meta.Why, "the phone ended during both its trials")
		want(t, "told", m.Status().RolledBack, "the phone ended during both its trials")
	})
}

func TestManager_that_cannot_count_trials_takes_none(t *testing.T) {
	w := newWorld("trial")
	w.records, w.vitals, w.saveErr = on(OnTrial, 0), both, errors.New("read-only file system")
	run(t, w, func(m *Manager) {
		want(t, "applied", w.take(), "kept/2")
		want(t, "refused", m.Status().Refused, hashOf("trial"))
		want(t, "store error", m.Status().StoreError, "read-only file system")
		pass(time.Hour)
		want(t, "applied", w.take(), "")
	})
}

// At 1970 or in the future: no decision is a stored date's.
func TestManager_clock_that_is_wrong(t *testing.T) {
	w := newWorld("trial")
	w.records, w.vitals = stored("kept"), both
	w.records[0].Meta.Fetched, w.records[0].Meta.Applied = time.Now().AddDate(99, 0, 0), time.Now().AddDate(99, 0, 0)
	run(t, w, func(m *Manager) {
		pass(time.Minute)
		want(t, "history", w.verdicts(), "trial confirmed, kept ")
	})
}
