package firmware

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// rig is a telephone that lives several lives, and a server.
type rig struct {
	*testing.T
	dir     string
	wish    Wish
	file    []byte
	tag     string
	breaks  int               // after so many octets of each connection; 0: never
	missing map[string]string // by version: what it never has
	called  map[string]string // by version: what its program calls itself
	fetched int               // connections
	events  []string
}

const address = "https://example.org/offhook"

func newRig(t *testing.T, version string) *rig {
	return &rig{T: t, dir: t.TempDir(), file: program(t, version, here, "maker"), tag: version,
		wish: Wish{URL: address, Version: version, Share: 100, Trial: 5 * time.Minute}, missing: map[string]string{}}
}

// publish puts another version on the server, and wishes for it.
func (r *rig) publish(version string) {
	r.file, r.tag, r.wish.Version = program(r, version, here, "maker"), version, version
}

func (r *rig) download(_ context.Context, url, not string, p Partial) error {
	r.fetched++
	if url != address {
		r.Errorf("%s is asked for", url)
	}
	if not == r.tag {
		return ErrNotModified
	}
	from, version := p.Have()
	if version != r.tag {
		from = 0
	}
	w, err := p.Begin(from, int64(len(r.file)), r.tag)
	if err != nil {
		return err
	}
	rest := r.file[from:]
	if r.breaks > 0 && r.breaks < len(rest) {
		_, err := w.Write(rest[:r.breaks])
		return errors.Join(err, io.ErrUnexpectedEOF)
	}
	_, err = w.Write(rest)
	return err
}

// life runs the telephone until it starts anew, or for so long.
func (r *rig) life(long time.Duration) (version string, status Status) {
	s := r.slots()
	path, slot, err := s.Choose(packaged)
	version = packaged
	if err != nil {
		r.Error(err)
	}
	if path != "" {
		m, err := s.Check(path)
		if err != nil {
			r.Fatal(err)
		}
		version = cmp.Or(r.called[m.Version], m.Version)
	}
	ctx, restart := context.WithTimeout(r.Context(), long)
	defer restart()
	u := r.updater(s, slot, version, restart)
	u.Use(r.wish)
	if err := u.Run(ctx); err != nil {
		r.Error(err)
	}
	return version, u.Status()
}

func (r *rig) slots() Slots {
	return Slots{Dir: r.dir, Disk: OS{}, Keys: keys("maker"), Target: here}
}

// updater is of one life.
func (r *rig) updater(s Slots, slot Slot, version string, restart func()) *Updater {
	return New(Config{Slots: s, Slot: slot, Installed: packaged, Version: version, Telephone: "0004135a0b0c",
		Zone: func() *time.Location { return time.UTC }, Download: r.download, Restart: func(context.Context) { restart() }, Changed: func(context.Context, Status) {}, Log: slog.New(slog.DiscardHandler),
		Stuck: func(context.Context) string {
			if r.missing[version] == "registration" {
				return ""
			}
			return r.missing[version]
		},
		Bound: func() bool { return r.missing[version] != "registration" },
		Tell:  func(event, version, reason string) { r.events = append(r.events, event+" "+version+" "+reason) }})
}

// spoil changes an octet of a file.
func (r *rig) spoil(path string) {
	r.Helper()
	data, err := os.ReadFile(path)
	must(r.T, err)
	data[9] ^= 4
	must(r.T, os.WriteFile(path, data, 0o700))
}

// lives wants these versions to run, one after the other.
func (r *rig) lives(long time.Duration, versions ...string) (last Status) {
	r.Helper()
	for i, want := range versions {
		var got string
		if got, last = r.life(long); got != want {
			r.Errorf("life %d: %s, want %s", i+1, got, want)
		}
	}
	return last
}

func (r *rig) told(want ...string) {
	r.Helper()
	if !slices.Equal(r.events, want) {
		r.Errorf("told %q, want %q", r.events, want)
	}
	r.events = nil
}

