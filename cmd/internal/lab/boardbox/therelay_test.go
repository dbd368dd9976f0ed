package boardbox

import (
	"testing"
	"time"

	"offhook/cmd/internal/lab/boardbox/copper"
)

func TestPulsesOf(t *testing.T) {
	in, out := false, true
	low, high := false, true
	at := time.Unix(0, 0)
	drives := func(states ...[2]bool) (all []copper.Drive) {
		for i, s := range states {
			all = append(all, copper.Drive{At: at.Add(time.Duration(i) * time.Second), Output: s[0], High: s[1]})
		}
		return all
	}
	for _, c := range []struct {
		name   string
		drives []copper.Drive
		rest   bool
		want   []time.Duration // -1: still lasts
	}{
		{"requested at rest -> none", drives([2]bool{in, low}, [2]bool{out, low}), low, nil},
		{"requested at rest, rest is high -> none", drives([2]bool{in, high}, [2]bool{out, high}), high, nil},
		{"requested low and then set high -> a click", drives([2]bool{out, low}, [2]bool{out, high}), high, []time.Duration{time.Second}},
		{"pulled and let go -> one", drives([2]bool{out, low}, [2]bool{out, high}, [2]bool{out, high}, [2]bool{out, low}), low, []time.Duration{2 * time.Second}},
		{"pulled and given back -> one", drives([2]bool{out, high}, [2]bool{in, high}), low, []time.Duration{time.Second}},
		{"twice -> two, the second lasts", drives([2]bool{out, high}, [2]bool{out, low}, [2]bool{out, high}), low, []time.Duration{time.Second, -1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := pulsesOf(c.drives, c.rest)
			if len(got) != len(c.want) {
				t.Fatalf("%v", got)
			}
			for i, p := range got {
				if lasts := p.to.IsZero(); lasts != (c.want[i] < 0) || !lasts && p.to.Sub(p.from) != c.want[i] {
					t.Errorf("pulse %d: %v, want %s", i, p, c.want[i])
				}
			}
		})
	}
}

func TestApart(t *testing.T) {
	for _, c := range []struct {
		notes string
		want  time.Duration
		ok    bool
	}{
		{"12.500000 1\n14.500123 0\n", 2000123 * time.Microsecond, true},
		{"12.500000 1\n", 0, false},
		{"12.500000 1\n14.500123 1\n", 0, false},
		{"12.500000 1\n12.600000 0\n14.500123 1\n", 0, false},
		{"", 0, false},
	} {
		if got, err := apart(c.notes); got != c.want || (err == nil) != c.ok {
			t.Errorf("%q: %s, %v", c.notes, got, err)
		}
	}
}

func TestHolds(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		name               string
		seen, inside, late time.Duration
		want               bool
	}{
		{"as told -> right", 2000 * ms, 2000 * ms, 0, true},
		{"shorter by either clock -> wrong", 2010 * ms, 1998 * ms, 50 * ms, false},
		{"shorter by the copper -> wrong", 1998 * ms, 2010 * ms, 50 * ms, false},
		{"a request that took long -> right", 2010 * ms, 2090 * ms, 0, true},
		{"longer by both -> wrong", 2050 * ms, 2090 * ms, 0, false},
		{"longer in a machine that is late itself -> right", 2050 * ms, 2090 * ms, 5 * ms, true},
		{"twice as long in such a machine -> wrong", 4000 * ms, 4000 * ms, 50 * ms, false},
	} {
		if got := holds(2000*ms, c.seen, c.inside, c.late); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
