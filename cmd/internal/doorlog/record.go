// Package doorlog keeps what happened at a door in a file that only grows. Each
// line holds the hash of the one before, so that a line which was changed, taken
// out or put in is found.
//
// The hashes need no secret: who may write the folder may write a whole new
// chain. Against that the newest hash has to be known elsewhere; the program's
// own log, and with it any log server, is told of it.
package doorlog

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Record is one line.
type Record struct {
	Number uint64    `json:"n"` // from 1, without a gap
	Time   time.Time `json:"time"`
	Event  string    `json:"event"`
	Text   string    `json:"text,omitzero"`
	Relay  string    `json:"relay,omitzero"`
	Who    string    `json:"who,omitzero"` // the far end
	By     string    `json:"by,omitzero"`  // exit, command, keypad, or a code's name
	Before string    `json:"before"`       // hash of the line before, "" at the beginning
	Hash   string    `json:"hash,omitzero"`
}

// sealed is the record with its hash, and its line without the end of line.
func (r Record) sealed() (Record, []byte, error) {
	r.Hash = ""
	plain, err := json.Marshal(r)
	if err != nil {
		return r, nil, err
	}
	sum := sha256.Sum256(plain)
	r.Hash = hex.EncodeToString(sum[:])
	line, err := json.Marshal(r)
	return r, line, err
}

var errChanged = errors.New("does not have its hash: it was changed")

// parse reads a line, which has to be as Append writes it to the last byte.
func parse(line []byte) (Record, error) {
	var r Record
	if err := json.Unmarshal(line, &r); err != nil {
		return r, fmt.Errorf("is no entry: %w", err)
	}
	_, want, err := r.sealed()
	if err != nil {
		return r, err
	}
	if !bytes.Equal(line, want) {
		return r, errChanged
	}
	return r, nil
}

// follows says what is wrong with a record after another, nil for nothing.
func (r Record) follows(last Record) error {
	switch {
	case r.Number != last.Number+1:
		return fmt.Errorf("is entry %d, and the one before is %d: entries were taken out or put in", r.Number, last.Number)
	case r.Before != last.Hash:
		return errors.New("was not written after the entry before it")
	}
	return nil
}
