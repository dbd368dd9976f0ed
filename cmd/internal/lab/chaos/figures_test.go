package chaos

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestFigures(t *testing.T) {
	well := result{name: "a", recovery: 1500 * time.Millisecond, looks: 7}
	for name, c := range map[string]struct {
		results []result
		kills   [2]int // made, survived
		want    string // of the error
		longest string
	}{
		"all survived -> good":               {[]result{well, {name: "b", recovery: time.Second}}, [2]int{3, 3}, "", "a"},
		"nothing was tried -> not good":      {nil, [2]int{}, "0 of 0 faults", ""},
		"one is never well again -> told":    {[]result{well, {name: "b", err: errors.New("dead")}}, [2]int{}, "1 of 2 faults", "a"},
		"a lie -> told":                      {[]result{{name: "a", lies: []lie{{who: "screen"}}}}, [2]int{}, "1 lies", "a"},
		"a kill that was not survived, told": {[]result{well}, [2]int{3, 2}, "2 of 3 kills", "a"},
		"one that cannot be made -> apart":   {[]result{well, {name: "b", err: fmt.Errorf("%w: no nft", errNotHere)}}, [2]int{}, "", "a"},
		"none can be made -> not good":       {[]result{{name: "b", err: errNotHere}}, [2]int{}, "0 of 0 faults", ""},
	} {
		t.Run(name, func(t *testing.T) {
			f := Figures{Kills: c.kills[0], KillsSurvived: c.kills[1]}
			for _, r := range c.results {
				f.add(r)
			}
			err := f.failed()
			if c.want == "" && err != nil || c.want != "" && (!errors.Is(err, ErrFailed) || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("%v, want %q", err, c.want)
			}
			if f.LongestOf != c.longest {
				t.Errorf("the longest is %q, want %q", f.LongestOf, c.longest)
			}
		})
	}
}

func TestFigures_join(t *testing.T) {
	var f Figures
	f.join(Figures{Faults: 2, Survived: 1, ScreenLies: 3, Looks: 4, LongestRecovery: 5, LongestOf: "a", Failures: []string{"x"}})
	f.join(Figures{Faults: 1, Survived: 1, Kills: 7, KillsSurvived: 6, KillRecoveryMax: 2, TakenBack: 1, LongestRecovery: 4, LongestOf: "b", NotMade: []string{"y"}, Failures: []string{"z"}})
	if got, want := fmt.Sprintf("%+v", f), "{Faults:3 Survived:2 LongestRecovery:5 LongestOf:a ScreenLies:3 Looks:4 Kills:7 KillsSurvived:6 KillRecoveryP50:0 KillRecoveryMax:2 TakenBack:1 Seconds:0 NotMade:[y] Failures:[x z]}"; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestOrder_wants(t *testing.T) {
	if !(Order{}).wants("anything") || !(Order{Only: []string{"x", "disk"}}).wants("disk: full") || (Order{Only: []string{"disk"}}).wants("exchange") {
		t.Error("other faults are made than were named")
	}
	seen := map[string]bool{}
	for _, f := range faults() {
		if f.name == "" || seen[f.name] || f.do == nil || f.allow.registration == 0 || f.allow.call == 0 || f.lane < 0 || f.lane >= lanes {
			t.Errorf("%q: a name that is taken, nothing to do or nothing allowed", f.name)
		}
		seen[f.name] = true
	}
}
