package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/provisioning"
)

func record(text string) provisioning.Record {
	return provisioning.Record{
		Meta: provisioning.Meta{Step: "pinned", URL: "https://prov.example/x", ETag: `"1"`, Hash: "h" + text, Fetched: time.Unix(1e9, 0).UTC()},
		Data: []byte("offhook: 1\n# " + text + "\n"),
	}
}

func saved(t *testing.T, s *Dir, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if _, err := s.Save(record(text)); err != nil {
			t.Fatal(err)
		}
	}
}

// judged saves a record with a verdict.
func judged(t *testing.T, s *Dir, text string, v provisioning.Verdict, number int) int {
	t.Helper()
	r := record(text)
	r.Meta.Verdict, r.Meta.Number = v, number
	n, err := s.Save(r)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// held is what is found, as number, text and the first letter of the verdict.
func held(t *testing.T, s *Dir) string {
	t.Helper()
	records, err := s.Load()
	if err != nil {
		t.Error(err)
	}
	var out []string
	for _, r := range records {
		out = append(out, fmt.Sprintf("%d%s%.1s", r.Meta.Number, r.Meta.Hash[1:], r.Meta.Verdict))
	}
	return strings.Join(out, " ")
}

func TestDir_keeps_the_last_five(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "config")
	s, err := New(path)
	if err != nil {
		t.Fatal(err)
	}
	if records, err := s.Load(); len(records) != 0 || err != nil {
		t.Errorf("a new store holds %v, %v", records, err)
	}
	saved(t, s, "a", "b", "c", "d", "e", "f", "g")
	again, err := New(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := held(t, again); got != "7g 6f 5e 4d 3c" {
		t.Errorf("found %s", got)
	}
	records, _ := again.Load()
	want := record("g")
	want.Meta.Number = 7
	if diff := cmp.Diff(want, records[0]); diff != "" {
		t.Error(diff)
	}
}

func TestDir_history(t *testing.T) {
	type step struct {
		text    string
		verdict provisioning.Verdict
		number  int
	}
	big := strings.Repeat("x", keepSize/3)
	for _, c := range []struct {
		name  string
		steps []step
		want  string
	}{
		{"trial -> confirmed: in its place", []step{{"a", provisioning.Confirmed, 0}, {"b", provisioning.OnTrial, 0}, {"b", provisioning.Confirmed, 2}}, "2bc 1ac"},
		{"many that did not work: the good one stays", []step{{"a", provisioning.Confirmed, 0}, {"b", provisioning.RolledBack, 0}, {"c", provisioning.RolledBack, 0},
			{"d", provisioning.RolledBack, 0}, {"e", provisioning.RolledBack, 0}, {"f", provisioning.RolledBack, 0}, {"g", provisioning.OnTrial, 0}}, "7go 6fr 5er 4dr 1ac"},
		{"one that was removed -> its number", []step{{"a", provisioning.Confirmed, 0}, {"b", provisioning.RolledBack, 7}}, "7br 1ac"},
		{"large ones -> fewer", []step{{big + "a", "", 0}, {big + "b", "", 0}, {big + "c", "", 0}}, "3" + big + "c 2" + big + "b"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := New(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range c.steps {
				judged(t, s, x.text, x.verdict, x.number)
			}
			if got := held(t, s); got != c.want {
				t.Errorf("found %.200s, want %.200s", got, c.want)
			}
		})
	}
}

// A store of the first version had two files; they are the two oldest.
func TestDir_of_the_first_version(t *testing.T) {
	s, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{firstCurrent: "b", firstPrevious: "a"} {
		data, err := encode(record(text))
		if err == nil {
			err = os.WriteFile(filepath.Join(s.path, name), data, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := held(t, s); got != "2b 1a" {
		t.Errorf("found %s", got)
	}
	judged(t, s, "b", provisioning.Confirmed, 2)
	saved(t, s, "c")
	if got := held(t, s); got != "3c 2bc 1a" {
		t.Errorf("after a save: %s", got)
	}
	saved(t, s, "d", "e", "f", "g")
	if got := held(t, s); got != "7g 6f 5e 4d 3c" {
		t.Errorf("after more: %s", got)
	}
}

func TestDir_user(t *testing.T) {
	s, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	if all, err := s.LoadUser(); all != nil || err != nil {
		t.Errorf("a new store has %v, %v", all, err)
	}
	want := []provisioning.UserSetting{{Path: "phone.language", Value: "de", At: time.Unix(1e9, 0).UTC(), Reset: 3}}
	if err := s.SaveUser(want); err != nil {
		t.Fatal(err)
	}
	saved(t, s, "a")
	if all, err := s.LoadUser(); err != nil || cmp.Diff(want, all) != "" {
		t.Errorf("found %v, %v", all, err)
	}
	if err := os.WriteFile(filepath.Join(s.path, userFile), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.LoadUser(); !errors.Is(err, errTorn) {
		t.Errorf("of a torn one: %v", err)
	}
}

func TestDir_is_for_its_owner_only(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	s, err := New(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path, "document.1.new"), []byte("left over"), 0o644); err != nil {
		t.Fatal(err)
	}
	saved(t, s, "a", "b")
	for name, want := range map[string]fs.FileMode{".": 0o700, "document.1": 0o600, "document.2": 0o600} {
		info, err := os.Stat(filepath.Join(path, name))
		if err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: %v %v, want %v", name, info.Mode(), err, want)
		}
	}
}

func TestDir_knows_a_damaged_file(t *testing.T) {
	for _, c := range []struct {
		name   string
		damage func([]byte) []byte
		want   error
	}{
		{"torn", func(b []byte) []byte { return b[:len(b)-3] }, errTorn},
		{"torn in its first line", func(b []byte) []byte { return b[:9] }, errTorn},
		{"empty", func([]byte) []byte { return nil }, errTorn},
		{"one bit", func(b []byte) []byte { b[len(b)-5] ^= 1; return b }, errTorn},
		{"something else", func([]byte) []byte { return []byte(strings.Repeat("hello", 9)) }, errFormat},
	} {
		t.Run(c.name, func(t *testing.T) {
			s, err := New(t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			saved(t, s, "a", "b")
			file := filepath.Join(s.path, "document.2")
			data, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, c.damage(data), 0o600); err != nil {
				t.Fatal(err)
			}
			records, err := s.Load()
			if !errors.Is(err, c.want) || len(records) != 1 || records[0].Meta.Hash != "ha" {
				t.Fatalf("loaded %v, %v", records, err)
			}
			// The damaged file must not push out the whole one.
			saved(t, s, "c")
			records, err = s.Load()
			if stays := c.want == errFormat; (err != nil) != stays || len(records) != 2 || records[0].Meta.Hash != "hc" || records[1].Meta.Hash != "ha" {
				t.Errorf("after a save: %v, %v", records, err)
			}
		})
	}
}

func TestDir_that_cannot_be_written(t *testing.T) {
	s, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	saved(t, s, "a")
	if err := os.Mkdir(filepath.Join(s.path, "document.2.new"), 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Save(record("b")); err == nil || !strings.Contains(err.Error(), "neither full nor read-only") {
		t.Errorf("error %v", err)
	}
	if records, err := s.Load(); err != nil || len(records) != 1 || records[0].Meta.Hash != "ha" {
		t.Errorf("loaded %v, %v", records, err)
	}
	if _, err := New(filepath.Join(s.path, "document.1", "x")); err == nil {
		t.Error("a directory below a file was made")
	}
}

func TestDir_what_is_too_large_is_not_kept(t *testing.T) {
	s, err := New(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	saved(t, s, "a")
	r := record("b")
	r.Data = make([]byte, maxFile)
	if _, err := s.Save(r); err == nil || !strings.Contains(err.Error(), "more than 16777216 bytes") {
		t.Errorf("error %v", err)
	}
	r.Data = r.Data[:maxFile/2]
	if _, err := s.Save(r); err != nil {
		t.Error(err)
	}
	if got := held(t, s); got != "2b" {
		t.Errorf("found %s", got)
	}
}

func FuzzDecode(f *testing.F) {
	whole, err := encode(record("a"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte(magic))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := decode(data)
		if err != nil {
			return
		}
		if again, err := encode(r); err == nil {
			if _, err := decode(again); err != nil {
				t.Fatal(err)
			}
		}
	})
}
