package registration

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"offhook/ua"
	"pgregory.net/rapid"
)

// rig writes down what a Machine does.
type rig struct {
	machine Machine
	tx      Tx
	gen     uint32
	timer   bool
	after   time.Duration
	last    Changed
	lines   []string
}

func newRig(config Config) *rig { return &rig{machine: New(config)} }

func (r *rig) feed(in any) {
	switch f := in.(type) {
	case func(*rig) Input:
		r.step(f(r))
	case []any:
		for _, each := range f {
			r.feed(each)
		}
	case Input:
		r.step(f)
	}
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
			r.lines = append(r.lines, strings.TrimSpace(fmt.Sprintf("send %v %s", a.Expires, a.Target)))
		case StartTimer:
			r.gen, r.after, r.timer = a.Gen, a.After, true
		case StopTimer:
			r.timer = false
		case Changed:
			r.last = a
			r.lines = append(r.lines, a.State.String())
		case Done:
			r.lines = append(r.lines, "done")
		}
	}
}

func answer(status int, change func(*Response)) func(*rig) Input {
	return func(r *rig) Input {
		response := Response{Status: status, Reason: "Because", Own: "sip:1001@10.0.0.5:5060"}
		if change != nil {
			change(&response)
		}
		return Responded{r.tx, response}
	}
}

func granted(d time.Duration) func(*rig) Input {
	return answer(200, func(r *Response) { r.Expires, r.HasExpires = d, true })
}

var (
	lost = func(r *rig) Input {
		return Failed{Tx: r.tx, Cause: "TLS: certificate signed by unknown authority (pbx)"}
	}
	refused = func(r *rig) Input { return Failed{Tx: r.tx, Refused: true, Cause: "TCP: connection refused by pbx"} }
	quiet   = func(r *rig) Input { return Failed{Tx: r.tx, Timeout: true} }
	fire    = func(r *rig) Input { return TimerFired{r.gen} }
	stale   = func(r *rig) Input { return TimerFired{r.gen - 1} }
)

