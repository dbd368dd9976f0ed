package agent

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

func TestAlarms_fire_in_order_and_not_when_stopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		clock := newAlarms()
		var fired []int
		note := func(n int) func() { return func() { fired = append(fired, n) } }
		clock.after(3*time.Second, note(3))
		stopped := clock.after(2*time.Second, note(2))
		first := clock.after(time.Second, func() {
			fired = append(fired, 1)
			clock.after(500*time.Millisecond, note(15)) // an alarm may set another
		})
		if !stopped.pending() || !first.pending() {
			t.Error("not pending")
		}
		clock.stop(stopped)
		clock.stop(stopped)
		clock.stop(nil)
		for len(fired) < 3 {
			<-clock.timer.C
			clock.due()
		}
		if !slices.Equal(fired, []int{1, 15, 3}) {
			t.Errorf("fired %v", fired)
		}
		if first.pending() || stopped.pending() {
			t.Error("still pending")
		}
	})
}
