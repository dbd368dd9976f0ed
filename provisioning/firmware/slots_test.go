package firmware

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"testing"

	"offhook/provisioning/store/storetest"
)

// paper is a disk whose power goes.
type paper struct{ *storetest.Paper }

type inMemory struct{ *bytes.Reader }

func (inMemory) Close() error { return nil }

func (p paper) Open(path string) (File, int64, error) {
	data, err := p.ReadFile(path)
	return inMemory{bytes.NewReader(data)}, int64(len(data)), err
}

func (p paper) MakeProgram(path string) error {
	data, err := p.ReadFile(path)
	if err != nil {
		return err
	}
	return p.Write(path, data)
}

func slots(p *storetest.Paper) Slots {
	return Slots{Dir: "state", Disk: paper{p}, Keys: keys("maker"), Target: here}
}

func anything(Manifest) error { return nil }

const packaged = "v1"

// put has a download of a version installed.
func put(t *testing.T, s Slots, version string) error {
	if err := s.Disk.Write(s.Part(), program(t, version, here, "maker")); err != nil {
		return err
	}
	_, err := s.Install(s.Part(), packaged, true, anything)
	return err
}

// started is the version that runs now.
func started(t *testing.T, s Slots) string {
	t.Helper()
	path, _, _ := s.Choose(packaged)
	if path == "" {
		return packaged
	}
	m, err := s.Check(path)
	if err != nil {
		t.Fatalf("%s is run, and: %v", path, err)
	}
	return m.Version
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestSlots_a_good_version_stays_a_bad_one_goes(t *testing.T) {
	p := storetest.NewPaper(-1)
	s := slots(p)
	must(t, p.MkdirAll("state"))
	want := func(what string, versions ...string) {
		t.Helper()
		for i, version := range versions {
			if got := started(t, s); got != version {
				t.Errorf("%s, start %d: %s, want %s", what, i+1, got, version)
			}
		}
	}
	want("nothing installed", packaged, packaged)
	must(t, put(t, s, "v2"))
	want("on trial", "v2", "v2")
	must(t, s.Save(s.Load().Commit()))
	want("good", "v2", "v2", "v2", "v2", "v2")
	must(t, put(t, s, "v3"))
	want("never well", "v3", "v3", "v3", "v2", "v2")
	if r := s.Load(); r.Reason != "version v3: it was started three times and did not become well" || len(r.Failed) != 1 {
		t.Errorf("%+v", r)
	}
	must(t, put(t, s, "v4"))
	want("on trial again", "v4")
	must(t, s.Save(s.Load().Fail("no account is registered")))
	want("given up", "v2", "v2")
	must(t, put(t, s, "v5"))
	must(t, s.Save(s.Load().Commit()))
	want("the other slot", "v5", "v5")
	back, ok := s.Load().Back("sum of v5")
	must(t, s.Save(back))
	want("back by hand", "v2", "v2")
	back, _ = s.Load().Back("sum of v2")
	must(t, s.Save(back))
	want("back again", packaged, packaged)
	if _, again := s.Load().Back(""); !ok || again {
		t.Error("there is nothing before what was installed")
	}
}

func TestSlots_another_installed_program_is_meant(t *testing.T) {
	p := storetest.NewPaper(-1)
	s := slots(p)
	must(t, p.MkdirAll("state"))
	must(t, put(t, s, "v2"))
	must(t, s.Save(s.Load().Commit()))
	if path, _, err := s.Choose("v1.5"); path != "" || err != nil {
		t.Errorf("%s is run after a package was installed, %v", path, err)
	}
	if path, _, err := s.Choose("v1.5"); path != "" || err != nil {
		t.Errorf("%s is run at the start after that, %v", path, err)
	}
}

func TestSlots_what_does_not_verify_is_never_run(t *testing.T) {
	for _, c := range []struct {
		arrow string
		bad   func(good []byte) []byte
		want  string
	}{
		{"a bit of it changed -> the one before", func(good []byte) []byte { good[9] ^= 4; return good }, "damaged"},
		{"cut -> the one before", func(good []byte) []byte { return good[:500] }, "no signed program"},
		{"by another -> the one before", func([]byte) []byte { return program(t, "v9", here, "thief") }, "signature"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			p := storetest.NewPaper(-1)
			s := slots(p)
			must(t, p.MkdirAll("state"))
			must(t, s.Disk.Write(s.Part(), c.bad(program(t, "v2", here, "maker"))))
			if _, err := s.Install(s.Part(), packaged, true, anything); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("installed: %v", err)
			}
			if _, err := p.ReadFile(s.Part()); err == nil {
				t.Error("it is still there")
			}
			if got := started(t, s); got != packaged {
				t.Errorf("%s runs", got)
			}
			must(t, put(t, s, "v2"))
			must(t, s.Save(s.Load().Commit()))
			must(t, put(t, s, "v3"))
			must(t, s.Save(s.Load().Commit()))
			_, slot, err := s.Choose(packaged)
			must(t, err)
			must(t, s.Disk.Write(s.Program(slot), c.bad(program(t, "v3", here, "maker"))))
			if got := started(t, s); got != "v2" {
				t.Errorf("%s runs in place of a damaged v3", got)
			}
			if r := s.Load(); !strings.Contains(r.Reason, c.want) {
				t.Errorf("%+v", r)
			}
		})
	}
}

