package provisioning

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"offhook/ua"
)

// parseNamed makes a Document of its name: "bad" is a fault, "name+interval".
func parseNamed(data []byte, file string) (Document, error) {
	doc := Default()
	if strings.HasPrefix(string(data), "bad") {
		return doc, &FaultError{Position{File: file, Line: 3, Column: 1}, "phone.name", "is bad; mend it"}
	}
	doc.Phone.Name = string(data)
	doc.Provisioning.Interval, doc.Provisioning.RandomSpread = time.Hour, 0
	doc.Provisioning.Confirm = 0
	if strings.HasPrefix(string(data), "trial") {
		doc.Provisioning.Confirm = 2 * time.Minute
		doc.Accounts = []Account{{ID: "a", Register: true}, {ID: "b", Register: true}, {ID: "c"}}
	}
	return doc, nil
}

// world is a server, a store and a phone.
type world struct {
	mu      sync.Mutex
	answers func(Request) (Response, error)
	asked   []Request
	at      []time.Duration // of the fetches, since the start
	started time.Time
	logged  syncBuffer
	applied []string
	refuse  map[string]error // by the document's name
	ready   map[string]error
	records []Record
	saveErr error
	user    []UserSetting
	vitals  Vitals
	steps   []Finding
	slow    time.Duration
}

// syncBuffer is a log that several goroutines write.
type syncBuffer struct {
	mu   sync.Mutex
	text strings.Builder
}

func (b *syncBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *syncBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func newWorld(data string) *world {
	w := &world{refuse: map[string]error{}, ready: map[string]error{}, steps: []Finding{{Step: "pinned", URL: "https://prov.example/x", Why: "test"}}}
	w.serve(data)
	return w
}

func (w *world) serve(data string) {
	w.answer(func(Request) (Response, error) { return Response{Data: []byte(data), ETag: data}, nil })
}

func (w *world) fail(err error) {
	w.answer(func(Request) (Response, error) { return Response{}, err })
}

func (w *world) setRefuse(name string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.refuse[name] = err
}

func (w *world) Fetch(ctx context.Context, r Request) (Response, error) {
	if w.slow > 0 {
		select {
		case <-ctx.Done():
			return Response{}, ctx.Err()
		case <-time.After(w.slow):
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked = append(w.asked, r)
	w.at = append(w.at, time.Since(w.started))
	return w.answers(r)
}

func (w *world) Discover(context.Context, Document, Meta) iter.Seq[Finding] {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Values(w.steps)
}

func (w *world) answer(f func(Request) (Response, error)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.answers = f
}

func (w *world) times() []time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.at)
}

func (w *world) request(i int) Request {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.asked[i]
}

func (w *world) Apply(_ context.Context, doc Document, changes []Change) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	err := w.refuse[doc.Phone.Name]
	word := fmt.Sprintf("%s/%d", doc.Phone.Name, len(changes))
	switch {
	case errors.Is(err, ErrLater):
		word += " later"
	case err != nil:
		word += " refused"
	}
	w.applied = append(w.applied, word)
	return err
}

// Ready is what ErrLater is refused by, where the name says so.
func (w *world) Ready(doc Document, _ []Change) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.ready[doc.Phone.Name]
}

func (w *world) Vitals(context.Context) Vitals {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.vitals
}

// is changes how the phone is.
func (w *world) is(v Vitals) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.vitals = v
}

func (w *world) Load() ([]Record, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Clone(w.records), nil
}

func (w *world) Save(r Record) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.saveErr != nil {
		return 0, w.saveErr
	}
	for i := range w.records {
		if w.records[i].Meta.Number == r.Meta.Number {
			w.records[i] = r
			return r.Meta.Number, nil
		}
	}
	r.Meta.Number = len(w.records) + 1
	w.records = append([]Record{r}, w.records...)
	return r.Meta.Number, nil
}

func (w *world) LoadUser() ([]UserSetting, error) { return w.user, nil }

func (w *world) SaveUser(all []UserSetting) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.saveErr == nil {
		w.user = all
	}
	return w.saveErr
}

// take returns what was applied since the last time.
func (w *world) take() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	out := strings.Join(w.applied, ", ")
	w.applied = nil
	return out
}

func (w *world) fetches() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.asked)
}

func (w *world) stored() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var out []string
	for _, r := range w.records {
		out = append(out, string(r.Data))
	}
	return strings.Join(out, " ")
}

