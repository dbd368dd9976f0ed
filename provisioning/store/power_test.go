package store

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"testing"
)

// errPower is what every operation returns once the power is gone.
var errPower = errors.New("the power is gone")

// paperDisk is a disk that remembers what is durable and what is not yet. Its
// power goes after a number of operations; what may then be found is every
// state that a journalling file system may leave.
type paperDisk struct {
	names  map[string]int // durable directory: name to file
	files  map[int][]byte // durable contents
	log    []func(map[string]int)
	live   map[string]int // as the program sees it
	born   map[int][][]byte
	next   int
	budget int // operations until the power goes; negative: it never does
	ops    int
}

func newPaper(budget int) *paperDisk {
	return &paperDisk{names: map[string]int{}, files: map[int][]byte{}, live: map[string]int{}, born: map[int][][]byte{}, budget: budget}
}

func (d *paperDisk) spend() bool {
	d.ops++
	return d.budget < 0 || d.ops <= d.budget
}

func (d *paperDisk) MkdirAll(string) error { return nil }

func (d *paperDisk) ReadDir(string) ([]string, error) { return slices.Sorted(maps.Keys(d.live)), nil }

func (d *paperDisk) Remove(path string) error {
	if !d.spend() {
		return errPower
	}
	name := filepath.Base(path)
	d.change(func(m map[string]int) { delete(m, name) })
	return nil
}

func (d *paperDisk) ReadFile(path string) ([]byte, error) {
	id, ok := d.live[filepath.Base(path)]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return d.files[id], nil
}

func (d *paperDisk) change(f func(map[string]int)) {
	f(d.live)
	d.log = append(d.log, f)
}

// Write is create, write and sync: three points for the power to go.
func (d *paperDisk) Write(path string, data []byte) error {
	if !d.spend() {
		return errPower
	}
	d.next++
	id, name := d.next, filepath.Base(path)
	d.files[id] = nil
	d.change(func(m map[string]int) { m[name] = id })
	if !d.spend() {
		return errPower
	}
	// Not synced: nothing, a part, or zeros may be there after a power cut.
	d.born[id] = [][]byte{nil, data[:len(data)/2], make([]byte, len(data)), data}
	if !d.spend() {
		return errPower
	}
	d.files[id] = data
	delete(d.born, id)
	return nil
}

func (d *paperDisk) Rename(from, to string) error {
	if !d.spend() {
		return errPower
	}
	a, b := filepath.Base(from), filepath.Base(to)
	if _, ok := d.live[a]; !ok {
		return fs.ErrNotExist
	}
	d.change(func(m map[string]int) {
		if id, ok := m[a]; ok {
			m[b] = id
			delete(m, a)
		}
	})
	return nil
}

func (d *paperDisk) SyncDir(string) error {
	if !d.spend() {
		return errPower
	}
	d.names, d.log = maps.Clone(d.live), nil
	return nil
}

// aftermath lists every disk that may be found when the power is back: each
// number of directory changes that reached the platter, in order, with each
// content that an unsynced file may have.
func (d *paperDisk) aftermath() []*paperDisk {
	var all []*paperDisk
	for done := range len(d.log) + 1 {
		names := maps.Clone(d.names)
		for _, f := range d.log[:done] {
			f(names)
		}
		contents := []map[int][]byte{maps.Clone(d.files)}
		for _, id := range slices.Sorted(maps.Keys(d.born)) {
			var more []map[int][]byte
			for _, base := range contents {
				for _, content := range d.born[id] {
					one := maps.Clone(base)
					one[id] = content
					more = append(more, one)
				}
			}
			contents = more
		}
		for _, files := range contents {
			after := newPaper(-1)
			after.names, after.live, after.files, after.next = names, maps.Clone(names), files, d.next
			all = append(all, after)
		}
	}
	return all
}

// history saves a, b, c, until the power goes; it returns how many saves were
// promised to be durable.
func history(d Disk) (promised int) {
	s, err := Open("state", d)
	if err != nil {
		return 0
	}
	for i, text := range texts {
		if _, err := s.Save(record(text)); err != nil {
			return i
		}
	}
	return len(texts)
}

// texts are more than the history keeps.
var texts = []string{"a", "b", "c", "d", "e", "f", "g"}

func TestDir_survives_a_power_cut_at_every_operation(t *testing.T) {
	whole := newPaper(-1)
	history(whole)
	disks := 0
	for budget := range whole.ops + 1 {
		d := newPaper(budget)
		promised := history(d)
		for i, after := range d.aftermath() {
			disks++
			t.Run(fmt.Sprintf("operation %d, disk %d", budget, i), func(t *testing.T) { survived(t, after, promised) })
		}
	}
	t.Logf("%d points for the power to go, %d disks found after them", whole.ops+1, disks)
}

// survived wants the newest promised document or the one being saved, whole,
// and a store that goes on working.
func survived(t *testing.T, d *paperDisk, promised int) {
	s, err := Open("state", d)
	if err != nil {
		t.Fatal(err)
	}
	records, err := s.Load()
	if err != nil {
		t.Error(err)
	}
	names := append([]string{""}, texts...)
	allowed := []string{names[promised], names[min(promised+1, len(texts))]}
	got := ""
	if len(records) > 0 {
		got = records[0].Meta.Hash[1:]
		if !bytes.Equal(records[0].Data, record(got).Data) {
			t.Errorf("document %s is not whole: %q", got, records[0].Data)
		}
	}
	if !slices.Contains(allowed, got) {
		t.Fatalf("found %q, want one of %q", got, allowed)
	}
	if _, err := s.Save(record("next")); err != nil {
		t.Fatal(err)
	}
	records, err = s.Load()
	if err != nil || records[0].Meta.Hash != "hnext" || got != "" && (len(records) < 2 || records[1].Meta.Hash != "h"+got) {
		t.Errorf("the next save: %v, %v", records, err)
	}
}
