package grandstream

import (
	"strconv"
	"strings"

	"offhook/provisioning/dialect"
)

// param is a parameter: its alias, its P-value for the first account, and how
// the P-values of the others follow from that.
type param struct {
	alias string // with {n} for the account or key; empty: P-values alone
	p     int    // of account 1, or of the telephone; 0: an alias alone
	next  int    // see steps
	to    string // path or part; empty with why: not supported
	as    dialect.Convert
	note  string
	weak  bool
	why   string
}

// How the P-values of accounts 2 to 6 follow: an offset within the hundreds 400,
// 500, 600, 1700 and 1800; or the same hundreds on from the first one's.
const (
	alone    = -1 // there is one, of the telephone
	hundreds = -2 // P2312, P2412, P2512 …
	// 0 and more: the offset
)

var blocks = []int{400, 500, 600, 1700, 1800}

// numbers are the P-values of a parameter, by account from 1.
func (p param) numbers() []int {
	if p.p == 0 {
		return nil
	}
	all := []int{p.p}
	for i, block := range blocks {
		switch {
		case p.next >= 0:
			all = append(all, block+p.next)
		case p.next == hundreds:
			all = append(all, p.p+100*(i+1))
		}
	}
	return all
}

// tables makes the rules of the parameters.
func tables() ([]dialect.Rule, []dialect.Known) {
	var t table
	for _, list := range [][]param{accountParams(), phoneParams(), doorParams(), keyParams(), unsupported()} {
		for _, p := range list {
			t.param(p)
		}
	}
	return t.rules, t.known
}

type table struct {
	rules []dialect.Rule
	known []dialect.Known
}

func (t *table) param(p param) {
	// What is of an account there and of the whole telephone here.
	shared := strings.Contains(p.alias, "{n}") && p.to != "" && !strings.Contains(p.to, "{n}")
	switch {
	case shared:
		t.add(strings.Replace(p.alias, "{n}", "1", 1), p.to, p)
		t.known = append(t.known, dialect.Known{Key: p.alias, Why: whyShared})
	case p.alias != "":
		t.add(p.alias, p.to, p)
	}
	for i, number := range p.numbers() {
		key := "P" + strconv.Itoa(number)
		if shared && i > 0 {
			t.known = append(t.known, dialect.Known{Key: key, Why: whyShared})
			continue
		}
		t.add(key, strings.ReplaceAll(p.to, "{n}", strconv.Itoa(i+1)), p)
	}
}

func (t *table) add(key, to string, p param) {
	if p.why != "" {
		t.known = append(t.known, dialect.Known{Key: key, Why: p.why})
		return
	}
	t.rules = append(t.rules, dialect.Rule{Key: key, To: to, As: p.as, Note: p.note, Weak: p.weak})
}
