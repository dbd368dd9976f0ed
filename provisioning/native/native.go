// Package native reads and writes the native document and the agent's own file,
// in YAML and in JSON. Both become the neutral tree of provisioning, with the
// place of every key, and are decoded by one strict decoder.
package native

import (
	"bytes"
	"regexp"
	"sync"
	_ "time/tzdata" // time zones are checked, and used, where the board has no database

	"offhook/provisioning"
)

// MaxSize bounds a document, in bytes.
const MaxSize = 1 << 20

// Parse reads a Document, over the defaults. file is for the faults.
func Parse(data []byte, file string) (provisioning.Document, error) {
	return Over(provisioning.Default())(data, file)
}

// Over makes a Parse that lays documents over a base in place of the defaults.
func Over(base provisioning.Document) func(data []byte, file string) (provisioning.Document, error) {
	return func(data []byte, file string) (provisioning.Document, error) {
		root, err := Tree(data, file)
		if err != nil {
			return base, err
		}
		return provisioning.DecodeOver(base, root, file)
	}
}

// ParseAgentConfig reads the agent's own file. Files that it names are not
// read; LoadAgentConfig does that.
func ParseAgentConfig(data []byte, file string) (provisioning.AgentConfig, error) {
	root, err := Tree(data, file)
	if err != nil {
		return provisioning.DefaultAgentConfig(), err
	}
	return provisioning.DecodeAgentConfig(root, file)
}

// Kind is what a file is, by its top key.
type Kind string

// The kinds.
const (
	KindDocument Kind = "document" // offhook: 1
	KindAgent    Kind = "agent"    // agent: 1
	KindUnknown  Kind = ""
)

// topKey finds the keys in text that is too broken to be read.
var topKey = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^[{ \t]*"?(offhook|agent)"?[ \t]*:`) })

// Sniff tells what a file is, so that a linter knows by which schema to judge.
// It tells so of broken files too.
func Sniff(data []byte) Kind {
	kinds := map[string]Kind{"offhook": KindDocument, "agent": KindAgent}
	root, err := Tree(data, "")
	if err != nil {
		m := topKey().FindSubmatch(data)
		if m == nil {
			return KindUnknown
		}
		return kinds[string(m[1])]
	}
	if root == nil {
		return KindUnknown
	}
	for _, f := range root.Fields {
		if kind, ok := kinds[f.Key]; ok {
			return kind
		}
	}
	return KindUnknown
}

// Tree reads bytes to a tree: JSON when they start with a brace, YAML else.
func Tree(data []byte, file string) (*provisioning.Node, error) {
	if len(data) > MaxSize {
		return nil, fault(file, 0, 0, "is %d bytes, more than the %d that a document may have; remove what is not for this phone", len(data), MaxSize)
	}
	data = bytes.TrimPrefix(data, []byte("\xEF\xBB\xBF")) // byte order mark
	if at, line := badByte(data); at >= 0 {
		return nil, fault(file, line, 0, "byte %d is not text in UTF-8; save the file as UTF-8", at+1)
	}
	if trimmed := bytes.TrimLeft(data, " \t\r\n"); len(trimmed) > 0 && trimmed[0] == '{' {
		return readJSON(data, file)
	}
	return readYAML(data, file)
}
