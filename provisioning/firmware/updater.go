package firmware

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"
)

// Partial is a file that a download fills.
type Partial interface {
	Have() (octets int64, version string)
	Begin(from, total int64, version string) (io.Writer, error)
}

// ErrNotModified is what a Config.Download returns when the file is the version
// that need not be fetched.
var ErrNotModified = errors.New("the file is the one that was no good")

// ErrNoKey is a telephone that takes no other version from anybody.
var ErrNoKey = errors.New("no key is installed that a version could be signed by: see firmware.keys of the agent's file")

// Config is what an Updater works with.
type Config struct {
	Slots     Slots
	Slot      Slot   // whose program this is
	Installed string // version of the installed program
	Version   string // of this one
	Telephone string // its MAC
	Zone      func() *time.Location
	// Download fetches a file, unless it is the version named.
	Download func(ctx context.Context, url, not string, p Partial) error
	// Stuck is which part of the program does not move; "": all do.
	Stuck func(context.Context) string
	// Bound tells whether an account is registered.
	Bound func() bool
	// Restart starts the program anew once nobody uses the telephone.
	Restart func(context.Context)
	// Changed hears of each change of the status.
	Changed func(context.Context, Status)
	// Tell tells whoever wants to know of an event.
	Tell func(event, version, reason string)
	Log  *slog.Logger
}

// Phase is what an Updater is at.
type Phase string

// The phases.
const (
	Idle        Phase = ""
	Downloading Phase = "downloading"
	Ready       Phase = "ready"   // downloaded; waits for its hour, or until nobody uses the telephone
	OnTrial     Phase = "trial"   // this program is
	Failing     Phase = "failing" // what is wished for cannot be had; tried again
)

// Status is what a person wants to know.
type Status struct {
	Phase   Phase
	Slot    Slot
	Wanted  string
	Percent int       // of a download
	Due     time.Time // of the next step
	Missing string    // until it is well, on trial
	Error   string    // why what is wished for is not done
	Failed  string    // why the last other version was given up
}

// patience is how often a telephone that is not well is looked at, once a minute,
// before another version is installed all the same: it may be what it needs.
const patience = 60

// Updater has the telephone run the version that is wished for. It is used by one
// goroutine, but for Use and Status.
type Updater struct {
	Config
	wishes   chan Wish
	wish     Wish
	failures int
	unwell   int // looks, when another version was due

	record sync.Mutex // held while the record is read and written
	placed bool       // one is in its slot since this life: it starts at its end

	mu     sync.Mutex
	status Status
}

// New makes an Updater.
func New(c Config) *Updater {
	return &Updater{Config: c, wishes: make(chan Wish, 1), wish: Wish{Trial: 5 * time.Minute}, status: Status{Slot: c.Slot}}
}

// Use takes another wish. It never waits; one goroutine at a time may call it.
func (u *Updater) Use(w Wish) {
	select {
	case <-u.wishes:
	default:
	}
	u.wishes <- w
}

// Status tells how it is.
func (u *Updater) Status() Status {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.status
}

func (u *Updater) now(ctx context.Context, change func(*Status)) {
	u.mu.Lock()
	change(&u.status)
	s := u.status
	u.mu.Unlock()
	u.Changed(ctx, s)
}

// Run judges this program if it is on trial, and then does what is wished.
func (u *Updater) Run(ctx context.Context) error {
	if u.before(ctx) && !u.acquit(ctx) || !u.judge(ctx) {
		return nil
	}
	for {
		wait := u.step(ctx)
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return nil
		case w := <-u.wishes:
			if w != u.wish {
				u.wish, u.failures = w, 0
			}
		case <-timer.C:
		}
		timer.Stop()
	}
}

// before tells, once, of a version that was given up in an earlier life.
func (u *Updater) before(ctx context.Context) (lately bool) {
	u.record.Lock()
	defer u.record.Unlock()
	r := u.Slots.Load()
	u.now(ctx, func(s *Status) { s.Failed = r.Reason })
	if r.Reason == "" || r.Told {
		return false
	}
	r.Told = true
	err := u.Slots.Save(r)
	if r.Tried {
		err = errors.Join(err, u.Slots.refuse(r.Reason))
	}
	if err != nil {
		u.Log.Warn("what became of the last version is not kept", "error", err)
	}
	u.Log.Error("another version was given up; the one of before runs", "reason", r.Reason)
	u.Tell("firmware-failed", u.Version, r.Reason)
	return r.Tried
}

