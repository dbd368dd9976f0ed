package store

import (
	"errors"
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
		if err := s.Save(record(text)); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDir_keeps_the_last_two(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state", "config")
	s, err := New(path)
	if err != nil {
		t.Fatal(err)
	}
	if records, err := s.Load(); len(records) != 0 || err != nil {
		t.Errorf("a new store holds %v, %v", records, err)
	}
	saved(t, s, "a", "b", "c")
	again, err := New(path)
	if err != nil {
		t.Fatal(err)
	}
	records, err := again.Load()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]provisioning.Record{record("c"), record("b")}, records); diff != "" {
		t.Error(diff)
	}
}

func TestDir_is_for_its_owner_only(t *testing.T) {
	path := filepath.Join(t.TempDir(), "config")
	s, err := New(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(path, unborn), []byte("left over"), 0o644); err != nil {
		t.Fatal(err)
	}
	saved(t, s, "a", "b")
	for name, want := range map[string]fs.FileMode{".": 0o700, current: 0o600, previous: 0o600} {
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
			file := filepath.Join(s.path, current)
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
			if err != nil || len(records) != 2 || records[0].Meta.Hash != "hc" || records[1].Meta.Hash != "ha" {
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
	if err := os.Mkdir(filepath.Join(s.path, unborn), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := s.Save(record("b")); err == nil || !strings.Contains(err.Error(), "neither full nor read-only") {
		t.Errorf("error %v", err)
	}
	if records, err := s.Load(); err != nil || len(records) != 1 || records[0].Meta.Hash != "ha" {
		t.Errorf("loaded %v, %v", records, err)
	}
	if _, err := New(filepath.Join(s.path, current, "x")); err == nil {
		t.Error("a directory below a file was made")
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
