package benchbeat

import (
	"testing"
	"time"
)

// stamps are packets of a grid, each late by what late tells.
func stamps(n int, first uint16, late func(i int) time.Duration) (out []stamp) {
	for i := range n {
		out = append(out, stamp{first + uint16(i), time.Hour + time.Duration(i)*period + late(i)})
	}
	return out
}

func TestFollow(t *testing.T) {
	const us, ms = time.Microsecond, time.Millisecond
	for _, row := range []struct {
		name   string
		late   func(i int) time.Duration
		drop   int // the packet that never comes
		max    time.Duration
		missed int
	}{
		{"all as late -> that", func(int) time.Duration { return 30 * us }, -1, 30 * us, 0},
		{"one late, made up for -> late", func(i int) time.Duration {
			return 20*us + max(0, 12*ms-time.Duration(max(i-500, 0))*period)*time.Duration(btoi(i >= 500))
		}, -1, 12*ms + 20*us, 0},
		{"the first one late -> late", func(i int) time.Duration { return 20*us + 7*ms*time.Duration(btoi(i == 0)) }, -1, 7*ms + 20*us, 0},
		{"sound lost -> missed, then in time", func(i int) time.Duration { return 20*us + 4*period*time.Duration(btoi(i >= 700)) }, -1, 20 * us, 4},
		{"a packet lost -> missed", func(int) time.Duration { return 20 * us }, 300, 20 * us, 1},
	} {
		t.Run(row.name, func(t *testing.T) {
			in := stamps(1000, 65000, row.late)
			if row.drop >= 0 {
				in = append(in[:row.drop:row.drop], in[row.drop+1:]...)
			}
			b := follow(in)
			if l := b.lateness(); l.Max != row.max || l.Missed != row.missed || l.Frames != len(in) {
				t.Errorf("%+v, want at most %v and %d missed", l, row.max, row.missed)
			}
		})
	}
	var none beat
	none.add(follow(nil))
	if l := none.lateness(); l != (Lateness{}) {
		t.Errorf("of nothing: %+v", l)
	}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestLateness_quantiles(t *testing.T) {
	var b beat
	for i := range 1000 {
		b.lates = append(b.lates, time.Duration(999-i)*time.Microsecond)
	}
	if l := b.lateness(); l.P50 != 500*time.Microsecond || l.P99 != 990*time.Microsecond || l.P999 != 999*time.Microsecond || l.Max != 999*time.Microsecond {
		t.Errorf("%+v", l)
	}
}