// acquit sees whether this version becomes well where the last one did not. If not
// either, it was not that one's fault, and it may be tried again. It returns false when the
// program ends.
func (u *Updater) acquit(ctx context.Context) bool {
	for began := time.Now(); time.Since(began) < u.wish.Trial; {
		select {
		case <-ctx.Done():
			return false
		case u.wish = <-u.wishes:
		case <-time.After(lookEvery):
			if u.missing(ctx, u.Slots.Load().Bound) == "" {
				return true
			}
		}
	}
	u.Log.Info("this version does not become well either: the last one may be tried again")
	if err := errors.Join(u.Slots.refuse(""), u.keep(Record.acquit)); err != nil {
		u.Log.Warn("that is not kept", "error", err)
	}
	return true
}

// missing is what keeps the telephone from being well. Where an account was
// registered, one has to be.
func (u *Updater) missing(ctx context.Context, bound bool) string {
	if stuck := u.Stuck(ctx); stuck != "" || !bound || u.Bound() {
		return stuck
	}
	return "no account is registered"
}

// lookEvery is how often a program on trial is looked at; it has to be well twice.
const lookEvery = 5 * time.Second

// judge waits until this program is well, if it is on trial, or gives it up. It
// returns false when the program ends.
func (u *Updater) judge(ctx context.Context) bool {
	r := u.Slots.Load()
	if r.Trial == Installed || r.Trial != u.Slot {
		return true
	}
	began := time.Now()
	u.Log.Info("this version is on trial", "version", u.Version, "start", r.Starts)
	for well := 0; well < 2; {
		select {
		case <-ctx.Done():
			return false
		case u.wish = <-u.wishes:
			continue
		case <-time.After(lookEvery):
		}
		missing := u.missing(ctx, r.Bound)
		if well++; missing != "" {
			well = 0
		}
		ends := began.Add(u.wish.Trial)
		u.now(ctx, func(s *Status) { s.Phase, s.Missing, s.Due = OnTrial, missing, ends })
		if missing != "" && !time.Now().Before(ends) {
			u.giveUp(ctx, "it was not well within "+u.wish.Trial.String()+": "+missing)
			<-ctx.Done()
			return false
		}
	}
	for {
		err := u.keep(Record.Commit)
		if err == nil {
			break
		}
		u.Log.Error("this version is good, and that cannot be kept", "error", err)
		select {
		case <-ctx.Done():
			return false
		case <-time.After(time.Minute):
		}
	}
	u.now(ctx, func(s *Status) { *s = Status{Slot: u.Slot} })
	u.Log.Info("this version is good", "version", u.Version)
	u.Tell("firmware-installed", u.Version, "")
	return true
}

func (u *Updater) giveUp(ctx context.Context, reason string) {
	u.Log.Error("this version is given up", "version", u.Version, "reason", reason)
	if err := u.keep(func(r Record) Record { return r.Fail(reason) }); err != nil {
		u.Log.Error("that cannot be kept; its starts are counted", "error", err)
	}
	u.Restart(ctx)
}

// step does what is next of what is wished, and tells when to look again.
func (u *Updater) step(ctx context.Context) time.Duration {
	why, wanted := u.wish.Wanted(u.Version, u.Telephone)
	if wanted && len(u.Slots.Keys) == 0 {
		why, wanted = ErrNoKey.Error(), false
	}
	if !wanted {
		u.now(ctx, func(s *Status) { *s = Status{Slot: u.Slot, Failed: s.Failed, Error: why} })
		return 24 * time.Hour
	}
	u.now(ctx, func(s *Status) { s.Wanted, s.Error = u.wish.Version, "" })
	wait, err := u.get(ctx)
	switch {
	case err == nil:
		u.failures = 0
		return wait
	case ctx.Err() != nil:
		return 0
	}
	u.failures++
	wait = u.again()
	u.now(ctx, func(s *Status) { s.Phase, s.Error, s.Due = Failing, err.Error(), time.Now().Add(wait) })
	u.Log.Warn("the wanted version is not installed", "version", u.wish.Version, "error", err, "again", wait.Round(time.Second))
	return wait
}

// again is how long to wait after failures: each telephone some time of its own.
func (u *Updater) again() time.Duration {
	wait := min(time.Minute<<min(u.failures-1, 10), 6*time.Hour)
	return wait + wait*time.Duration(spread(u.Telephone)%64)/128
}

