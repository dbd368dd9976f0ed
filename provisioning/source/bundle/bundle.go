// Package bundle keeps several files as one, so that what a phone was given by
// another maker's server is fetched, compared, kept and judged as a whole.
package bundle

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// File is one of them.
type File struct {
	Name string // where it was fetched
	Data []byte
}

// magic begins a bundle; no configuration file begins so.
const magic = "\x00offhook files 1\n"

// Most bounds how many files a bundle may hold.
const Most = 32

// entry is the line before each file.
type entry struct {
	Name string `json:"name"`
	Size int    `json:"size"`
}

// Join makes one of files. A single file is itself: what is stored and shown is
// what the server has.
func Join(files []File) []byte {
	if len(files) == 1 && !bytes.HasPrefix(files[0].Data, []byte(magic)) {
		return files[0].Data
	}
	out := []byte(magic)
	for _, f := range files {
		line, _ := json.Marshal(entry{f.Name, len(f.Data)}) // text and a number
		out = append(append(out, line...), '\n')
		out = append(append(out, f.Data...), '\n')
	}
	return out
}

// ErrDamaged is of a bundle that is not whole.
var ErrDamaged = errors.New("the files kept together are damaged")

// Split undoes Join; what is no bundle is one file of the given name.
func Split(data []byte, name string) ([]File, error) {
	rest, ok := bytes.CutPrefix(data, []byte(magic))
	if !ok {
		return []File{{name, data}}, nil
	}
	var files []File
	for len(rest) > 0 {
		line, after, found := bytes.Cut(rest, []byte("\n"))
		var e entry
		if err := json.Unmarshal(line, &e); err != nil || !found || e.Size < 0 || e.Size+1 > len(after) || len(files) == Most {
			return nil, fmt.Errorf("%w: file %d", ErrDamaged, len(files)+1)
		}
		files = append(files, File{e.Name, after[:e.Size]})
		rest = after[e.Size+1:]
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%w: there is none", ErrDamaged)
	}
	return files, nil
}
