package usage

import (
	"os"
	"testing"
	"time"
)

func TestParse(t *testing.T) {
	u, err := parse("100 7 3 1 0 2 0\n", "42 (a ) b (c) S 1 42 42 0 -1 4194304 1 0 0 0 250 50 0 0 20 0 9 0 1 2 3\n")
	if err != nil || u.CPU != 3*time.Second || u.RSS != 7*int64(os.Getpagesize()) {
		t.Errorf("%+v, %v", u, err)
	}
	for _, bad := range [][2]string{{"", ""}, {"1 2", "42 (x) S 1"}, {"1 x", "42 (x) S 1 2 3 4 5 6 7 8 9 10 11 12 13"}, {"1 2", "no bracket"}} {
		if _, err := parse(bad[0], bad[1]); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestOf_this_process(t *testing.T) {
	u, err := Of(Family(os.Getpid()))
	if err != nil || u.RSS < 1<<20 {
		t.Errorf("%+v, %v", u, err)
	}
	if _, err := Of([]int{-1}); err == nil {
		t.Error("a process that is none uses something")
	}
}
