package provisioning

// Kind is what a Node is.
type Kind uint8

// The kinds.
const (
	Null Kind = iota // a key without a value: the default stands
	Text
	Bool
	Int
	Float
	List
	Map
)

func (k Kind) String() string {
	return [...]string{"nothing", "text", "true or false", "a whole number", "a number", "a list", "a section"}[min(k, Map)]
}

// Node is a piece of a document whatever its syntax: a scalar, a list or a map,
// with its place in the file. Every syntax is read to it.
type Node struct {
	Kind   Kind
	Value  string // of a scalar, as written, without quotes
	Line   int
	Column int
	From   *Position // where another maker's file gave it; nil: at Line and Column of the file at hand
	Items  []*Node   // of a List
	Fields []Field   // of a Map, in order, duplicates included
}

// Field is one entry of a Map.
type Field struct {
	Key          string
	Line, Column int
	Value        *Node
}
