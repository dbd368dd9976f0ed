package doorlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// The files of a folder: the log, what it was before it grew too large, and the
// number and hash of the newest entry.
const (
	current = "door.log"
	older   = "door.log.1"
	newest  = "door.head"
)

// maxSize is when another file begins; two are kept.
const maxSize = 1 << 20

// Log is the log of one folder. One goroutine uses it.
type Log struct {
	dir  string
	max  int64
	file *os.File
	size int64
	last Record
}

// Open goes on where the folder's log ended. What a power cut left of a line is
// taken away.
func Open(dir string) (*Log, error) {
	l := &Log{dir: dir, max: maxSize}
	if err := l.open(); err != nil {
		return nil, fmt.Errorf("the door's log: %w", err)
	}
	return l, nil
}

func (l *Log) open() error {
	path := filepath.Join(l.dir, current)
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	whole := bytes.LastIndexByte(data, '\n') + 1
	if l.last, err = l.ending(data[:whole]); err != nil {
		return err
	}
	if l.file, err = os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err != nil {
		return err
	}
	l.size = int64(whole)
	if err := l.file.Truncate(l.size); err != nil {
		l.file.Close()
		return err
	}
	return nil
}

// ending is the newest entry, to write the next after: of the file, of the one
// before it when this is empty, and else what the head says.
func (l *Log) ending(data []byte) (Record, error) {
	if len(data) == 0 {
		before, err := os.ReadFile(filepath.Join(l.dir, older))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return Record{}, err
		}
		data = before
	}
	var last Record
	for line := range bytes.Lines(data) {
		if r, err := parse(bytes.TrimSuffix(line, []byte("\n"))); err == nil {
			last = r // damaged ones stay where they are, for Verify to find
		}
	}
	if last.Number > 0 {
		return last, nil
	}
	return head(l.dir)
}

// head is the newest entry's number and hash, as they were noted.
func head(dir string) (r Record, err error) {
	data, err := os.ReadFile(filepath.Join(dir, newest))
	if errors.Is(err, fs.ErrNotExist) {
		return Record{}, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &r)
	}
	if err != nil {
		return Record{}, fmt.Errorf("%s: %w", newest, err)
	}
	return r, nil
}

// Append writes a record, whose number and hashes it fills in, to the disk.
func (l *Log) Append(r Record) (Record, error) {
	if l.size >= l.max {
		if err := l.rotate(); err != nil {
			return r, fmt.Errorf("the door's log: %w", err)
		}
	}
	r.Number, r.Before = l.last.Number+1, l.last.Hash
	r, line, err := r.sealed()
	if err == nil {
		err = l.write(append(line, '\n'))
	}
	if err != nil {
		return r, fmt.Errorf("the door's log: %w", err)
	}
	l.last = r
	return r, l.note()
}

// write leaves the whole line or nothing.
func (l *Log) write(line []byte) error {
	_, err := l.file.Write(line)
	if err == nil {
		err = l.file.Sync()
	}
	if err != nil {
		_ = l.file.Truncate(l.size) // of a full disk; what stays is cut away by the next Open
		return err
	}
	l.size += int64(len(line))
	return nil
}

// note writes the head after the entry: a power cut in between leaves a head that
// is behind, which is no fault.
func (l *Log) note() error {
	data, err := json.Marshal(Record{Number: l.last.Number, Time: l.last.Time, Hash: l.last.Hash})
	if err == nil {
		err = renameio.WriteFile(filepath.Join(l.dir, newest), data, 0o600)
	}
	if err != nil {
		return fmt.Errorf("the door's log: %w", err)
	}
	return nil
}

func (l *Log) rotate() error {
	if err := os.Rename(filepath.Join(l.dir, current), filepath.Join(l.dir, older)); err != nil {
		return err
	}
	file, err := os.OpenFile(filepath.Join(l.dir, current), os.O_CREATE|os.O_EXCL|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	l.file.Close()
	l.file, l.size = file, 0
	return nil
}

// Close closes the file.
func (l *Log) Close() error { return l.file.Close() }