// get fetches what is wished for and, when its time has come, has it started.
func (u *Updater) get(ctx context.Context) (time.Duration, error) {
	if u.waits() {
		u.now(ctx, func(s *Status) { s.Phase = Ready })
		return 24 * time.Hour, nil
	}
	p, err := u.Slots.openPart(u.wish.URL, func(percent int) { u.now(ctx, func(s *Status) { s.Percent = percent }) })
	if err != nil {
		return 0, err
	}
	if !p.whole() {
		u.now(ctx, func(s *Status) { s.Phase, s.Percent, s.Due = Downloading, 0, time.Time{} })
		u.Log.Info("another version is fetched", "version", u.wish.Version, "have", p.have)
		err := errors.Join(u.Download(ctx, u.wish.URL, p.refusedVersion(), p), p.close())
		if errors.Is(err, ErrNotModified) {
			return 0, fmt.Errorf("%w: %s", ErrNotModified, p.of.Why)
		}
		if err != nil {
			return 0, err
		}
	}
	m, err := u.accept(u.Slots.Check(u.Slots.Part()))
	if err != nil {
		return 0, err
	}
	now := time.Now().In(u.Zone())
	due := u.wish.Due(now, u.Telephone)
	if due.After(now) {
		u.now(ctx, func(s *Status) { s.Phase, s.Due = Ready, due })
		return due.Sub(now), nil
	}
	bound := u.Bound()
	if missing := u.missing(ctx, true); missing != "" && u.unwell < patience {
		u.unwell++ // whether another version is well could not be told
		u.now(ctx, func(s *Status) { s.Phase, s.Due, s.Missing = Ready, now.Add(time.Minute), missing })
		return time.Minute, nil
	}
	u.record.Lock()
	_, err = u.Slots.Install(u.Slots.Part(), u.Installed, bound, u.allows)
	u.placed = u.placed || err == nil
	u.record.Unlock()
	if err != nil {
		return 0, err
	}
	u.now(ctx, func(s *Status) { s.Phase, s.Due = Ready, now })
	u.Log.Info("another version starts once nobody uses the telephone", "version", m.Version)
	u.Restart(ctx)
	return 24 * time.Hour, nil
}

// waits tells whether what is wished for is in its slot, and only the restart has
// not come: the document may, meanwhile, again.
func (u *Updater) waits() bool {
	u.record.Lock()
	defer u.record.Unlock()
	r := u.Slots.Load()
	return u.placed && r.Trial != Installed && u.wish.Allows(Manifest{Version: r.Version}, u.Version) == nil
}

// accept has a file that is no good not fetched again.
func (u *Updater) accept(m Manifest, err error) (Manifest, error) {
	if err == nil {
		err = u.allows(m)
	}
	if err == nil {
		return m, nil
	}
	keep := u.Slots.refuse
	if errors.Is(err, ErrDamaged) || errors.Is(err, ErrNoFirmware) || errors.Is(err, ErrSignature) {
		keep = u.Slots.damaged
	}
	return m, errors.Join(err, u.Slots.Disk.Remove(u.Slots.Part()), keep(err.Error()))
}

func (u *Updater) allows(m Manifest) error {
	r := u.Slots.Load()
	if slices.Contains(r.Failed, m.SHA256) {
		return fmt.Errorf("this very program was given up before: %s", r.Reason)
	}
	if m.SHA256 == u.Slots.sum(u.Slot) {
		return errors.New("this very program runs, and calls itself " + u.Version + ", not " + m.Version + ": sign it by the version it has")
	}
	return u.wish.Allows(m, u.Version)
}

// keep changes the record.
func (u *Updater) keep(change func(Record) Record) error {
	u.record.Lock()
	defer u.record.Unlock()
	return u.Slots.Save(change(u.Slots.Load()))
}

// InstallFile puts the program of a file on trial, whatever is wished for, and starts
// it once nobody uses the telephone. Any goroutine may call it.
func (u *Updater) InstallFile(ctx context.Context, path string) (m Manifest, err error) {
	if m, err = u.Slots.Check(path); err != nil {
		return m, err
	}
	if err := u.Slots.Disk.MkdirAll(u.Slots.Dir); err != nil {
		return m, err
	}
	copied := u.Slots.hand()
	if err := u.copy(path, copied); err != nil {
		return m, errors.Join(err, u.Slots.Disk.Remove(copied))
	}
	u.record.Lock()
	defer u.record.Unlock()
	m, err = u.Slots.Install(copied, u.Installed, u.Bound(), func(Manifest) error { return nil })
	if err == nil {
		u.placed = true
		u.Log.Info("another version was installed by hand; it starts once nobody uses the telephone", "version", m.Version)
		u.Restart(ctx)
	}
	return m, err
}

func (u *Updater) copy(path, to string) error {
	from, err := os.Open(path)
	if err != nil {
		return err
	}
	defer from.Close()
	info, err := from.Stat()
	if err != nil {
		return err
	}
	if err := u.Slots.Room(info.Size()); err != nil {
		return err
	}
	file, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, from)
	return errors.Join(err, file.Close())
}

// Back returns to the version of before. Any goroutine may call it.
func (u *Updater) Back(ctx context.Context) error {
	u.record.Lock()
	defer u.record.Unlock()
	r := u.Slots.Load()
	m, _ := u.Slots.Check(u.Slots.Program(u.Slot)) // of the installed one there is none
	r, ok := r.Back(m.SHA256)
	if !ok {
		return errors.New("the installed program runs: there is none before it")
	}
	if err := u.Slots.Save(r); err != nil {
		return err
	}
	u.Restart(ctx)
	return nil
}
