// Package storetest has disks that a store must outlive: one whose power goes
// after a number of operations, one that kills its process, one that is broken.
package storetest

import (
	"errors"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"sync"
)

// ErrPower is what every operation returns once the power is gone.
var ErrPower = errors.New("the power is gone")

// Paper is a disk that remembers what is durable and what is not yet. Its power
// goes after a number of operations; what may then be found is every state that
// a journalling file system may leave.
type Paper struct {
	mu     sync.Mutex
	names  map[string]int // durable directory: name to file
	files  map[int][]byte // durable contents
	log    []func(map[string]int)
	live   map[string]int   // as the program sees it
	born   map[int][][]byte // what an unsynced file may hold
	next   int
	budget int // operations until the power goes; negative: it never does
	ops    int
	gone   chan struct{}
}

// NewPaper makes an empty disk whose power goes after budget operations, or
// never if that is negative.
func NewPaper(budget int) *Paper {
	return &Paper{names: map[string]int{}, files: map[int][]byte{}, live: map[string]int{}, born: map[int][][]byte{}, budget: budget, gone: make(chan struct{})}
}

// Operations is how many there were.
func (d *Paper) Operations() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ops
}

// Gone is closed when the power is gone and somebody has noticed.
func (d *Paper) Gone() <-chan struct{} { return d.gone }

func (d *Paper) spend() bool {
	if d.ops++; d.budget < 0 || d.ops <= d.budget {
		return true
	}
	select {
	case <-d.gone:
	default:
		close(d.gone)
	}
	return false
}

// MkdirAll does nothing: there is one directory.
func (d *Paper) MkdirAll(string) error { return nil }

// ReadDir returns the names that the program sees.
func (d *Paper) ReadDir(string) ([]string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Sorted(maps.Keys(d.live)), nil
}

// ReadFile returns what the program sees.
func (d *Paper) ReadFile(path string) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id, ok := d.live[filepath.Base(path)]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return d.files[id], nil
}

func (d *Paper) change(f func(map[string]int)) {
	f(d.live)
	d.log = append(d.log, f)
}

// Write is create, write and sync: three points for the power to go.
func (d *Paper) Write(path string, data []byte) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.spend() {
		return ErrPower
	}
	d.next++
	id, name := d.next, filepath.Base(path)
	d.files[id] = nil
	d.change(func(m map[string]int) { m[name] = id })
	if !d.spend() {
		return ErrPower
	}
	// Not synced: nothing, a part, or zeros may be there after a power cut.
	d.born[id] = [][]byte{nil, data[:len(data)/2], make([]byte, len(data)), data}
	if !d.spend() {
		return ErrPower
	}
	d.files[id] = data
	delete(d.born, id)
	return nil
}

// Rename gives a file another name, not durably yet.
func (d *Paper) Rename(from, to string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.spend() {
		return ErrPower
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

// Remove removes a name, not durably yet.
func (d *Paper) Remove(path string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.spend() {
		return ErrPower
	}
	name := filepath.Base(path)
	d.change(func(m map[string]int) { delete(m, name) })
	return nil
}

// SyncDir makes all names durable.
func (d *Paper) SyncDir(string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.spend() {
		return ErrPower
	}
	d.names, d.log = maps.Clone(d.live), nil
	return nil
}

// Aftermath lists every disk that may be found when the power is back: each
// number of directory changes that reached the platter, in order, with each
// content that an unsynced file may have.
func (d *Paper) Aftermath() []*Paper {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []*Paper
	for done := range len(d.log) + 1 {
		names := maps.Clone(d.names)
		for _, f := range d.log[:done] {
			f(names)
		}
		for _, files := range d.contents() {
			after := NewPaper(-1)
			after.names, after.live, after.files, after.next = names, maps.Clone(names), files, d.next
			all = append(all, after)
		}
	}
	return all
}

// contents is what the files may hold, in every combination.
func (d *Paper) contents() []map[int][]byte {
	all := []map[int][]byte{maps.Clone(d.files)}
	for _, id := range slices.Sorted(maps.Keys(d.born)) {
		var more []map[int][]byte
		for _, base := range all {
			for _, content := range d.born[id] {
				one := maps.Clone(base)
				one[id] = content
				more = append(more, one)
			}
		}
		all = more
	}
	return all
}
