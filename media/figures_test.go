package media

import "testing"

func TestStats_Figures_only_what_is_known(t *testing.T) {
	names := func(s Stats) (all []string) {
		s.Figures(func(name string, _ float64) { all = append(all, name) })
		return all
	}
	if got := len(names(Stats{})); got != 5 {
		t.Errorf("%v", names(Stats{}))
	}
	if got := len(names(Stats{Received: 1, RoundTrip: 1, RemoteReports: 1, MOSConversational: 4})); got != 12 {
		t.Errorf("%d", got)
	}
}
