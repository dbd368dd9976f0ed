package grandstream

import (
	"fmt"
	"strconv"
	"strings"

	"offhook/provisioning/dialect"
)

// whyShared is of what each account has there.
const whyShared = "it is of the whole phone here, and that of account 1 counts"

// blocks are where the P-values of the accounts 2 to 6 are that follow by an offset.
var blocks = [...]int{400, 500, 600, 1700, 1800}

// mostInRange bounds what a range of P-values stands for.
const mostInRange = 1000

// numbers are the P-values that P57+51, P2312+h, P62 or P9-28 stands for, by
// account from 1, or in their order.
func numbers(text string) ([]int, error) {
	bad := fmt.Errorf("%q is no P-value: write P62, P40+13, P2383+h or P9-28", text)
	digits, step, follow := strings.Cut(strings.TrimPrefix(text, "P"), "+")
	low, high, ranged := strings.Cut(digits, "-")
	first, err := strconv.Atoi(low)
	if err != nil || follow && ranged {
		return nil, bad
	}
	all := []int{first}
	if ranged {
		last, err := strconv.Atoi(high)
		if err != nil || last <= first || last-first > mostInRange {
			return nil, bad
		}
		for p := first + 1; p <= last; p++ {
			all = append(all, p)
		}
	}
	if !follow {
		return all, nil
	}
	offset, err := strconv.Atoi(step)
	for i, block := range blocks {
		switch {
		case step == "h":
			all = append(all, first+100*(i+1))
		case err == nil && offset >= 0:
			all = append(all, block+offset)
		default:
			return nil, bad
		}
	}
	return all, nil
}

// family makes the parameters of a line, whose key is an alias, a P-value, or
// both with a blank between.
func family(r dialect.Rule, why string) (rules []dialect.Rule, known []dialect.Known, err error) {
	alias, p, both := strings.Cut(r.Key, " ")
	if !both && pKey(alias) {
		alias, p = "", alias
	}
	// What is of an account there and of the whole telephone here.
	shared := strings.Contains(alias, "{n}") && r.To != "" && !strings.Contains(r.To, "{n}")
	to := r.To
	add := func(key, to string, why string) {
		if why != "" {
			known = append(known, dialect.Known{Key: key, Why: why})
			return
		}
		r.Key, r.To = key, to
		rules = append(rules, r)
	}
	switch {
	case shared:
		add(strings.Replace(alias, "{n}", "1", 1), to, why)
		add(alias, "", whyShared)
	case alias != "":
		add(alias, to, why)
	}
	if p == "" {
		return rules, known, nil
	}
	all, err := numbers(p)
	for i, number := range all {
		key := "P" + strconv.Itoa(number)
		if shared && i > 0 {
			add(key, "", whyShared)
			continue
		}
		add(key, strings.ReplaceAll(to, "{n}", strconv.Itoa(i+1)), why)
	}
	return rules, known, err
}

// pKey tells a P-value from an alias.
func pKey(s string) bool { return len(s) > 1 && s[0] == 'P' && s[1] >= '0' && s[1] <= '9' }

// How many keys of a kind have P-values that follow a rule.
const (
	lineKeys   = 6
	memoryKeys = 7
)