func TestStep(t *testing.T) {
	registered := []any{Start{}, granted(10 * time.Minute)}
	failed := []any{Start{}, answer(503, nil)}
	for _, c := range []struct {
		arrow string
		given []any
		when  any
		want  string
		from  time.Duration // bounds of the timer
		to    time.Duration
		cause string
	}{
		{"idle: Start -> REGISTER", nil, Start{}, "registering; send 10m0s", 0, 0, ""},
		{"idle: network changed -> nothing", nil, NetworkChanged{}, "", 0, 0, ""},
		{"idle: Stop -> done", nil, Stop{}, "done", 0, 0, ""},
		{"registering: 200 -> registered", []any{Start{}}, granted(10 * time.Minute), "registered", 510 * time.Second, 540 * time.Second, ""},
		{"registering: 200 for a short time -> refresh at half of it", []any{Start{}}, granted(time.Minute), "registered", 27 * time.Second, 30 * time.Second, ""},
		{"registering: 200 for no time -> failed", []any{Start{}}, granted(0), "failed", 30 * time.Second, 60 * time.Second, "dropped"},
		{"registering: 401 -> failed, slowly", []any{Start{}}, answer(401, nil), "failed", 150 * time.Second, 300 * time.Second, "password"},
		{"registering: 401 with the digest's cause", []any{Start{}}, answer(401, func(r *Response) { r.Cause = "as digest says" }), "failed", 150 * time.Second, 300 * time.Second, "as digest says"},
		{"registering: 403 -> failed, slowly", []any{Start{}}, answer(403, nil), "failed", 150 * time.Second, 300 * time.Second, "forbids"},
		{"registering: 404 -> failed, slowly", []any{Start{}}, answer(404, nil), "failed", 150 * time.Second, 300 * time.Second, "does not know this user"},
		{"registering: 603 -> failed, slowly", []any{Start{}}, answer(603, nil), "failed", 150 * time.Second, 300 * time.Second, "603 Because, pbx"},
		{"registering: 500 -> failed", []any{Start{}}, answer(500, nil), "failed", 30 * time.Second, 60 * time.Second, "fault"},
		{"registering: 503 with Retry-After -> then", []any{Start{}}, answer(503, func(r *Response) { r.RetryAfter = 100 * time.Second }), "failed", 100 * time.Second, 111 * time.Second, "overloaded"},
		{"registering: 503 with a foolish Retry-After -> half an hour", []any{Start{}}, answer(503, func(r *Response) { r.RetryAfter = 1000 * time.Hour }), "failed", 30 * time.Minute, 34 * time.Minute, ""},
		{"registering: 430 -> soon", []any{Start{}}, answer(430, nil), "failed", 0, time.Second, ""},
		{"registering: no response -> failed", []any{Start{}}, quiet, "failed", 30 * time.Second, 60 * time.Second, "does not respond (pbx)"},
		{"registering: not sent -> failed, the cause passes", []any{Start{}}, lost, "failed", 30 * time.Second, 60 * time.Second, "TLS: certificate signed by unknown authority (pbx)"},
		{"registering: refused -> soon", []any{Start{}}, refused, "failed", 500 * time.Millisecond, time.Second, "refused"},
		{"failed: refused again -> a little later", []any{Start{}, refused, fire}, refused, "failed", time.Second, 2 * time.Second, "refused"},
		{"failed: refused five times -> as RFC 5626", []any{Start{}, refused, fire, refused, fire, refused, fire, refused, fire, refused, fire}, refused, "failed", 30 * time.Second, 60 * time.Second, "refused"},
		{"failed: refused after a success -> soon", []any{Start{}, refused, fire, refused, fire, granted(time.Hour), fire}, refused, "failed", 500 * time.Millisecond, time.Second, "refused"},
		{"registering: 423 -> asks for more", []any{Start{}}, answer(423, func(r *Response) { r.MinExpires = time.Hour }), "send 1h0m0s", 0, 0, ""},
		{"registering: 423 without Min-Expires -> doubles", []any{Start{}}, answer(423, nil), "send 20m0s", 0, 0, ""},
		{"registering: 423 with a foolish Min-Expires -> failed", []any{Start{}}, answer(423, func(r *Response) { r.MinExpires = 999 * time.Hour }), "failed", 150 * time.Second, 300 * time.Second, "longer"},
		{"registering: 423 again and again -> failed", []any{Start{}, answer(423, nil), answer(423, nil), answer(423, nil)}, answer(423, nil), "failed", 150 * time.Second, 300 * time.Second, "longer"},
		{"registering: 302 -> there", []any{Start{}}, answer(302, func(r *Response) { r.Contacts = []Contact{{URI: "sip:other"}} }), "send 10m0s sip:other", 0, 0, ""},
		{"registering: 302 without Contact -> failed", []any{Start{}}, answer(302, nil), "failed", 150 * time.Second, 300 * time.Second, "elsewhere"},
		{"registering: response to another REGISTER -> ignored", []any{Start{}}, Responded{9, Response{Status: 200}}, "", 0, 0, ""},
		{"registering: flow lost -> soon, once", []any{Start{}}, FlowLost{"reset"}, "failed", 0, time.Second, "reset"},
		{"registering: Stop waits for the response", []any{Start{}}, Stop{}, "", 2 * time.Second, 2 * time.Second, ""},
		{"stopping: 200 -> removal", []any{Start{}, Stop{}}, granted(time.Minute), "send 0s", 2 * time.Second, 2 * time.Second, ""},
		{"stopping: not sent -> removal", []any{Start{}, Stop{}}, lost, "send 0s", 2 * time.Second, 2 * time.Second, ""},
		{"registered: refresh -> REGISTER, told nothing", registered, fire, "send 10m0s", 0, 0, ""},
		{"registered: refresh done -> the new end is told", []any{registered, fire}, granted(10 * time.Minute), "registered", 510 * time.Second, 540 * time.Second, ""},
		{"registered: refresh failed -> failed", []any{registered, fire}, quiet, "failed", 30 * time.Second, 60 * time.Second, ""},
		{"registered: stale timer -> ignored", registered, stale, "", 510 * time.Second, 540 * time.Second, ""},
		{"registered: flow lost -> soon", registered, FlowLost{}, "failed", 0, time.Second, "connection to the server was lost"},
		{"registered: network changed -> at once", registered, NetworkChanged{}, "send 10m0s", 0, 0, ""},
		{"registered: Refresh -> at once", registered, Refresh{}, "send 10m0s", 0, 0, ""},
		{"registered: Reconfigure -> asks for that", registered, Reconfigure{time.Hour}, "send 1h0m0s", 0, 0, ""},
		{"registered: Start -> nothing", registered, Start{}, "", 510 * time.Second, 540 * time.Second, ""},
		{"registered: Stop -> removal", registered, Stop{}, "send 0s", 2 * time.Second, 2 * time.Second, ""},
		{"removing: 200 -> done", []any{registered, Stop{}}, answer(200, nil), "unregistered; done", 0, 0, ""},
		{"removing: no response -> done", []any{registered, Stop{}}, quiet, "unregistered; done", 0, 0, ""},
		{"removing: too long -> done", []any{registered, Stop{}}, fire, "unregistered; done", 0, 0, ""},
		{"removing: Stop again -> nothing", []any{registered, Stop{}}, Stop{}, "", 2 * time.Second, 2 * time.Second, ""},
		{"removing: network changed -> nothing", []any{registered, Stop{}}, NetworkChanged{}, "", 2 * time.Second, 2 * time.Second, ""},
		{"failed: timer -> again", failed, fire, "registering; send 10m0s", 0, 0, ""},
		{"failed: network changed -> at once", failed, NetworkChanged{}, "registering; send 10m0s", 0, 0, ""},
		{"failed: flow lost -> nothing new", failed, FlowLost{}, "", 30 * time.Second, 60 * time.Second, ""},
		{"failed again -> longer", []any{failed, fire}, answer(503, nil), "failed", 60 * time.Second, 120 * time.Second, ""},
		{"registering: 430 again -> as RFC 5626", []any{Start{}, answer(430, nil), fire}, answer(430, nil), "failed", 60 * time.Second, 120 * time.Second, "lost the connection"},
		{"registering: 439 without outbound asked -> failed, slowly", []any{Start{}}, answer(439, nil), "failed", 150 * time.Second, 300 * time.Second, ""},
		{"failed: another flow stands -> from now on longer", []any{Start{}, OtherFlow{true}}, quiet, "failed", 90 * time.Second, 180 * time.Second, ""},
		{"failed: another flow stands, refused -> no hurry", []any{Start{}, OtherFlow{true}}, refused, "failed", 90 * time.Second, 180 * time.Second, ""},
		{"failed: the other flow has gone -> shorter again", []any{Start{}, OtherFlow{true}, OtherFlow{false}}, quiet, "failed", 30 * time.Second, 60 * time.Second, ""},
		{"done: another flow -> nothing", []any{Stop{}}, OtherFlow{true}, "", 0, 0, ""},
		{"done: anything -> nothing", []any{Stop{}}, Start{}, "", 0, 0, ""},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			r := newRig(Config{Server: "pbx", Seed: 3})
			r.feed(c.given)
			r.lines = nil
			r.feed(c.when)
			if got := strings.Join(r.lines, "; "); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			if r.timer != (c.to > 0) || r.timer && (r.after < c.from || r.after > c.to) {
				t.Errorf("timer %v after %v", r.timer, r.after)
			}
			if !strings.Contains(r.last.Cause, c.cause) {
				t.Errorf("cause %q", r.last.Cause)
			}
			if r.last.State == ua.RegistrationFailed && r.last.RetryIn != r.after {
				t.Errorf("tells %v, waits %v", r.last.RetryIn, r.after)
			}
		})
	}
}

