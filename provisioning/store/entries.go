package store

import (
	"errors"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// entry is a document's file.
type entry struct {
	number int
	name   string
}

// Stores of the first version had two files.
const (
	firstPrevious = "document.previous" // is number 1
	firstCurrent  = "document"          // is number 2
)

// list finds the documents' files, newest first.
func (s *Dir) list() ([]entry, error) {
	names, err := s.disk.ReadDir(s.path)
	var all []entry
	for _, name := range names {
		if n := numberOf(name); n > 0 {
			all = append(all, entry{n, name})
		}
	}
	sort.Slice(all, func(i, j int) bool { return all[i].number > all[j].number })
	return all, err
}

func numberOf(name string) int {
	switch name {
	case firstPrevious:
		return 1
	case firstCurrent:
		return 2
	}
	digits, ok := strings.CutPrefix(name, "document.")
	n, err := strconv.Atoi(digits)
	if !ok || err != nil || strconv.Itoa(n) != digits {
		return 0
	}
	return n
}

// place is where a record goes: to the file that has its number, or to a new one.
func place(kept []entry, number int) entry {
	for _, e := range kept {
		if e.number == number {
			return e
		}
	}
	if number == 0 {
		number = 1
		if len(kept) > 0 {
			number = kept[0].number + 1
		}
	}
	return entry{number, "document." + strconv.Itoa(number)}
}

// prune removes what the history has no room for, and what is damaged. The
// newest that a phone may start with stays. What cannot be removed, or is there
// again after a power cut, is removed the next time.
func (s *Dir) prune() {
	kept, _ := s.list()
	room, size, good := keep, keepSize, false
	for i, e := range kept {
		record, err := s.read(e)
		if err == nil && record.Meta.Good() && !good {
			good = true
			room, size = room-1, size-len(record.Data)
			continue
		}
		spare := room
		if !good {
			spare-- // for the good one, further down
		}
		switch {
		case err != nil && !errors.Is(err, errTorn):
			continue // it may be readable another time, or by another version
		case err == nil && (i == 0 || spare > 0 && size >= len(record.Data)):
			room, size = room-1, size-len(record.Data)
			continue
		}
		_ = s.disk.Remove(filepath.Join(s.path, e.name))
	}
}