// run starts a Manager in a bubble of fake time, hands it to the test, ends it.
func run(t *testing.T, w *world, test func(m *Manager)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w.started = time.Now()
		base := Default()
		base.Provisioning.RandomSpread, base.Provisioning.Confirm = 0, 0
		m := NewManager(ManagerConfig{
			Base: base, Parse: parseNamed, Discover: w, Sources: map[string]Source{"https": w}, Store: w, Applier: w, Prover: w,
			Device: Device{MAC: "02:00:5e:10:00:01", Model: "bench", Version: "1.0"},
			Log:    slog.New(slog.NewTextHandler(&w.logged, nil)), Random: func() float64 { return 0 },
		})
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- m.Run(ctx) }()
		synctest.Wait()
		test(m)
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

// pass lets time go by.
func pass(d time.Duration) {
	<-time.After(d)
	synctest.Wait()
}

func stored(data string) []Record {
	return []Record{{Data: []byte(data), Meta: Meta{Number: 1, URL: "https://prov.example/x", ETag: data, Hash: hashOf(data)}}}
}

func want(t *testing.T, what string, got, want any) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

func TestManager_first_boot(t *testing.T) {
	w := newWorld("one")
	run(t, w, func(m *Manager) {
		s := m.Status()
		want(t, "state", s.State, Provisioned)
		want(t, "applied", w.take(), "offhook/0, one/2")
		want(t, "stored", w.stored(), "one")
		want(t, "next", time.Until(s.Next), time.Hour)
		want(t, "document", m.Document().Phone.Name, "one")
		want(t, "step", s.Attempts[0].Step, "pinned")
		want(t, "agent", w.request(0).UserAgent, "offhook/1.0 (bench 02:00:5e:10:00:01)")
	})
}

func TestManager_first_boot_without_a_server(t *testing.T) {
	w := newWorld("one")
	w.steps = []Finding{{Step: "pinned", Why: "not set"}}
	run(t, w, func(m *Manager) {
		s := m.Status()
		want(t, "state", s.State, Unprovisioned)
		want(t, "error", s.Error, "no provisioning server is known; set provisioning.url in the agent's file")
		want(t, "why", s.Attempts[0].Why, "not set")
	})
}

func TestManager_works_without_a_network(t *testing.T) {
	w := newWorld("")
	w.records = stored("kept")
	w.fail(errors.New("DNS: there is no host"))
	run(t, w, func(m *Manager) {
		s := m.Status()
		want(t, "applied", w.take(), "kept/2")
		want(t, "state", s.State, Provisioned)
		want(t, "error", s.Error, "DNS: there is no host")
		pass(100 * time.Second)
		// 5 s, doubled each time, the lower end of the upper half
		want(t, "fetches at", fmt.Sprint(w.times()), "[0s 2.5s 7.5s 17.5s 37.5s 1m17.5s]")
		pass(100 * time.Hour)
		last := w.times()[w.fetches()-1] - w.times()[w.fetches()-2]
		want(t, "longest wait", last, 30*time.Minute)
		w.serve("new")
		pass(time.Hour)
		want(t, "applied", w.take(), "new/1")
		want(t, "failures", m.Status().Failures, 0)
	})
}

func TestManager_polls_and_asks_conditionally(t *testing.T) {
	w := newWorld("one")
	run(t, w, func(m *Manager) {
		w.take()
		w.answer(func(r Request) (Response, error) { return Response{NotModified: r.ETag == "one"}, nil })
		pass(time.Hour)
		want(t, "asked with", w.request(1).ETag, "one")
		want(t, "error", m.Status().Error, "")
		w.serve("one") // no 304: the bytes tell
		pass(time.Hour)
		want(t, "applied", w.take(), "")
		want(t, "fetches", w.fetches(), 3)
		w.serve("two")
		pass(time.Hour)
		want(t, "applied", w.take(), "two/1")
		want(t, "stored", w.stored(), "two one")
	})
}

func TestManager_bad_document_keeps_the_last_good(t *testing.T) {
	w := newWorld("bad")
	w.records = stored("kept")
	run(t, w, func(m *Manager) {
		s := m.Status()
		want(t, "applied", w.take(), "kept/2")
		want(t, "stored", w.stored(), "kept")
		want(t, "fault", s.Faults[0].Error(), "https://prov.example/x:3: phone.name: is bad; mend it")
		want(t, "document", m.Document().Phone.Name, "kept")
		w.serve("good")
		pass(time.Minute)
		want(t, "applied", w.take(), "good/1")
		want(t, "faults", len(m.Status().Faults), 0)
	})
}

