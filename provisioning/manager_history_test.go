package provisioning

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestManager_History(t *testing.T) {
	w := newWorld("one")
	run(t, w, func(m *Manager) {
		w.serve("two")
		pass(time.Hour)
		var got []string
		all, err := m.History()
		for _, k := range all {
			got = append(got, fmt.Sprint(k.Meta.Number, k.Meta.Verdict, k.InForce, k.Size))
		}
		want(t, "history", strings.Join(got, "; "), "2confirmedtrue 3; 1confirmedfalse 3")
		want(t, "error", err, nil)
		meta, doc, err := m.Kept(1)
		want(t, "document 1", fmt.Sprint(meta.Number, doc.Phone.Name, err), "1one<nil>")
		if _, _, err := m.Kept(9); err == nil || !strings.Contains(err.Error(), "there is no document 9") {
			t.Errorf("document 9: %v", err)
		}
	})
}

func TestManager_Rollback(t *testing.T) {
	w := newWorld("one")
	run(t, w, func(m *Manager) {
		if _, err := m.Rollback(0); err == nil || !strings.Contains(err.Error(), "no document to go back to") {
			t.Errorf("of the only one: %v", err)
		}
		w.serve("two")
		pass(time.Hour)
		w.take()
		if _, err := m.Rollback(2); err == nil || !strings.Contains(err.Error(), "is in force") {
			t.Errorf("to the one in force: %v", err)
		}
		n, err := m.Rollback(0)
		synctest.Wait()
		want(t, "number", fmt.Sprint(n, err), "1 <nil>")
		want(t, "applied", w.take(), "one/1")
		want(t, "history", w.verdicts(), "one confirmed, two confirmed, one confirmed")
		want(t, "pinned", m.Status().Pinned, true)
		pass(5 * time.Hour)
		want(t, "the server's is passed over", w.take(), "")
		want(t, "without an error", m.Status().Error, "")
	})
	run(t, w, func(m *Manager) { // after a restart
		want(t, "applied", w.take(), "one/2")
		want(t, "pinned", m.Status().Pinned, true)
		pass(5 * time.Hour)
		want(t, "the server's is passed over", w.take(), "")
		w.serve("three")
		pass(time.Hour)
		want(t, "until it has another", w.take(), "three/1")
		want(t, "pinned", m.Status().Pinned, false)
		if _, err := m.Rollback(2); err != nil {
			t.Error(err)
		}
		synctest.Wait()
		want(t, "applied", w.take(), "two/1")
		m.Reprovision()
		synctest.Wait()
		want(t, "or a person wants it", w.take(), "three/1")
	})
}

func TestManager_Rollback_to_what_did_not_work_is_a_trial(t *testing.T) {
	tried(t, func(w *world, m *Manager) {
		w.is(onlyA)
		pass(3 * time.Minute)
		want(t, "history", w.verdicts(), "trial rolled back, kept ")
		w.take()
		if _, err := m.Rollback(2); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		want(t, "history", w.verdicts(), "trial on trial, trial rolled back, kept ")
		pass(10 * time.Second) // now it is not worse than before
		want(t, "history", w.verdicts(), "trial confirmed, trial rolled back, kept ")
		want(t, "pinned", m.Status().Pinned, false) // it is what the server has
	})
}

func TestManager_Rollback_in_a_trial_ends_it(t *testing.T) {
	tried(t, func(w *world, m *Manager) {
		if n, err := m.Rollback(0); n != 1 || err != nil {
			t.Fatal(n, err)
		}
		synctest.Wait()
		want(t, "history", w.verdicts(), "kept confirmed, trial rolled back, kept ")
		want(t, "why", w.records[1].Meta.Why, "a person rolled back")
		pass(5 * time.Hour)
		want(t, "document", m.Document().Phone.Name, "kept")
		want(t, "pinned", m.Status().Pinned, true)
	})
}
