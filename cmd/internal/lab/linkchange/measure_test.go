package linkchange

import (
	"testing"
	"time"
)

func TestPercentile(t *testing.T) {
	times := []time.Duration{5, 1, 4, 2, 3}
	for p, want := range map[int]time.Duration{1: 1, 50: 3, 80: 4, 99: 5, 100: 5} {
		if got := Percentile(times, p); got != want {
			t.Errorf("%d %%: %d, want %d", p, got, want)
		}
	}
	if Percentile(nil, 50) != 0 {
		t.Error("of nothing")
	}
	if times[0] != 5 {
		t.Error("the times were sorted in place")
	}
}
