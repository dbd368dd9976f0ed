package benchbeat

import (
	"testing"
	"time"
)

// stamps are packets of a grid, each late by what late tells.
func stamps(n int, first uint16, late func(i int) time.Duration) (out []stamp) {
	for i := range n {
		out = append(out, stamp{first + uint16(i), uint32(i * samples / 2), time.Hour + time.Duration(i)*period + late(i)})
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

func TestFollow_silence(t *testing.T) {
	in := stamps(20, 7, func(int) time.Duration { return 0 })
	for i := 10; i < len(in); i++ { // 40 ms of sound are not there
		in[i].clock += 8 * uint32(samples/2)
	}
	var all beat
	all.add(follow(stamps(20, 7, func(int) time.Duration { return 0 })))
	if all.silence != 0 {
		t.Errorf("silent for %v without a gap", all.silence)
	}
	all.add(follow(in))
	if all.silence != 40*time.Millisecond {
		t.Errorf("silent for %v", all.silence)
	}
}

func TestStolen(t *testing.T) {
	const stat = "cpu  9 9 9 9 9 9 9 9 0 0\ncpu0 1 2 3 4 5 6 7 8 0 0\ncpu1 1 2 3 4 5 6 7 123 0 0\nintr 5\n"
	if got := stolenIn(stat, 1); got != 1230*time.Millisecond {
		t.Errorf("%v", got)
	}
	if got := stolenIn(stat, 2); got != 0 {
		t.Errorf("a core that is not there: %v", got)
	}
}
