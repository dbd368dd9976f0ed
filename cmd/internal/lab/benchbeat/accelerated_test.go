package benchbeat

import (
	"testing"
	"time"
)

func TestMeter(t *testing.T) {
	for _, row := range []struct {
		name  string
		steps []time.Duration
		lost  int
	}{
		{"steps within their period -> none lost", []time.Duration{period, period, period / 2}, 0},
		{"a long one, made up for -> none lost", []time.Duration{3 * period, 0, 0, 3 * period}, 0},
		{"a longer one than the device holds -> lost", []time.Duration{4 * period}, 3},
		{"several long ones -> lost", []time.Duration{2 * period, 2 * period, 2*period + 1}, 3},
	} {
		t.Run(row.name, func(t *testing.T) {
			var m meter
			for _, took := range row.steps {
				m.account(took)
			}
			if m.lost != row.lost {
				t.Errorf("%d lost, want %d", m.lost, row.lost)
			}
		})
	}
}

func TestAccelerated_hears_what_is_lost(t *testing.T) {
	parties, err := call(func() time.Duration { return 0 })
	if err != nil {
		t.Fatal(err)
	}
	defer parties[0].Close()
	defer parties[1].Close()
	var m meter
	before := m.result(parties, 0)
	m.settled[1].Concealed -= 2 * period // as if two more had been made up since
	m.settled[0].Lost--
	if after := m.result(parties, 0); before.Underruns != 0 || after.Underruns != 3 {
		t.Errorf("%d underruns, then %d", before.Underruns, after.Underruns)
	}
}
