package chaos

import (
	"testing"
	"time"
)

// phones are told as one letter a sample, a second each: R registered, c a call,
// B both, . neither, space nothing is said.
func told(text string, i int) *claim {
	if i >= len(text) {
		return nil
	}
	switch text[i] {
	case 'R':
		return &claim{registered: true}
	case 'c':
		return &claim{call: true}
	case 'B':
		return &claim{registered: true, call: true}
	case '.':
		return &claim{}
	}
	return nil
}

func TestJudge(t *testing.T) {
	allowed := allowance{registration: 3 * time.Second, call: time.Second}
	for name, c := range map[string]struct{ truth, status, screen, want string }{
		"says what is so -> no lie":                                     {"RRR...RRR", "RRR...RRR", "RRR...RRR", ""},
		"notices within what is allowed -> no lie":                      {"R....R", "RRRRRR", "RRRR.R", ""},
		"a screen that stays registered -> its lie":                     {"R......", "RRR....", "RRRRRRR", "screen shows a registration that is none from 1.0 s to 6.0 s"},
		"a status that stays registered -> its lie":                     {"R......", "RRRRRRR", "R......", "status shows a registration that is none from 1.0 s to 6.0 s"},
		"registered before it ever was -> a lie":                        {".....R", "RRRRRR", "      ", "status shows a registration that is none from 0.0 s to 4.0 s"},
		"twice, the truth between -> two lies":                          {".....R.....", "RRRRRRRRRRR", "", "status shows a registration that is none from 0.0 s to 4.0 s; status shows a registration that is none from 6.0 s to 10.0 s"},
		"short ones that do not hang together -> no lie":                {".........", "RRR.RRR.R", "", ""},
		"a telephone that is dead says nothing -> no lie":               {"........", "RRR  RRR", "RRR  RRR", ""},
		"not registered though it is -> late, not a lie":                {"RRRRRRRR", "........", "........", ""},
		"a call that is over -> a lie":                                  {"BBRRRRR", "BBBBBRR", "BBBRRRR", "status shows a call that is none from 2.0 s to 4.0 s"},
		"a call that never was, on the screen -> a lie":                 {"RRRRR", "RRRRR", "RRBBB", "screen shows a call that is none from 2.0 s to 4.0 s"},
		"a call that the screen does not show yet -> no lie":            {"BBBBBB", "RRRBBB", "RRRRRR", ""},
		"one that tells nothing but the truth of calls, not of binding": {"ccccccc", "BBBBBBB", "", "status shows a registration that is none from 0.0 s to 6.0 s"},
	} {
		t.Run(name, func(t *testing.T) {
			var seen []sample
			for i := range c.truth {
				seen = append(seen, sample{at: time.Duration(i) * time.Second, truth: *told(c.truth, i), status: told(c.status, i), screen: told(c.screen, i)})
			}
			got := ""
			for i, l := range judge(seen, allowed) {
				if i > 0 {
					got += "; "
				}
				got += l.String()
			}
			if got != c.want {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
}