func TestManager_document_that_cannot_be_applied_is_rolled_back(t *testing.T) {
	w := newWorld("poison")
	w.records = stored("kept")
	w.refuse["poison"] = errors.New("no such codec")
	run(t, w, func(m *Manager) {
		want(t, "applied", w.take(), "kept/2, poison/1 refused, kept/1")
		want(t, "stored", w.verdicts(), "poison rolled back, kept ")
		want(t, "error", m.Status().Error, "the document cannot be applied, the one before stays: no such codec")
		pass(time.Hour)
		want(t, "not tried again", w.take(), "")
		want(t, "error", m.Status().Error, errRejected.Error())
		m.Reprovision()
		synctest.Wait()
		want(t, "tried when a person asks", w.take(), "poison/1 refused, kept/1")
		w.serve("mended")
		pass(time.Hour)
		want(t, "applied", w.take(), "mended/1")
		want(t, "stored", w.verdicts(), "mended confirmed, poison rolled back, poison rolled back, kept ")
	})
}

func TestManager_stored_document_that_fails_gives_way_to_the_previous(t *testing.T) {
	w := newWorld("new")
	w.records = append(stored("broken"), stored("older")...)
	w.refuse["broken"] = errors.New("no such codec")
	w.fail(errors.New("no network"))
	run(t, w, func(m *Manager) {
		want(t, "applied", w.take(), "broken/2 refused, older/1")
		want(t, "document", m.Document().Phone.Name, "older")
	})
	w = newWorld("new")
	w.records = append(stored("bad"), stored("older")...)
	run(t, w, func(*Manager) { want(t, "applied", w.take(), "older/2, new/1") })
}

func TestManager_nothing_can_be_applied_yet_the_server_is_asked(t *testing.T) {
	w := newWorld("new")
	w.refuse["offhook"] = errors.New("no such board")
	run(t, w, func(m *Manager) {
		want(t, "applied", w.take(), "offhook/0 refused, new/2")
		want(t, "state", m.Status().State, Provisioned)
	})
}

func TestManager_waits_for_the_end_of_a_call(t *testing.T) {
	w := newWorld("two")
	w.records = stored("one")
	w.refuse["two"] = fmt.Errorf("1002 is speaking: %w", ErrLater)
	run(t, w, func(m *Manager) {
		want(t, "applied", w.take(), "one/2, two/1 later")
		want(t, "pending", m.Status().Pending, hashOf("two"))
		want(t, "stored", w.verdicts(), "two on trial, one ")
		want(t, "document", m.Document().Phone.Name, "one")
		pass(25 * time.Second)
		want(t, "now and then", w.take(), "two/1 later, two/1 later")
		w.setRefuse("two", nil)
		m.Idle()
		synctest.Wait()
		want(t, "when idle", w.take(), "two/1")
		want(t, "pending", m.Status().Pending, "")
		want(t, "stored", w.stored(), "two one")
	})
}

func TestManager_a_newer_document_replaces_the_one_that_waits(t *testing.T) {
	w := newWorld("two")
	w.records = stored("one")
	w.refuse["two"] = ErrLater
	run(t, w, func(m *Manager) {
		w.serve("three")
		pass(6 * time.Second)
		m.CheckSync(ua.CheckSync{})
		synctest.Wait()
		want(t, "asked with", w.request(1).ETag, "two")
		want(t, "applied", w.take(), "one/2, two/1 later, three/1")
		want(t, "stored", w.verdicts(), "three confirmed, two rolled back, one ")
	})
}

func TestManager_check_syncs_become_one_fetch(t *testing.T) {
	w := newWorld("one")
	run(t, w, func(m *Manager) {
		pass(time.Minute)
		for range 100 {
			if accepted, reboot := m.CheckSync(ua.CheckSync{Account: "1001", Reboot: true}); !accepted || !reboot {
				t.Error("check-sync was refused")
			}
		}
		synctest.Wait()
		pass(time.Minute)
		// One at once, and one for those that came while it was under way.
		if n := w.fetches(); n < 2 || n > 3 {
			t.Errorf("100 check-syncs made %d fetches", n-1)
		}
		before := w.fetches()
		for range 2 {
			m.CheckSync(ua.CheckSync{})
			synctest.Wait()
		}
		want(t, "the second waits", w.fetches()-before, 1)
		pass(time.Minute)
		want(t, "apart by", w.times()[before+1]-w.times()[before], 5*time.Second)
	})
}

func TestManager_check_sync_during_a_fetch_asks_once_more(t *testing.T) {
	w := newWorld("one")
	w.slow = time.Second
	run(t, w, func(m *Manager) {
		pass(500 * time.Millisecond)
		want(t, "activity", m.Status().Activity, Fetching)
		for range 3 {
			m.CheckSync(ua.CheckSync{})
			synctest.Wait()
		}
		pass(time.Minute)
		want(t, "fetched at", fmt.Sprint(w.times()), "[1s 7s]")
		m.Reprovision()
		pass(500 * time.Millisecond)
		m.Reprovision()
		pass(time.Minute)
		want(t, "fetched at", fmt.Sprint(w.times()), "[1s 7s 1m1.5s 1m2.5s]")
		want(t, "a person's request is unconditional", w.request(2).ETag, "")
	})
}

