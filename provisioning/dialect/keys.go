package dialect

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// lineKeys is how many line keys a board may have: line1 to line8.
const lineKeys = 8

// key makes one line key of its parts.
func (f *finisher) key(n int) {
	prefix := fmt.Sprintf("keys[%d].", n)
	all := f.below(prefix)
	piece := func(name string) *setting { return f.settings[prefix+"@"+name] }
	kind, value, label, account := piece("type"), piece("value"), piece("label"), piece("account")
	slot := f.slot(account)
	switch {
	case kind == nil:
		f.drop(Idle, "belongs to a key without a kind that this phone has", all...)
	case strings.HasPrefix(text(kind), "!"):
		f.drop(Unsupported, text(kind)[1:], all...)
	case n < 1 || n > lineKeys:
		f.drop(Unsupported, fmt.Sprintf("this phone has the line keys 1 to %d", lineKeys), all...)
	case slot == 0:
		f.drop(Idle, "its account is not there", all...)
	case value == nil && needsNumber(text(kind)):
		f.drop(Idle, "the key has no number", all...)
	default:
		f.makeKey(prefix, slot, kind, value, label, account)
	}
}

func needsNumber(kind string) bool {
	return slices.Contains([]string{"speed-dial", "park", "blf", "pickup", "intercom"}, kind)
}

// slot is the account that a key names; 0: one that is not in the document.
func (f *finisher) slot(account *setting) int {
	n, err := strconv.Atoi(text(account))
	if account == nil || err != nil || n == 0 {
		n = f.first
	}
	if !f.live[n] {
		return 0
	}
	return n
}

func (f *finisher) makeKey(prefix string, slot int, kind, value, label, account *setting) {
	f.made(prefix+"type", kind.value, "", kind)
	if value != nil {
		f.made(prefix+"value", TextValue(strings.TrimPrefix(text(value), "sip:")), "", value)
	}
	if label != nil {
		f.made(prefix+"label", label.value, "", label)
	}
	if account != nil && slot != f.first {
		f.made(prefix+"account", TextValue(strconv.Itoa(slot)), "", account)
	}
	f.used(prefix+"account", account)
}
