package provisioning

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"

	"offhook/ua"
)

// ManagerConfig is what a Manager works with.
type ManagerConfig struct {
	Device   Device
	Base     Document // in force when there is nothing else: AgentConfig.Base
	Parse    func(data []byte, file string) (Document, error)
	Discover Discoverer
	Sources  map[string]Source // by the scheme of the URL
	Store    Store
	Applier  Applier
	Prover   Prover // nil: only the server has to be reached
	Log      *slog.Logger

	RetryMin   time.Duration  // first wait after a failure; 0 means 5 s
	RetryMax   time.Duration  // longest wait after a failure; 0 means 1 h
	Gap        time.Duration  // least time between fetches that check-syncs ask for; 0 means 5 s
	IdleRetry  time.Duration  // how often a document that waits is tried without Idle; 0 means 10 s
	BootSpread time.Duration  // first fetch of a phone that has a document comes within this; 0: at once
	Settle     time.Duration  // from when a document was applied until it is looked at; 0 means 3 s
	Probe      time.Duration  // between looks at how the phone is; 0 means 2 s
	StoreRetry time.Duration  // after what could not be stored; 0 means 5 min
	Proven     time.Duration  // of work after which a start with a document went well; 0 means 2 min
	Random     func() float64 // in [0, 1); nil means math/rand
}

// Manager keeps the phone at the newest document that works.
type Manager struct {
	cfg     ManagerConfig
	resync  chan asked // one slot each: a second one of a kind adds nothing
	fetchIt chan asked
	idle    chan idled
	restore chan restored
	userSet chan userSet
	setting chan struct{} // a slot: who is in it changes the user's settings
	updates chan Status

	mu     sync.Mutex // leaf: held for copies only
	status Status
	doc    Document // as the phone works by it: with what the user has set
	user   []UserSetting
}

// NewManager makes a Manager; Run does its work.
func NewManager(cfg ManagerConfig) *Manager {
	orElse := func(d *time.Duration, other time.Duration) {
		if *d == 0 {
			*d = other
		}
	}
	orElse(&cfg.RetryMin, 5*time.Second)
	orElse(&cfg.RetryMax, time.Hour)
	orElse(&cfg.Gap, 5*time.Second)
	orElse(&cfg.IdleRetry, 10*time.Second)
	orElse(&cfg.Settle, 3*time.Second)
	orElse(&cfg.Probe, 2*time.Second)
	orElse(&cfg.StoreRetry, 5*time.Minute)
	orElse(&cfg.Proven, 2*time.Minute)
	if cfg.Random == nil {
		cfg.Random = rand.Float64
	}
	return &Manager{
		cfg: cfg, doc: cfg.Base,
		resync: make(chan asked, 1), fetchIt: make(chan asked, 1), idle: make(chan idled, 1),
		restore: make(chan restored, 1), userSet: make(chan userSet, 1), setting: make(chan struct{}, 1),
		updates: make(chan Status, 1),
		status:  Status{State: Unprovisioned, Activity: Resting},
	}
}

// Run applies what is stored, then follows the server until the context ends.
// It returns nil then.
func (m *Manager) Run(ctx context.Context) error {
	done := make(chan any, 1)
	var s machine
	defer func() {
		select {
		case event := <-done: // of the last job
			s = s.step(input{time.Now(), m.cfg.Random(), event})
		default:
		}
		m.leave(s, errors.Is(context.Cause(ctx), context.Canceled))
	}()
	var jobs sync.WaitGroup
	defer jobs.Wait()

	s.policy = policy{m.cfg.RetryMin, m.cfg.RetryMax, m.cfg.Gap, m.cfg.IdleRetry, m.cfg.BootSpread, m.cfg.Settle, m.cfg.Probe, m.cfg.StoreRetry, m.cfg.Proven}
	s.told = m.cfg.Base
	timer := time.NewTimer(0)
	defer timer.Stop()
	for event := any(m.load()); ; {
		before := s.busy
		if isResult(event) {
			before = noJob
		}
		s = s.step(input{time.Now(), m.cfg.Random(), event})
		m.publish(s)
		if s.busy != noJob && before == noJob {
			jobs.Add(1)
			go func(s machine) {
				defer jobs.Done()
				done <- m.do(ctx, s)
			}(s)
		}
		timer.Stop()
		if at, ok := s.wake(); ok {
			timer.Reset(time.Until(at))
		}
		if ctx.Err() != nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case event = <-m.resync:
		case event = <-m.fetchIt:
		case event = <-m.idle:
		case event = <-m.restore:
		case event = <-m.userSet:
		case event = <-done:
		case <-timer.C:
			event = tick{}
		}
	}
}

// isResult tells the events that end a job.
func isResult(event any) bool {
	switch event.(type) {
	case fetched, applied, laid, proved, saved:
		return true
	}
	return false
}

// publish makes the snapshot seen.
func (m *Manager) publish(s machine) {
	doc := s.inForce.doc.withUser(s.user)
	m.mu.Lock()
	m.status, m.doc = s.status, doc
	m.mu.Unlock()
	select { // the newest wins
	case <-m.updates:
	default:
	}
	m.updates <- s.status
}

// Status is the newest snapshot.
func (m *Manager) Status() Status {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.status
}

// Updates carries a snapshot after every change; only the newest is kept for a
// slow reader. There is one reader.
func (m *Manager) Updates() <-chan Status { return m.updates }

// Document is the one in force.
func (m *Manager) Document() Document {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.doc
}

// CheckSync asks for a fetch, if the document in force lets this account. Many
// in a row become one fetch. It tells whether that was accepted, and whether
// the phone may restart as well: that is the caller's to do, when idle.
func (m *Manager) CheckSync(e ua.CheckSync) (accepted, reboot bool) {
	accepted, reboot = m.Document().AllowsCheckSync(e.Account)
	if !accepted {
		m.cfg.Log.Warn("check-sync refused by provisioning.check-sync", "account", e.Account)
		return false, false
	}
	m.cfg.Log.Info("check-sync: the configuration will be fetched", "account", e.Account)
	post(m.resync, asked{})
	return true, reboot && e.Reboot
}

// Reprovision asks for a fetch at once, whatever was fetched before.
func (m *Manager) Reprovision() { post(m.fetchIt, asked{force: true}) }

// Idle tells that no call is up: a document that waits can be applied.
func (m *Manager) Idle() { post(m.idle, idled{}) }

// post never blocks: what is in the slot already says the same.
func post[T any](slot chan T, event T) {
	select {
	case slot <- event:
	default:
	}
}

// replace never blocks: the newest wins.
func replace[T any](slot chan T, event T) {
	for {
		select {
		case slot <- event:
			return
		default:
		}
		select {
		case <-slot:
		default:
		}
	}
}