func TestStep_backoff_is_bounded(t *testing.T) {
	r := newRig(Config{Seed: 5})
	r.step(Start{})
	for i := range 40 {
		r.feed(quiet)
		if low := min(maxInterval, allBase<<min(i, 9)) / 2; r.after < low || r.after > maxInterval {
			t.Errorf("failure %d waits %v", i, r.after)
		}
		r.feed(fire)
	}
	for i := range 10 { // a server that throws everybody out after each 200
		r.feed(granted(time.Hour))
		r.step(FlowLost{})
		if i > maxTurns && r.after < allBase/2 {
			t.Errorf("loss %d waits %v", i, r.after)
		}
		r.feed(fire)
	}
}

// A PBX that restarts is back within some ten seconds: whoever it refuses must
// come again soon, but not all at once, and each at a place of its own.
func TestStep_restart_of_a_server(t *testing.T) {
	const phones, up = 1000, 6 * time.Second
	var arrivals [20]int // in each second after the server is back
	for phone := range uint64(phones) {
		var when [2]time.Duration
		for again := range when {
			r := newRig(Config{Seed: uint64(again) + 99, Spread: phone * 0x9e3779b97f4a7c15})
			r.feed([]any{Start{}, granted(time.Hour), FlowLost{"closed"}})
			now := r.after
			for now < up {
				r.feed([]any{fire, refused})
				now += r.after
			}
			when[again] = now
		}
		if when[0] != when[1] {
			t.Fatalf("phone %d comes after %v, then after %v", phone, when[0], when[1])
		}
		if when[0] > up+8*refusedBase {
			t.Fatalf("phone %d comes after %v", phone, when[0])
		}
		arrivals[(when[0]-up)/time.Second]++
	}
	for second, n := range arrivals {
		if n > phones/2 {
			t.Errorf("%d of %d phones come in second %d", n, phones, second)
		}
	}
}

