package provisioning

import (
	"slices"
	"strconv"
	"strings"
)

// maxPasses bounds how often a tree is decoded to find what cannot stay in it.
const maxPasses = 20

// DecodeLenient is DecodeOver for a tree that was converted from another maker's
// files, and changes it: a parameter that the strict decoder refuses is left out,
// so that one value does not cost the phone its whole configuration. LeftOut
// tells of each. It is an error still where no account would remain of those that
// the tree has, and where nothing of the tree is at fault.
func DecodeLenient(base Document, root *Node, file string) (Document, error) {
	doc, first := DecodeOver(base, root, file)
	had := len(root.child("accounts").items())
	var left []*FaultError
	for err, pass := first, 0; err != nil; pass++ {
		gone := root.leaveOut(Faults(err))
		if len(gone) == 0 || pass == maxPasses || had > 0 && len(root.child("accounts").items()) == 0 {
			return doc, first
		}
		left = append(left, gone...)
		doc, err = DecodeOver(base, root, file)
	}
	doc.leftOut = left
	return doc, nil
}

// LeftOut are the parameters of another maker's files that the document could
// not take: where each is, where it would have gone, and why it did not.
func (d Document) LeftOut() []*FaultError { return d.leftOut }

// leaveOut takes away what has faults, and tells which parameters went with it.
// What surrounds a fault goes only where nothing itself is at fault.
func (n *Node) leaveOut(faults []*FaultError) (gone []*FaultError) {
	type found struct {
		in, node *Node
		fault    *FaultError
	}
	var exact, around []found
	for _, f := range faults {
		trail, whole := n.find(f.Path)
		if len(trail) < 2 {
			continue
		}
		one := found{trail[len(trail)-2], trail[len(trail)-1], f}
		if around = append(around, one); whole {
			exact = append(exact, one)
		}
	}
	switch {
	case len(exact) > 0:
		around = exact
	case len(around) > 0:
		around = around[:1]
	}
	for _, one := range around {
		if one.in.remove(one.node) {
			one.node.leaves(func(leaf *Node) {
				gone = append(gone, &FaultError{Position: *leaf.From, Path: one.fault.Path, Msg: one.fault.Msg})
			})
		}
	}
	return gone
}

// find walks to what path names, as far as there is anything; whole: all the way.
func (n *Node) find(path string) (trail []*Node, whole bool) {
	trail = []*Node{n}
	for _, name := range strings.FieldsFunc(path, func(r rune) bool { return r == '.' || r == '[' || r == ']' }) {
		if n = n.child(name); n == nil {
			return trail, false
		}
		trail = append(trail, n)
	}
	return trail, path != ""
}

// child is a field, or an item by its name or number; nil: there is none.
func (n *Node) child(name string) *Node {
	for _, f := range n.Fields {
		if f.Key == name {
			return f.Value
		}
	}
	names := nodeNames(n.Items, []string{"id", "key", "name"})
	if i := slices.Index(names, name); i >= 0 {
		return n.Items[i]
	}
	if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(n.Items) && len(n.Items[i].Fields) == 0 {
		return n.Items[i]
	}
	return nil
}

func (n *Node) items() []*Node {
	if n == nil {
		return nil
	}
	return n.Items
}

// remove takes a node away, and tells whether it was still there.
func (n *Node) remove(child *Node) bool {
	before := len(n.Fields) + len(n.Items)
	n.Fields = slices.DeleteFunc(n.Fields, func(f Field) bool { return f.Value == child })
	n.Items = slices.DeleteFunc(n.Items, func(i *Node) bool { return i == child })
	return len(n.Fields)+len(n.Items) < before
}

// leaves calls for every value of a parameter, once for those of one.
func (n *Node) leaves(tell func(*Node)) {
	told := map[Position]bool{}
	var walk func(*Node)
	walk = func(n *Node) {
		if n.From != nil && n.From.Given != "" && len(n.Fields) == 0 && !told[*n.From] {
			told[*n.From] = true
			tell(n)
		}
		for _, i := range n.Items {
			walk(i)
		}
		for _, f := range n.Fields {
			walk(f.Value)
		}
	}
	walk(n)
}
