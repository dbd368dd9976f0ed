package doorlog

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// Fault is what is wrong with a line.
type Fault struct {
	File string
	Line int
	Err  error
}

func (f *Fault) Error() string { return fmt.Sprintf("%s:%d: %v", f.File, f.Line, f.Err) }
func (f *Fault) Unwrap() error { return f.Err }

// Report is what Read found.
type Report struct {
	Entries int
	First   uint64 // number of the oldest that is kept
	Last    Record
	Faults  []*Fault
}

// Read hands out the entries that are kept, the oldest first, and says what is
// wrong with their chain. An entry that cannot be read is not handed out. The log
// may be written meanwhile.
func Read(dir string, each func(Record)) (Report, error) {
	var report Report
	h, fault := head(dir) // first: entries are written before it is
	files, err := snapshot(dir)
	if err != nil {
		return report, fmt.Errorf("the door's log: %w", err)
	}
	if len(files) == 0 && h.Number == 0 && fault == nil {
		return report, fmt.Errorf("the door's log: %w", &fs.PathError{Op: "open", Path: filepath.Join(dir, current), Err: fs.ErrNotExist})
	}
	for _, name := range []string{older, current} {
		report.file(name, files[name], each)
	}
	if fault == nil {
		fault = report.against(h)
	}
	if fault != nil {
		report.Faults = append(report.Faults, &Fault{newest, 1, fault})
	}
	return report, nil
}

// snapshot reads both files as they are at one time: the one may become the other
// in between, and then they are read again.
func snapshot(dir string) (map[string][]byte, error) {
	for {
		before := identity(dir)
		files := map[string][]byte{}
		for _, name := range []string{older, current} {
			data, err := os.ReadFile(filepath.Join(dir, name))
			switch {
			case err == nil:
				files[name] = data
			case !errors.Is(err, fs.ErrNotExist):
				return nil, err
			}
		}
		if after := identity(dir); before == nil && after == nil || os.SameFile(before, after) {
			return files, nil
		}
	}
}

// identity tells the older file from others of its name; nil without one.
func identity(dir string) os.FileInfo {
	info, err := os.Stat(filepath.Join(dir, older))
	if err != nil {
		return nil
	}
	return info
}

// against says what the head finds wrong with the end of the log. A power cut
// leaves a head that is one entry behind, or none after the first.
func (r *Report) against(h Record) error {
	switch {
	case h.Number == 0 && r.Last.Number > 1:
		return errors.New("is missing: entries may have been taken from the end")
	case h.Number > r.Last.Number:
		return fmt.Errorf("tells of %d entries: %d were taken from the end", h.Number, h.Number-r.Last.Number)
	case h.Number == r.Last.Number && h.Hash != r.Last.Hash:
		return errors.New("has another hash than the newest entry: the log was written anew")
	}
	return nil
}

// file reads one file. A line at the end that is not whole was cut by a power
// failure and is nothing yet.
func (r *Report) file(name string, data []byte, each func(Record)) {
	n := 0
	for line := range bytes.Lines(data) {
		n++
		text, whole := bytes.CutSuffix(line, []byte("\n"))
		if !whole && name == current {
			return
		}
		record, err := parse(text)
		if err == nil && r.Entries > 0 {
			err = record.follows(r.Last)
		}
		if err != nil {
			r.Faults = append(r.Faults, &Fault{name, n, err})
		}
		if record.Number == 0 {
			continue
		}
		if r.Entries == 0 {
			r.First = record.Number
		}
		r.Entries++
		r.Last = record
		each(record)
	}
}
