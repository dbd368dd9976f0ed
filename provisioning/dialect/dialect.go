// Package dialect reads configuration files of other makers' telephones as they
// are, and maps them by tables to the native document.
//
// A Dialect is a plain value: how to know its files, how to read one into Items
// in file order, and a table of Rules. The engine lays the files over each
// other, makes the neutral tree that the strict native decoder takes, and tells
// in a Report what became of every parameter: none is lost silently.
package dialect

import "offhook/provisioning"

// MaxSize bounds a file, in bytes. Some makers' files list thousands of parameters.
const MaxSize = 4 << 20

// File is one file as it was fetched.
type File struct {
	Name string // a path or URL: for messages, and a hint at what it is
	Data []byte
	// Device is the phone that reads it: for macros in values, and for files
	// that name the phone they are for. Zero: any.
	Device provisioning.Device
}

// Attribute is what stands beside a parameter: perm="RW".
type Attribute struct{ Name, Value string }

// Item is one parameter as a file gives it.
type Item struct {
	Key        string // as the dialect's table spells it; a reader may bring it into one form
	Name       string // as the file spells it; empty: Key
	Value      string // without quotes and surrounding blanks; empty: given without a value
	Line       int
	User       bool   // the file lets the user of the phone change it
	Idle       string // why the file itself gives it no effect; empty: it has one
	Attributes []Attribute
}

func (i Item) name() string {
	if i.Name != "" {
		return i.Name
	}
	return i.Key
}

// Include is another file that a file asks for. It is laid over the one that names it.
type Include struct {
	Name string
	Line int
}

// Notice is something an operator should know of a file.
type Notice struct {
	File string `json:"file,omitempty"`
	Line int    `json:"line,omitempty"`
	Key  string `json:"key,omitempty"`
	Msg  string `json:"message"`
}

// Reading is what one file holds.
type Reading struct {
	Items    []Item
	Includes []Include // in the order they are laid over this file
	Clears   bool      // a parameter without a value takes back that of an earlier file
	Notices  []Notice  // File is filled in by the engine
}

// Dialect is the files of one maker.
type Dialect struct {
	Name  string // "yealink", for --dialect
	Maker string // "Yealink"
	Fold  bool   // keys are the same in any case

	// Sniff tells from name and content how sure it is that a file is of this
	// dialect: 0 not, 100 beyond doubt. It looks at the first few kB only.
	Sniff func(File) int
	// Read splits a file into Items. Its errors are *provisioning.FaultError.
	Read func(File) (Reading, error)

	// Rules and Known are the table, and Table the same as text: see Loaded.
	Rules []Rule
	Known []Known
	Table *Table
	// Permits: a file tells of each parameter whether the user may change it. What
	// one gives and does not leave to him is the operator's alone.
	Permits bool
	// Transport is what an account has that names none: "udp" with most makers.
	Transport string
	// FileName is appended to a provisioning URL that names a folder: "{mac}.cfg".
	FileName string
}

// Rule maps a parameter. Several rules with the same Key all apply.
type Rule struct {
	// Key is a pattern: {n} and {k} stand for a number, * for any text.
	Key string
	// To is a path of the document with {n}, {k}, or {n+1} of the pattern:
	// "accounts[{n}].expires". An account without a setting of its own has that
	// of "accounts[*].expires". A last name with @ is a part that the
	// engine composes with others, see parts.go.
	To     string
	As     Convert // nil: Text
	Note   string  // the conversion in words: "minutes"
	Secret bool    // never shown; needless where the document has a secret
	Weak   bool    // gives way to another parameter for the same
}

// Known is a parameter that this phone does not have.
type Known struct {
	Key string // a pattern, as in Rule
	Why string // "this phone has no camera"
}
