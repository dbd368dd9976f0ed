package publish

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

type rig struct {
	machine Machine
	tx      Tx
	gen     uint32
	timer   bool
	after   time.Duration
	lines   []string
}

func (r *rig) step(in Input) {
	if fired, ok := in.(TimerFired); ok && fired.Gen == r.gen {
		r.timer = false
	}
	var actions []Action
	r.machine, actions = r.machine.Step(in)
	for _, a := range actions {
		switch a := a.(type) {
		case Send:
			r.tx = a.Tx
			r.lines = append(r.lines, strings.Join(strings.Fields(fmt.Sprintf("send %v %s %s", a.Expires, a.ETag, a.Body)), " "))
		case Changed:
			r.lines = append(r.lines, map[bool]string{true: "published", false: "lost"}[a.Active])
		case StartTimer:
			r.gen, r.after, r.timer = a.Gen, a.After, true
		case StopTimer:
			r.timer = false
		case Done:
			r.lines = append(r.lines, "done")
		}
	}
}

type feed = func(*rig) Input

func put(body string) feed    { return func(*rig) Input { return Put{[]byte(body)} } }
func afresh(*rig) Input       { return Afresh{} }
func stop(*rig) Input         { return Stop{} }
func fire(r *rig) Input       { return TimerFired{r.gen} }
func failed(r *rig) Input     { return Failed{r.tx, "no route"} }
func ok(etag string) feed     { return answer(200, etag, time.Hour) }
func refused(status int) feed { return answer(status, "", 0) }
func answer(status int, etag string, expires time.Duration) feed {
	return func(r *rig) Input {
		return Responded{r.tx, Response{Status: status, ETag: etag, Expires: expires, HasExpires: expires > 0, MinExpires: expires}}
	}
}

func TestStep(t *testing.T) {
	const minute = time.Minute
	published := []feed{put("idle"), ok("e1")}
	with := func(more ...feed) []feed { return append(published[:2:2], more...) }
	for _, c := range []struct {
		arrow    string
		given    []feed
		when     feed
		want     string
		from, to time.Duration
	}{
		{"idle: Put -> PUBLISH", nil, put("idle"), "send 1h0m0s idle", 0, 0},
		{"idle: Afresh -> nothing", nil, afresh, "", 0, 0},
		{"idle: Stop -> done", nil, stop, "done", 0, 0},
		{"publishing: 200 -> published", []feed{put("idle")}, ok("e1"), "published", 56 * minute, 59 * minute},
		{"published: another state -> modified", published, put("busy"), "send 1h0m0s e1 busy", 0, 0},
		{"published: the same state -> nothing", published, put("idle"), "", 56 * minute, 59 * minute},
		{"published: in time -> refreshed without a body", published, fire, "send 1h0m0s e1", 0, 0},
		{"refreshing: 200 with a new tag -> it counts", with(fire, ok("e2")), fire, "send 1h0m0s e2", 0, 0},
		{"publishing: another state -> afterwards", with(put("busy"), put("idle")), ok("e2"), "send 1h0m0s e2 idle", 0, 0},
		{"refreshing: 412 -> from the beginning", with(fire), refused(412), "send 1h0m0s idle", 0, 0},
		{"modifying: 412 -> from the beginning, as it is now", with(put("busy")), refused(412), "send 1h0m0s busy", 0, 0},
		{"publishing: 412 -> later", []feed{put("idle")}, refused(412), "lost", 15 * time.Second, 30 * time.Second},
		{"publishing: 423 -> asks for more", []feed{put("idle")}, answer(423, "", 2*time.Hour), "send 2h0m0s idle", 0, 0},
		{"refreshing: 423 -> asks for more", with(fire), answer(423, "", 2*time.Hour), "send 2h0m0s e1", 0, 0},
		{"publishing: 489 -> slowly", []feed{put("idle")}, refused(489), "lost", 15 * minute, 30 * minute},
		{"publishing: 200 without a tag -> slowly", []feed{put("idle")}, ok(""), "lost", 15 * minute, 30 * minute},
		{"publishing: 503 -> later", []feed{put("idle")}, refused(503), "lost", 15 * time.Second, 30 * time.Second},
		{"publishing: nothing -> later", []feed{put("idle")}, failed, "lost", 15 * time.Second, 30 * time.Second},
		{"lost: another state -> waits", []feed{put("idle"), failed}, put("busy"), "", 15 * time.Second, 30 * time.Second},
		{"lost: in time -> as it is now", []feed{put("idle"), failed, put("busy")}, fire, "send 1h0m0s busy", 0, 0},
		{"lost: Afresh -> at once", []feed{put("idle"), failed}, afresh, "send 1h0m0s idle", 0, 0},
		{"published: Afresh -> from the beginning", published, afresh, "send 1h0m0s idle", 0, 0},
		{"published: Stop -> taken away", published, stop, "send 0s e1", 2 * time.Second, 2 * time.Second},
		{"removing: 200 -> done", with(stop), refused(200), "done", 0, 0},
		{"removing: 412 -> done", with(stop), refused(412), "done", 0, 0},
		{"removing: nothing -> done", with(stop), failed, "done", 0, 0},
		{"removing: too long -> done", with(stop), fire, "done", 0, 0},
		{"publishing: Stop, then 200 -> taken away", []feed{put("idle"), stop}, ok("e1"), "send 0s e1", 2 * time.Second, 2 * time.Second},
		{"publishing: Stop, then 403 -> done", []feed{put("idle"), stop}, refused(403), "done", 0, 0},
		{"refreshing: Stop, then 200 -> taken away", with(fire, stop), ok("e2"), "send 0s e2", 2 * time.Second, 2 * time.Second},
		{"done: Put -> nothing", []feed{stop}, put("x"), "", 0, 0},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			r := &rig{machine: New(Config{Seed: 3})}
			for _, in := range c.given {
				r.step(in(r))
			}
			r.lines = nil
			r.step(c.when(r))
			if got := strings.Join(r.lines, "; "); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if r.timer != (c.to > 0) || r.timer && (r.after < c.from || r.after > c.to) {
				t.Errorf("timer %v after %v", r.timer, r.after)
			}
		})
	}
}

func TestStep_never_stands_still(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := &rig{machine: New(Config{Seed: 3})}
		r.step(Put{[]byte("0")})
		for range rapid.IntRange(0, 50).Draw(t, "steps") {
			status := rapid.SampledFrom([]int{200, 403, 412, 423, 503}).Draw(t, "status")
			etag := rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "etag")
			expires := time.Duration(rapid.Int64Range(0, 1<<44).Draw(t, "expires"))
			body := rapid.SampledFrom([]string{"0", "1", "2"}).Draw(t, "body")
			r.step(rapid.SampledFrom([]feed{put(body), answer(status, etag, expires), failed, fire, afresh, stop}).Draw(t, "input")(r))
			done := r.machine.phase == phaseDone
			if done == (r.timer || r.machine.tx.Busy()) || done != (len(r.lines) > 0 && r.lines[len(r.lines)-1] == "done") {
				t.Fatalf("done %v, timer %v after %v", done, r.timer, r.lines)
			}
		}
	})
}
