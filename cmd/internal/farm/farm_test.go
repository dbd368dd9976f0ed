package farm

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"offhook/provisioning"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// server takes so long for each fetch, and refuses some phones.
type server struct {
	takes  time.Duration
	refuse map[string]bool

	mu    sync.Mutex
	seen  map[string]int
	tags  int
	now   int
	most  int
	first time.Time
	last  time.Time
}

func (s *server) Fetch(ctx context.Context, r provisioning.Request) (provisioning.Response, error) {
	s.mu.Lock()
	s.seen[r.URL]++
	s.now++
	s.most = max(s.most, s.now)
	if s.first.IsZero() {
		s.first = time.Now()
	}
	s.last = time.Now()
	if r.ETag == "v1" {
		s.tags++
	}
	s.mu.Unlock()
	defer func() { s.mu.Lock(); s.now--; s.mu.Unlock() }()
	if !wait(ctx, s.takes) {
		return provisioning.Response{}, ctx.Err()
	}
	if s.refuse[r.URL] {
		return provisioning.Response{}, errors.New("404: no file for this phone at " + r.URL + "; put one there")
	}
	return provisioning.Response{Data: []byte("12345"), ETag: "v1", NotModified: r.ETag == "v1"}, nil
}

func farm(s *server, count int, phases ...Phase) Config {
	return Config{
		Count: count, URL: "https://h/{mac}.cfg", Phases: phases, AtOnce: 10,
		Device: func(n int) provisioning.Device { return provisioning.Device{MAC: MAC(n)} },
		Source: func(provisioning.Device) provisioning.Source { return s },
	}
}

func TestRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{takes: 10 * time.Millisecond, seen: map[string]int{}, refuse: map[string]bool{"https://h/020f00000003.cfg": true, "https://h/020f00000007.cfg": true}}
		r, err := Run(t.Context(), farm(s, 100, Boot(10*time.Second), Poll(1, time.Minute, 0)))
		if err != nil {
			t.Fatal(err)
		}
		boot, poll := r.Phases[0], r.Phases[1]
		if boot.Phones != 100 || boot.Fetched != 98 || boot.Bytes != 98*5 || boot.Unchanged != 0 || boot.Errors["404: no file for this phone at https://h/{mac}.cfg"] != 2 {
			t.Errorf("%+v", boot)
		}
		if boot.P50 != 10 || boot.Max != 10 {
			t.Errorf("%v and %v ms, want 10: nobody waits when they come one by one", boot.P50, boot.Max)
		}
		if poll.Unchanged != 98 || s.tags != 98 {
			t.Errorf("%d unchanged, %d asked whether", poll.Unchanged, s.tags)
		}
		// All at once, ten by ten: the last ten wait for nine rounds.
		if s.most != 10 || poll.P50 != 50 || poll.Max != 100 || poll.PerSecond != 980 {
			t.Errorf("%d at once, %v and %v ms, %v phones/s", s.most, poll.P50, poll.Max, poll.PerSecond)
		}
		if r.Failed() != 4 {
			t.Errorf("%d failed", r.Failed())
		}
		if len(s.seen) != 100 {
			t.Errorf("%d phones", len(s.seen))
		}
	})
}

func TestRun_ended(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{takes: time.Hour, seen: map[string]int{}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := Run(ctx, farm(s, 5, Boot(0))); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	})
}

func TestAt(t *testing.T) {
	var sorted []time.Duration
	for i := range 200 {
		sorted = append(sorted, time.Duration(i+1)*time.Millisecond)
	}
	for percent, want := range map[int]float64{50: 100, 90: 180, 99: 198, 100: 200} {
		if got := at(sorted, percent); got != want {
			t.Errorf("p%d is %v, want %v", percent, got, want)
		}
	}
	if at(nil, 99) != 0 {
		t.Error("nothing has a percentile")
	}
}

func TestMAC(t *testing.T) {
	if got := fmt.Sprintln(MAC(0), MAC(258)); got != "02:0f:00:00:00:00 02:0f:00:00:01:02\n" {
		t.Error(got)
	}
}
