package doorlog

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// written is a folder with a log of so many entries.
func written(t *testing.T, n int, max int64) string {
	t.Helper()
	dir := t.TempDir()
	grow(t, dir, n, max)
	return dir
}

func grow(t *testing.T, dir string, n int, max int64) {
	t.Helper()
	l, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	l.max = max
	for i := range n {
		if _, err := l.Append(Record{Time: noon.Add(time.Duration(i) * time.Second), Event: "opened", Text: fmt.Sprint("entry ", i), By: "code"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, dir string) (Report, []uint64) {
	t.Helper()
	var numbers []uint64
	report, err := Read(dir, func(r Record) { numbers = append(numbers, r.Number) })
	if err != nil {
		t.Fatal(err)
	}
	return report, numbers
}

func TestLog_goes_on_where_it_ended(t *testing.T) {
	dir := written(t, 3, maxSize)
	grow(t, dir, 2, maxSize)
	report, numbers := read(t, dir)
	if len(report.Faults) > 0 || !slices.Equal(numbers, []uint64{1, 2, 3, 4, 5}) || report.First != 1 || report.Last.Number != 5 {
		t.Errorf("%+v, %v", report, numbers)
	}
	if info, err := os.Stat(filepath.Join(dir, current)); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

func TestLog_two_files_are_kept(t *testing.T) {
	dir := written(t, 30, 1500)
	report, numbers := read(t, dir)
	if len(report.Faults) > 0 || report.First < 2 || report.Last.Number != 30 || len(numbers) != 31-int(report.First) || len(numbers) < 5 {
		t.Errorf("%+v, %v", report, numbers)
	}
}

// A file that was begun and has no entry yet goes on from the older one's end.
func TestLog_cut_right_after_a_new_file(t *testing.T) {
	dir := written(t, 3, maxSize)
	if err := os.Rename(filepath.Join(dir, current), filepath.Join(dir, older)); err != nil {
		t.Fatal(err)
	}
	grow(t, dir, 1, maxSize)
	if report, numbers := read(t, dir); len(report.Faults) > 0 || !slices.Equal(numbers, []uint64{1, 2, 3, 4}) {
		t.Errorf("%+v, %v", report, numbers)
	}
}

// A power cut leaves any part of the last line, with the head of the one before.
func TestLog_cut_anywhere_in_a_line(t *testing.T) {
	before := written(t, 2, maxSize)
	kept := contents(t, before)
	grow(t, before, 1, maxSize)
	whole := contents(t, before)
	for cut := len(kept[current]); cut <= len(whole[current]); cut++ {
		dir := t.TempDir()
		put(t, dir, map[string][]byte{current: whole[current][:cut], newest: kept[newest]})
		want := []uint64{1, 2}
		if cut == len(whole[current]) {
			want = append(want, 3)
		}
		if report, numbers := read(t, dir); len(report.Faults) > 0 || !slices.Equal(numbers, want) {
			t.Fatalf("cut at %d: %v, %v", cut, report.Faults, numbers)
		}
		grow(t, dir, 1, maxSize)
		want = append(want, want[len(want)-1]+1)
		if report, numbers := read(t, dir); len(report.Faults) > 0 || !slices.Equal(numbers, want) {
			t.Fatalf("cut at %d, gone on: %v, %v", cut, report.Faults, numbers)
		}
	}
}

func contents(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	out := map[string][]byte{}
	for _, name := range []string{current, newest} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		out[name] = data
	}
	return out
}

func put(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestRead_finds_what_was_done_to_it(t *testing.T) {
	lines := func(edit func([][]byte) [][]byte) func(map[string][]byte) {
		return func(files map[string][]byte) {
			files[current] = bytes.Join(edit(slices.Collect(bytes.Lines(files[current]))), nil)
		}
	}
	cases := []struct {
		name string
		edit func(map[string][]byte)
		want string
	}{
		{"nothing -> nothing", lines(func(l [][]byte) [][]byte { return l }), ""},
		{"an entry was changed", lines(func(l [][]byte) [][]byte {
			l[2] = bytes.Replace(l[2], []byte("opened"), []byte("closed"), 1)
			return l
		}), "door.log:3: does not have its hash: it was changed"},
		{"an entry was written another way", lines(func(l [][]byte) [][]byte {
			l[2] = bytes.Replace(l[2], []byte(`{"n"`), []byte(`{ "n"`), 1)
			return l
		}), "door.log:3: does not have its hash: it was changed"},
		{"an entry was taken out", lines(func(l [][]byte) [][]byte { return slices.Delete(l, 2, 3) }), "door.log:3: is entry 4, and the one before is 2"},
		{"two entries change places", lines(func(l [][]byte) [][]byte { l[2], l[3] = l[3], l[2]; return l }), "door.log:3: is entry 4, and the one before is 2"},
		{"an entry is there twice", lines(func(l [][]byte) [][]byte { return slices.Insert(l, 2, l[1]) }), "door.log:3: is entry 2, and the one before is 2"},
		{"the end was cut off", lines(func(l [][]byte) [][]byte { return l[:3] }), "door.head:1: tells of 5 entries: 2 were taken from the end"},
		{"no entry at all", func(files map[string][]byte) { files[current] = []byte("nonsense\n") }, "door.log:1: is no entry"},
		{"the head is gone", func(files map[string][]byte) { delete(files, newest) }, "door.head:1: is missing"},
		{"the head is nonsense", func(files map[string][]byte) { files[newest] = []byte("{") }, "door.head:1: door.head: unexpected end"},
		{"the log was written anew", lines(func(l [][]byte) [][]byte {
			var last Record
			var out [][]byte
			for range l {
				r, line, err := Record{Number: last.Number + 1, Before: last.Hash, Time: noon, Event: "quiet"}.sealed()
				if err != nil {
					t.Fatal(err)
				}
				last, out = r, append(out, append(line, '\n'))
			}
			return out
		}), "door.head:1: has another hash than the newest entry"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			files := contents(t, written(t, 5, maxSize))
			c.edit(files)
			dir := t.TempDir()
			put(t, dir, files)
			report, _ := read(t, dir)
			got := ""
			if len(report.Faults) > 0 {
				got = report.Faults[0].Error()
			}
			if !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
				t.Errorf("%v, want %q", report.Faults, c.want)
			}
		})
	}
}

// What was damaged stays to be seen, and new entries follow the last good one.
func TestLog_goes_on_after_damage(t *testing.T) {
	dir := written(t, 3, maxSize)
	files := contents(t, dir)
	files[current] = bytes.Replace(files[current], []byte("entry 1"), []byte("entry 7"), 1)
	put(t, dir, files)
	grow(t, dir, 1, maxSize)
	report, numbers := read(t, dir)
	if len(report.Faults) != 1 || report.Faults[0].Line != 2 || !slices.Equal(numbers, []uint64{1, 2, 3, 4}) {
		t.Errorf("%v, %v", report.Faults, numbers)
	}
}

// Whoever checks a log that is being written finds nothing wrong with it.
func TestRead_while_it_is_written(t *testing.T) {
	dir := t.TempDir()
	grow(t, dir, 1, 1500)
	done := make(chan struct{})
	go func() {
		defer close(done)
		grow(t, dir, 300, 1500)
	}()
	for reads := 0; ; reads++ {
		select {
		case <-done:
			if reads < 5 {
				t.Errorf("read %d times only", reads)
			}
			return
		default:
		}
		if report, err := Read(dir, func(Record) {}); err != nil || len(report.Faults) > 0 {
			t.Fatalf("%v, %v", err, report.Faults)
		}
	}
}

func TestErrors_name_the_file(t *testing.T) {
	if _, err := Read(t.TempDir(), nil); err == nil || !strings.Contains(err.Error(), "door.log: file does not exist") {
		t.Errorf("no log: %v", err)
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none")); err == nil || !strings.Contains(err.Error(), "none/door.log: no such file") {
		t.Errorf("no folder: %v", err)
	}
	dir := written(t, 1, maxSize)
	l, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	if _, err := l.Append(Record{}); err == nil || !strings.Contains(err.Error(), "the door's log: ") {
		t.Errorf("closed: %v", err)
	}
}

func FuzzParse(f *testing.F) {
	_, line, err := Record{Number: 1, Event: "opened", Text: "x", Time: noon}.sealed()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(line)
	f.Add([]byte(`{"n":1}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		r, err := parse(line)
		if err != nil {
			return
		}
		if _, again, err := r.sealed(); err != nil || !bytes.Equal(again, line) {
			t.Errorf("%q is taken for %q, %v", line, again, err)
		}
	})
}