// Who runs many telephones has them come back over a time of his own: at no time
// more than twice as many as if they came evenly, whether the server is back at once
// or after a while.
func TestStep_restart_of_a_server_of_many(t *testing.T) {
	const phones, spread = 1000, time.Minute
	for _, up := range []time.Duration{0, 20 * time.Second, 2 * time.Minute} {
		arrivals := map[time.Duration]int{}
		for phone := range uint64(phones) {
			r := newRig(Config{Seed: phone, Spread: phone * 0x9e3779b97f4a7c15, Reconnect: spread})
			r.feed([]any{Start{}, granted(time.Hour), FlowLost{"closed"}})
			now := r.after
			for now < up {
				r.feed([]any{fire, refused})
				now += r.after
			}
			if now > up+spread {
				t.Fatalf("back after %v, phone %d comes after %v", up, phone, now)
			}
			arrivals[now.Truncate(5*time.Second)]++
		}
		for at, n := range arrivals {
			if most := 2 * phones * 5 / int(spread.Seconds()); n > most {
				t.Errorf("back after %v: %d phones come in the 5 s after %v, want %d at most", up, n, at, most)
			}
		}
	}
}

func TestGranted(t *testing.T) {
	own := "sip:1001@10.0.0.5:5060;transport=tls;ob"
	contact := func(uri string, expires time.Duration) Contact {
		return Contact{URI: uri, Expires: expires, HasExpires: true}
	}
	for _, c := range []struct {
		arrow string
		r     Response
		want  time.Duration
	}{
		{"nothing said: as asked", Response{}, time.Hour},
		{"header", Response{HasExpires: true, Expires: time.Minute}, time.Minute},
		{"our Contact over the header", Response{HasExpires: true, Expires: time.Minute, Contacts: []Contact{contact(own, 2*time.Minute)}}, 2 * time.Minute},
		{"our Contact among others", Response{Contacts: []Contact{contact("sip:1001@10.0.0.9", time.Second), contact("<SIP:1001@10.0.0.5:5060;transport=TLS>", 2*time.Minute)}}, 2 * time.Minute},
		{"another's port", Response{HasExpires: true, Expires: time.Minute, Contacts: []Contact{contact("sip:1001@10.0.0.5:5070;transport=tls", 1), contact("sip:x@y", 1)}}, time.Minute},
		{"the one binding, rewritten", Response{Contacts: []Contact{contact("sip:1001@203.0.113.7:1024", time.Minute)}}, time.Minute},
		{"by instance", Response{Instance: `"<urn:uuid:1>"`, Contacts: []Contact{contact(own, time.Second), {URI: "sip:z@z", Instance: "<urn:uuid:1>", Expires: time.Minute, HasExpires: true}}}, time.Minute},
		{"by instance and flow", Response{Instance: "<urn:uuid:1>", RegID: 2, Contacts: []Contact{
			{URI: "sip:z@y", Instance: "<urn:uuid:1>", RegID: 1, Expires: time.Second, HasExpires: true},
			{URI: "sip:z@z", Instance: "<urn:uuid:1>", RegID: 2, Expires: time.Minute, HasExpires: true},
		}}, time.Minute},
		{"by instance: another flow's is not ours", Response{Instance: "<urn:uuid:1>", RegID: 2, HasExpires: true, Expires: time.Minute, Contacts: []Contact{
			{URI: "sip:z@y", Instance: "<urn:uuid:1>", RegID: 1, Expires: time.Second, HasExpires: true}, {URI: "sip:x@x"},
		}}, time.Minute},
		{"our Contact without expires: header", Response{HasExpires: true, Expires: time.Minute, Contacts: []Contact{{URI: own}}}, time.Minute},
		{"removed", Response{HasExpires: true, Contacts: []Contact{contact(own, 0)}}, 0},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			c.r.Own = own
			if got := Granted(c.r, time.Hour); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	if !sameContact("sip:a@[2001:db8::1]", "sip:a@[2001:DB8::1]:5060;transport=udp") || sameContact("sip:a@[::1]:1", "sip:a@[::1]:2") {
		t.Error("IPv6 addresses")
	}
}

// Whatever comes, the machine either waits for a response, or for its timer, or
// has not begun, or is done; and Stop always leads to Done.
func TestStep_never_stands_still(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := newRig(Config{Seed: rapid.Uint64().Draw(t, "seed"), RegID: rapid.IntRange(0, 2).Draw(t, "reg-id")})
		begun, tx := false, Tx(0)
		for range rapid.IntRange(0, 50).Draw(t, "steps") {
			in := drawInput(t, r)
			r.feed(in)
			if r.tx < tx {
				t.Fatal("Tx goes back")
			}
			tx = r.tx
			_, isStart := in.(Start)
			begun = begun || isStart
			done := slices.Contains(r.lines, "done")
			if begun && !done && !r.timer && !r.machine.tx.Busy() {
				t.Fatalf("stands still after %v", r.lines)
			}
			if done && (r.timer || r.machine.tx.Busy()) {
				t.Fatalf("a timer after Done: %v", r.lines)
			}
		}
		r.step(Stop{})
		if r.timer {
			r.feed(fire)
		}
		if n := len(r.lines); r.lines[n-1] != "done" || slices.Index(r.lines, "done") != n-1 {
			t.Fatalf("%v", r.lines)
		}
	})
}

func drawInput(t *rapid.T, r *rig) any {
	status := rapid.SampledFrom([]int{0, 200, 302, 401, 403, 423, 430, 439, 500, 503, 603}).Draw(t, "status")
	expires := time.Duration(rapid.Int64Range(-1, 1<<40).Draw(t, "expires"))
	return rapid.SampledFrom([]any{
		Start{}, Start{}, NetworkChanged{}, OtherFlow{true}, OtherFlow{}, FlowLost{}, Refresh{}, Reconfigure{expires}, Stop{}, TimerFired{r.gen}, TimerFired{99},
		lost, quiet, refused, granted(expires), granted(time.Hour),
		answer(status, func(a *Response) { a.MinExpires, a.RetryAfter = expires, expires }),
		answer(302, func(a *Response) { a.Contacts = []Contact{{URI: "sip:x"}} }),
	}).Draw(t, "input")
}
