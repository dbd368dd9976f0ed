package refresh

import (
	"testing"
	"time"
)

func TestPace_towards_a_service(t *testing.T) {
	for _, test := range []struct {
		arrow    string
		failures int
		next     func(*Pace) time.Duration
		from, to time.Duration
	}{
		{"what mends itself: first -> within half a minute", 0, (*Pace).Quick, 15 * time.Second, 30 * time.Second},
		{"what mends itself: for ever -> at most half an hour", 99, (*Pace).Quick, 15 * time.Minute, 30 * time.Minute},
		{"refused: first -> within half an hour", 0, (*Pace).Slow, 15 * time.Minute, 30 * time.Minute},
		{"refused: for ever -> at most a day", 99, (*Pace).Slow, 12 * time.Hour, 24 * time.Hour},
		{"Retry-After -> not before", 3, func(p *Pace) time.Duration { return p.After(time.Minute) }, time.Minute, 67 * time.Second},
		{"no Retry-After -> as what mends itself", 0, func(p *Pace) time.Duration { return p.After(0) }, 15 * time.Second, 30 * time.Second},
		{"Retry-After of years -> at most Longest", 0, func(p *Pace) time.Duration { return p.After(1 << 62) }, 24 * time.Hour, Longest},
	} {
		t.Run(test.arrow, func(t *testing.T) {
			for seed := range 200 {
				p := Pace{Random: Random(seed), Failures: test.failures}
				if got := test.next(&p); got < test.from || got > test.to || p.Failures != test.failures+1 {
					t.Fatalf("%v, %d failures", got, p.Failures)
				}
			}
		})
	}
}

func TestNoService(t *testing.T) {
	for status, want := range map[int]bool{
		200: false, 301: true, 403: true, 404: true, 408: false, 415: false, 423: true, 480: false, 481: false,
		489: true, 500: false, 501: true, 503: false, 603: true,
	} {
		if NoService(status) != want {
			t.Errorf("%d: %v", status, !want)
		}
	}
}
