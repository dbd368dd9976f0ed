package chaos

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"offhook/cmd/internal/localapi"
)

// broken is a suite around a telephone that is broken on purpose, with an exchange
// that has never heard of it.
func broken(t *testing.T, state, picture string) *suite {
	t.Helper()
	dir, err := os.MkdirTemp("", "chaos") // short, as a socket's path has to be
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	file, err := filepath.Abs(filepath.Join("..", "..", "screen", "testdata", "320x240", picture+".png"))
	if err != nil {
		t.Fatal(err)
	}
	program := filepath.Join(dir, "liar")
	text := fmt.Sprintf("#!/bin/sh\nexec '%s' %s '%s' '%s' \"$@\"\n", self, liarCommand, state, file)
	if err := os.WriteFile(program, []byte(text), 0o700); err != nil {
		t.Fatal(err)
	}
	k, err := keepBy(t.Context(), dir, "", program)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.close)
	s := &suite{keeper: k, random: rand.New(rand.NewPCG(1, 1)), world: &world{dir: dir, state: dir, exchange: &exchange{}}}
	if err := s.startedAgain(t.Context(), 0, false); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestWitness_catches_a_telephone_that_lies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ state, picture, want string }{
		"registered, status and screen -> both lie":     {"registered", "idle", "status a registration, screen a registration"},
		"registered on the screen alone -> it lies":     {"failed", "idle", "screen a registration"},
		"registered in status alone -> it lies":         {"registered", "idle-unregistered", "status a registration"},
		"a call that is none -> both lie in all":        {"in a call", "in-call", "status a registration, status a call, screen a registration, screen a call"},
		"not registered, and says so -> nothing is one": {"failed", "idle-unregistered", ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := broken(t, c.state, c.picture)
			looks := make(chan struct{})
			w := watch(t.Context(), func() claim { looks <- struct{}{}; return s.world.exchange.truth() }, s.keeper.station)
			for range 4 {
				<-looks
			}
			go func() { // what it is about to see
				for range looks {
				}
			}()
			seen := w.end()
			close(looks)
			got := ""
			for i, l := range judge(seen[:3], allowance{}) {
				if i > 0 {
					got += ", "
				}
				got += l.who + " " + l.what
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// TestSuite_catches_a_telephone_that_is_broken: no check of the faults is content with
// one that only says that it works.
func TestSuite_catches_a_telephone_that_is_broken(t *testing.T) {
	t.Parallel()
	p := func(s *suite) patient { return patient{s.world.dir} }
	for name, c := range map[string]struct {
		state string
		check func(context.Context, *suite) error
	}{
		"the exchange does not know it -> not well": {"registered", func(ctx context.Context, s *suite) error { return s.healthy(ctx, time.Second/2) }},
		"a call without sound -> told":              {"in a call", func(ctx context.Context, s *suite) error { return s.call(ctx) }},
		"sound that does not go on -> told":         {"in a call", func(ctx context.Context, s *suite) error { return s.sounds(ctx) }},
		"keeps nothing -> told after a kill":        {"keeps nothing", func(ctx context.Context, s *suite) error { return s.kept(ctx, "") }},
		"a disk that is well, nothing on it":        {"registered", func(ctx context.Context, s *suite) error { return s.keepsAgain(ctx) }},
		"a codec that is gone and not told of":      {"registered", func(ctx context.Context, s *suite) error { return codecUnplugged(ctx, s, p(s)) }},
		"a bus that is stuck and not told of":       {"registered", func(ctx context.Context, s *suite) error { return busStuckAtStart(ctx, s, p(s)) }},
		"a page that is not there":                  {"registered", func(ctx context.Context, s *suite) error { return s.cutPage(ctx, 0) }},
		"a clock that was never set":                {"registered", func(ctx context.Context, s *suite) error { return s.setClock(ctx, tenYears) }},
	} {
		t.Run(name, func(t *testing.T) {
			s := broken(t, c.state, "idle")
			ctx, cancel := context.WithTimeout(t.Context(), time.Second/2)
			defer cancel()
			if err := c.check(ctx, s); err == nil {
				t.Error("nothing is wrong with it")
			}
		})
	}
}

func TestSuite_of_a_telephone_that_has_ended(t *testing.T) {
	dir := t.TempDir()
	k, err := keepBy(t.Context(), dir, "", "/nowhere/offhook")
	if err != nil {
		t.Fatal(err)
	}
	defer k.close()
	s := &suite{keeper: k, random: rand.New(rand.NewPCG(1, 1)), world: &world{dir: dir, state: dir, exchange: &exchange{}}}
	any := func(localapi.Status) bool { return true }
	for name, check := range map[string]func(context.Context) error{
		"healthy": func(ctx context.Context) error { return s.healthy(ctx, time.Second/10) }, "call": s.call, "sounds": s.sounds,
		"new document": s.newDocument, "kept": func(ctx context.Context) error { return s.kept(ctx, "") },
		"page":  func(ctx context.Context) error { return s.cutPage(ctx, 0) },
		"until": func(ctx context.Context) error { return s.until(ctx, "anything", any) },
	} {
		if err := check(t.Context()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	if s.storeError(t.Context()) == "" {
		t.Error("one that has ended keeps something")
	}
}

func TestStored(t *testing.T) {
	dir := t.TempDir()
	if err := errors.Join(os.MkdirAll(filepath.Join(dir, "a", "b"), 0o700), os.WriteFile(filepath.Join(dir, "a", "b", "c"), []byte("name: Seat 77\n"), 0o600)); err != nil {
		t.Fatal(err)
	}
	if !stored(dir, "Seat 77") || stored(dir, "Seat 78") || stored(filepath.Join(dir, "none"), "Seat 77") {
		t.Error("what is stored is not found, or what is not is")
	}
}

func TestCell_reads_what_the_kernel_tells(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want int
	}{
		"version 1":          {"oom_kill_disable 0\nunder_oom 0\noom_kill 3\n", 3},
		"version 2":          {"low 0\noom 2\noom_kill 7\noom_group_kill 0\n", 7},
		"one that tells not": {"under_oom 0\n", -1},
	} {
		t.Run(name, func(t *testing.T) {
			x := cell{dir: t.TempDir(), usage: "usage", limit: "limit", events: "events"}
			if err := errors.Join(os.WriteFile(filepath.Join(x.dir, "events"), []byte(c.text), 0o600), os.WriteFile(filepath.Join(x.dir, "usage"), []byte("4096\n"), 0o600), x.allow(5)); err != nil {
				t.Fatal(err)
			}
			got, err := x.kills()
			if c.want < 0 && err == nil || c.want >= 0 && (err != nil || got != c.want) {
				t.Errorf("%d, %v; want %d", got, err, c.want)
			}
			if used, err := x.used(); err != nil || used != 4096 {
				t.Errorf("used %d, %v", used, err)
			}
		})
	}
}