func TestUpdater(t *testing.T) {
	for _, c := range []struct {
		arrow string
		run   func(*rig)
	}{
		{"a good version -> fetched, tried, kept", func(r *rig) {
			if s := r.lives(time.Hour, packaged, "v2", "v2"); s != (Status{Slot: A}) {
				r.Errorf("%+v", s)
			}
			r.told("firmware-installed v2 ")
			if r.fetched != 1 {
				r.Errorf("fetched %d times", r.fetched)
			}
		}},
		{"one that is never well -> the one before, why, and not fetched again", func(r *rig) {
			r.lives(time.Hour, packaged, "v2")
			r.publish("v3")
			r.missing["v3"] = "registration"
			r.told("firmware-installed v2 ")
			r.lives(time.Hour, "v2", "v3")
			s := r.lives(time.Hour, "v2")
			const why = "version v3: it was not well within 5m0s: no account is registered"
			if s.Phase != Failing || s.Failed != why || !strings.Contains(s.Error, ErrNotModified.Error()) {
				r.Errorf("%+v", s)
			}
			r.told("firmware-failed v2 " + why)
			r.lives(time.Hour, "v2", "v2")
			r.told()
			r.publish("v4")
			r.lives(time.Hour, "v2", "v4", "v4")
			r.told("firmware-installed v4 ")
		}},
		{"one that crashes -> three starts, then the one before", func(r *rig) {
			r.lives(time.Hour, packaged)
			r.lives(time.Second, "v2", "v2", "v2")
			r.lives(time.Hour, packaged)
			r.told("firmware-failed v1 version v2: it was started three times and did not become well")
		}},
		{"the one before is not well either -> the new one may be tried again", func(r *rig) {
			r.lives(time.Hour, packaged)
			r.missing["v2"], r.missing[packaged] = "registration", "registration" // the exchange is away
			r.lives(30*time.Minute, "v2", packaged)
			r.missing = map[string]string{}
			r.lives(24*time.Hour, packaged, "v2", "v2")
			r.told("firmware-failed v1 version v2: it was not well within 5m0s: no account is registered", "firmware-installed v2 ")
		}},
		{"a telephone that is not well -> an hour later all the same", func(r *rig) {
			r.missing[packaged] = "registration"
			if s := r.lives(50*time.Minute, packaged); s.Phase != Ready || s.Missing != "no account is registered" {
				r.Errorf("%+v", s)
			}
			r.lives(2*time.Hour, packaged, "v2", "v2")
		}},
		{"connections that break -> gone on with, later and later", func(r *rig) {
			r.breaks = len(r.file)/4 + 1
			s := r.lives(time.Minute, packaged)
			if s.Phase != Failing || s.Percent != 25 {
				r.Errorf("%+v", s)
			}
			r.lives(24*time.Hour, packaged, "v2")
			if r.fetched != 4 {
				r.Errorf("%d connections", r.fetched)
			}
		}},
		{"another file meanwhile -> anew", func(r *rig) {
			r.breaks = len(r.file) / 2
			r.lives(time.Second, packaged)
			r.file, r.tag, r.breaks = program(r, "v2", "linux/arm/6", "maker"), "again", 0
			r.lives(24*time.Hour, packaged, "v2")
		}},
		{"a thief's -> refused, and not fetched again until it is another", func(r *rig) {
			r.file = program(r, "v2", here, "thief")
			if s := r.lives(48*time.Hour, packaged); !strings.Contains(s.Error, ErrNotModified.Error()) {
				r.Errorf("%+v", s)
			}
			r.publish("v2")
			r.tag = "mended"
			r.lives(48*time.Hour, packaged, "v2")
		}},
		{"another version than was said -> which", func(r *rig) {
			r.wish.Version = "v2.1"
			if s := r.lives(time.Second, packaged); !strings.Contains(s.Error, "the file is version v2, and firmware.version wants v2.1") {
				r.Errorf("%+v", s)
			}
		}},
		{"a good one that the disk damages -> the one before, and fetched again", func(r *rig) {
			r.lives(time.Hour, packaged, "v2", "v2")
			r.told("firmware-installed v2 ")
			r.spoil(r.slots().Program(A))
			r.lives(48*time.Hour, packaged, "v2", "v2")
			r.told("firmware-failed v1 "+ErrDamaged.Error(), "firmware-installed v2 ")
		}},
		{"one that the disk damages -> none that failed is acquitted", func(r *rig) {
			r.lives(time.Hour, packaged, "v2")
			r.publish("v3")
			r.missing["v3"] = "the phone does not answer"
			r.lives(time.Hour, "v2", "v3", "v2")
			r.spoil(r.slots().Program(A))
			r.missing[packaged] = "registration"
			r.lives(20*time.Minute, packaged)
			if failed := r.slots().Load().Failed; len(failed) != 1 {
				r.Errorf("%q", failed)
			}
		}},
		{"half of it, damaged by a power cut -> once more from its begin", func(r *rig) {
			r.breaks = len(r.file) / 2
			r.lives(time.Second, packaged)
			r.spoil(r.slots().Part())
			r.breaks = 0
			r.lives(24*time.Hour, packaged, "v2")
		}},
		{"damaged at the server -> fetched twice, and not again", func(r *rig) {
			r.file[9] ^= 4
			s := r.lives(24*time.Hour, packaged)
			if !strings.Contains(s.Error, ErrNotModified.Error()+": "+ErrDamaged.Error()) {
				r.Errorf("%+v", s)
			}
			if of := r.slots().loadPartOf(); of.Bad != 2 {
				r.Errorf("%+v", of)
			}
		}},
		{"one that calls itself otherwise -> installed once, and why not again", func(r *rig) {
			r.called = map[string]string{"v2": "v2-3-gabc"}
			r.lives(48*time.Hour, packaged)
			if s := r.lives(48*time.Hour, "v2-3-gabc"); !strings.Contains(s.Error, "calls itself v2-3-gabc, not v2") {
				r.Errorf("%+v", s)
			}
		}},
		{"somebody goes back, and the exchange is away -> not tried again", func(r *rig) {
			r.lives(time.Hour, packaged, "v2", "v2")
			r.missing[packaged] = "registration"
			if err := r.updater(r.slots(), A, "v2", func() {}).Back(r.Context()); err != nil {
				r.Error(err)
			}
			r.lives(30*time.Minute, packaged)
			r.missing = map[string]string{}
			r.lives(48*time.Hour, packaged, packaged)
		}},
		{"the document again, before the restart -> neither fetched nor blamed", func(r *rig) {
			ctx, end := context.WithTimeout(r.Context(), time.Hour)
			defer end()
			u := r.updater(r.slots(), Installed, packaged, func() {}) // a call goes on
			u.Use(r.wish)
			go func() {
				time.Sleep(time.Minute)
				u.Use(r.wish)
			}()
			_ = u.Run(ctx) // its end
			if s := u.Status(); s.Phase != Ready || r.fetched != 1 {
				r.Errorf("fetched %d times: %+v", r.fetched, s)
			}
			r.lives(time.Hour, "v2", "v2")
			r.told("firmware-installed v2 ")
		}},
		{"on trial, and its starts cannot be counted -> not started anew for ever", func(r *rig) {
			r.lives(time.Hour, packaged)
			ctx, end := context.WithTimeout(r.Context(), time.Hour)
			defer end()
			u := r.updater(r.slots(), Installed, packaged, func() { r.Error("started anew") })
			u.Download = func(context.Context, string, string, Partial) error { return io.ErrUnexpectedEOF }
			u.Use(r.wish)
			_ = u.Run(ctx) // its end
		}},
		{"a window -> not before it", func(r *rig) {
			r.wish.Window = "02:00-05:00" // the bubble's clock begins at midnight
			s := r.lives(time.Hour, packaged)
			if s.Phase != Ready || s.Due.Hour() < 2 || s.Due.Hour() > 4 {
				r.Errorf("%+v", s)
			}
			r.lives(5*time.Hour, packaged, "v2")
			if r.fetched != 1 {
				r.Errorf("fetched %d times", r.fetched)
			}
		}},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { c.run(newRig(t, "v2")) })
		})
	}
}

func TestUpdater_a_wish_of_later(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, "v2")
		s := Slots{Dir: r.dir, Disk: OS{}, Target: here}
		ctx, restart := context.WithTimeout(t.Context(), time.Hour)
		defer restart()
		u := New(Config{Slots: s, Installed: packaged, Version: packaged, Zone: func() *time.Location { return time.UTC },
			Download: r.download, Restart: func(context.Context) { restart() }, Changed: func(context.Context, Status) {}, Log: slog.New(slog.DiscardHandler)})
		done := make(chan struct{})
		go func() { defer close(done); _ = u.Run(ctx) }()
		time.Sleep(time.Minute)
		if u.Status() != (Status{}) {
			t.Errorf("%+v", u.Status())
		}
		u.Use(r.wish)
		synctest.Wait()
		if got := u.Status().Error; !strings.Contains(got, "no key") {
			t.Errorf("%q", got)
		}
		restart()
		<-done
	})
}