func TestSlots_starts_that_cannot_be_counted_are_not_made(t *testing.T) {
	p := storetest.NewPaper(-1)
	s := slots(p)
	must(t, p.MkdirAll("state"))
	must(t, put(t, s, "v2"))
	full := &storetest.Broken{Disk: p}
	full.Break(errors.New("no space left"), false)
	s.Disk = brokenDisk{full, paper{p}}
	for range 5 {
		path, _, err := s.Choose(packaged)
		if path != "" || err == nil || !strings.Contains(err.Error(), "no space left") {
			t.Errorf("%q, %v", path, err)
		}
	}
}

// brokenDisk is a broken one with what of firmware's disk it has not.
type brokenDisk struct {
	*storetest.Broken
	paper paper
}

func (d brokenDisk) Open(path string) (File, int64, error) { return d.paper.Open(path) }
func (d brokenDisk) MakeProgram(path string) error         { return d.paper.MakeProgram(path) }

func TestSlots_refused_by_who_asked(t *testing.T) {
	p := storetest.NewPaper(-1)
	s := slots(p)
	must(t, p.MkdirAll("state"))
	must(t, s.Disk.Write(s.Part(), program(t, "v0.1", here, "maker")))
	older := errors.New("older")
	if _, err := s.Install(s.Part(), packaged, true, func(Manifest) error { return older }); !errors.Is(err, older) {
		t.Error(err)
	}
	if got := started(t, s); got != packaged {
		t.Errorf("%s runs", got)
	}
}

// life is a telephone's until the power goes: v2 is good, v3 never becomes well. It
// tells what was promised.
func life(t *testing.T, p *storetest.Paper) (promised string) {
	s := slots(p)
	promised = packaged
	if p.MkdirAll("state") != nil || put(t, s, "v2") != nil {
		return promised
	}
	if _, _, err := s.Choose(packaged); err != nil {
		return promised
	}
	if s.Save(s.Load().Commit()) != nil {
		return promised
	}
	promised = "v2"
	if put(t, s, "v3") != nil {
		return promised
	}
	for range maxStarts + 1 {
		if _, _, err := s.Choose(packaged); err != nil {
			return promised
		}
	}
	return promised
}

func TestSlots_survive_a_power_cut_at_every_operation(t *testing.T) {
	whole := storetest.NewPaper(-1)
	life(t, whole)
	disks := 0
	for budget := range whole.Operations() + 1 {
		p := storetest.NewPaper(budget)
		promised := life(t, p)
		for i, after := range p.Aftermath() {
			disks++
			t.Run(fmt.Sprintf("operation %d, disk %d", budget, i), func(t *testing.T) {
				s := slots(after)
				var last string
				for range maxStarts + 2 { // what is on trial does not become well
					last = started(t, s)
				}
				if last != promised && (promised != packaged || last != "v2" || s.Load().Slot == Installed) {
					t.Errorf("%s runs in the end, promised was %s: %+v", last, promised, s.Load())
				}
				must(t, after.MkdirAll("state"))
				must(t, put(t, s, "v4"))
				if got := started(t, s); got != "v4" {
					t.Errorf("%s runs after another was installed", got)
				}
			})
		}
	}
	t.Logf("%d points for the power to go, %d disks found after them", whole.Operations()+1, disks)
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"installed":"v1","slot":"a","trial":"b","starts":2}`))
	f.Add([]byte(`{"installed":"v1","slot":"../x"}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		r := parseRecord(data)
		for range maxStarts + 2 {
			var slot Slot
			if r, slot = r.Start("v1"); slot != Installed && slot != A && slot != B {
				t.Fatalf("slot %q", slot)
			}
		}
		if r.Trial != Installed {
			t.Errorf("%+v is on trial for ever", r)
		}
	})
}
