package dialect

import (
	"fmt"
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

func needsNumber(kind string) bool { return kind == "speed-dial" || kind == "park" || kind == "blf" }

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
	name := text(kind)
	if name == "blf" {
		name = "speed-dial"
	}
	f.made(prefix+"type", TextValue(name), "", kind)
	if value != nil {
		number, host, found := strings.Cut(strings.TrimPrefix(text(value), "sip:"), "@")
		how := ""
		if found {
			how = "without @" + Clip(host)
		}
		f.made(prefix+"value", TextValue(number), how, value)
		if text(kind) == "blf" {
			f.watch(slot, number, value)
		}
	}
	if label != nil {
		f.made(prefix+"label", label.value, "", label)
	}
	if account != nil && slot != f.first {
		f.made(prefix+"account", TextValue(strconv.Itoa(slot)), "", account)
	}
	f.used(prefix+"account", account)
}

// watch adds a telephone to those that an account watches.
func (f *finisher) watch(slot int, number string, s *setting) {
	if f.watched == nil {
		f.watched = map[int][]string{}
	}
	if had := f.of(slot, "blf"); had != nil && len(f.watched[slot]) == 0 {
		f.watched[slot] = had.value.List
	}
	f.watched[slot] = appendNew(f.watched[slot], number)
	f.made(fmt.Sprintf("accounts[%d].blf", slot), ListValue(f.watched[slot]...), "", s)
}
