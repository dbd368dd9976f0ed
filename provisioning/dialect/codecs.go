package dialect

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// codec is one of an account's list.
type codec struct {
	name     string
	priority int
	from     []*setting
}

// codecs makes the list of codecs of its parts: those that are on, by priority.
func (f *finisher) codecs(n int, prefix string) {
	var on []*codec // pointers: sorting them shares its code with other sorting
	for _, k := range f.codecNumbers(n) {
		piece := func(name string) *setting { return f.of(n, fmt.Sprintf("@codec[%d].%s", k, name)) }
		name, enable, priority := piece("name"), piece("enable"), piece("priority")
		if name == nil || no(enable) {
			continue
		}
		c := &codec{name: text(name), priority: k, from: []*setting{name, enable, priority}}
		if p, err := strconv.Atoi(text(priority)); err == nil {
			c.priority = p
		}
		on = append(on, c)
	}
	slices.SortStableFunc(on, func(a, b *codec) int { return cmp.Compare(a.priority, b.priority) })
	out := ListValue()
	var from []*setting
	for _, c := range on {
		out.List = appendNew(out.List, c.name)
		from = append(from, c.from...)
	}
	if len(out.List) == 0 {
		return
	}
	if list := f.of(n, "codecs"); list != nil {
		f.drop(Idle, "the codecs are named one by one, too", list)
	}
	f.made(prefix+"codecs", out, "", from[0])
	for _, s := range from {
		f.used(prefix+"codecs", s)
	}
}

// codecNumbers are the K of an account's codec parts, in order.
func (f *finisher) codecNumbers(n int) []int {
	var all []int
	for _, prefix := range []string{fmt.Sprintf("accounts[%d].@codec[", n), "accounts[*].@codec["} {
		for _, s := range f.below(prefix) {
			number, _, _ := strings.Cut(strings.TrimPrefix(s.path, prefix), "]")
			if k, err := strconv.Atoi(number); err == nil && !slices.Contains(all, k) {
				all = append(all, k)
			}
		}
	}
	slices.Sort(all)
	return all
}
