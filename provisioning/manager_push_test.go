package provisioning

import (
	"testing"
	"testing/synctest"
	"time"
)

func TestManager_Push(t *testing.T) {
	w := newWorld("one")
	run(t, w, func(m *Manager) {
		w.take()
		if err := m.Push([]byte("bad"), "operator"); err == nil {
			t.Error("a bad document was taken")
		}
		synctest.Wait()
		want(t, "nothing is changed", w.take(), "")
		if err := m.Push([]byte("two"), "operator"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		want(t, "applied", w.take(), "two/1")
		want(t, "why", w.records[0].Meta.Why, "pushed by operator")
		want(t, "step", w.records[0].Meta.Step, "push")
		if err := m.Push([]byte("two"), "operator"); err != nil {
			t.Fatal(err)
		}
		pass(5 * time.Hour)
		want(t, "the same again, and the server's as it was: nothing", w.take(), "")
		w.serve("three")
		pass(time.Hour)
		want(t, "until the server has another", w.take(), "three/1")
	})
}

func TestManager_Resync(t *testing.T) {
	w := newWorld("one")
	run(t, w, func(m *Manager) {
		w.take()
		w.serve("two")
		for range 10 {
			m.Resync("operator")
		}
		pass(10 * time.Second)
		want(t, "fetched and applied once", w.take(), "two/1")
	})
}

func TestManager_Push_that_does_not_prove_itself(t *testing.T) {
	w := newWorld("kept")
	w.records, w.vitals = stored("kept"), both
	run(t, w, func(m *Manager) {
		w.take()
		if err := m.Push([]byte("trial pushed"), "operator"); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		want(t, "applied", w.take(), "trial pushed/5")
		w.is(onlyA)
		pass(time.Second)
		want(t, "until", !m.Status().OnTrial.IsZero(), true)
		pass(5 * time.Minute)
		want(t, "verdicts", w.verdicts(), "trial pushed rolled back, kept ")
		want(t, "document", m.Document().Phone.Name, "kept")
	})
}