func TestManager_check_sync_by_the_document(t *testing.T) {
	for _, c := range []struct {
		policy        CheckSync
		account       ua.AccountID
		fetch, reboot bool
	}{
		{CheckSync{Accept: true, AllowReboot: true}, "a", true, true},
		{CheckSync{Accept: true}, "a", true, false},
		{CheckSync{Accept: true, AllowReboot: true, Accounts: []string{"b"}}, "a", false, false},
		{CheckSync{Accept: true, AllowReboot: true, Accounts: []string{"b"}}, "b", true, true},
		{CheckSync{AllowReboot: true}, "a", false, false},
	} {
		doc := Default()
		doc.Provisioning.CheckSync = c.policy
		m := NewManager(ManagerConfig{Base: doc, Log: slog.New(slog.DiscardHandler)})
		if fetch, reboot := m.CheckSync(ua.CheckSync{Account: c.account, Reboot: true}); fetch != c.fetch || reboot != c.reboot {
			t.Errorf("%+v for %s: %v %v", c.policy, c.account, fetch, reboot)
		}
	}
}

func TestManager_shows_no_query_of_an_address(t *testing.T) {
	w := newWorld("one")
	w.steps = []Finding{{Step: "pinned", URL: "https://prov.example/x?token=secret", Why: "test"}}
	run(t, w, func(m *Manager) {
		want(t, "asked", w.request(0).URL, "https://prov.example/x?token=secret")
		for _, data := range []string{"bad", "two"} {
			w.serve(data)
			pass(2 * time.Hour)
			if s := fmt.Sprintf("%+v %v", m.Status(), m.Status().Faults); strings.Contains(s, "secret") || !strings.Contains(s, "https://prov.example/x?…") {
				t.Errorf("status %s", s)
			}
		}
		w.fail(errors.New("down"))
		pass(2 * time.Hour)
		if log := w.logged.String(); strings.Contains(log, "secret") || !strings.Contains(log, "https://prov.example/x?…") {
			t.Errorf("logged %s", log)
		}
		want(t, "kept", w.records[0].Meta.URL, "https://prov.example/x?token=secret")
	})
}

func TestManager_goes_on_to_the_next_step(t *testing.T) {
	w := newWorld("one")
	w.steps = []Finding{
		{Step: "pinned", Why: "not set"},
		{Step: "document", URL: "https://gone.example/x", Proceed: true},
		{Step: "static", URL: "tftp://old.example/x", Proceed: true},
		{Step: "cached", URL: "https://prov.example/x"},
		{Step: "never", URL: "https://never.example/x"},
	}
	serve := w.answers
	w.answers = func(r Request) (Response, error) {
		if strings.Contains(r.URL, "gone") {
			return Response{}, errors.New("404: no file")
		}
		return serve(r)
	}
	run(t, w, func(m *Manager) {
		var got []string
		for _, a := range m.Status().Attempts {
			got = append(got, a.Step+": "+a.Error)
		}
		want(t, "attempts", strings.Join(got, "; "), `pinned: ; document: 404: no file; static: "tftp" URLs cannot be fetched; use https; cached: `)
		want(t, "error", m.Status().Error, "")
		w.mu.Lock()
		w.steps = []Finding{{Step: "document", URL: "https://gone.example/x"}}
		w.mu.Unlock()
		pass(time.Hour)
		want(t, "error", m.Status().Error, "404: no file")
		want(t, "state", m.Status().State, Provisioned)
	})
}

func TestManager_a_full_disk_is_told_and_tried_again(t *testing.T) {
	w := newWorld("one")
	w.saveErr = errors.New("no space left")
	run(t, w, func(m *Manager) {
		want(t, "store error", m.Status().StoreError, "no space left")
		want(t, "state", m.Status().State, Provisioned)
		w.mu.Lock()
		w.saveErr = nil
		w.mu.Unlock()
		pass(time.Hour)
		want(t, "store error", m.Status().StoreError, "")
		want(t, "stored", w.stored(), "one")
	})
}

func TestManager_updates_keep_the_newest(t *testing.T) {
	w := newWorld("one")
	run(t, w, func(m *Manager) {
		want(t, "state", (<-m.Updates()).State, Provisioned)
	})
}

func TestManager_ends_in_the_middle_of_a_fetch(t *testing.T) {
	w := newWorld("one")
	w.slow = time.Hour
	run(t, w, func(m *Manager) { want(t, "activity", m.Status().Activity, Fetching) })
}
