package flood

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// unhurt is an attack that the telephone did not feel.
func unhurt() result {
	calm := window{time: time.Minute, received: 3000, rss: 50 << 20, cpu: 3 * time.Second, up: true, setups: []time.Duration{5 * time.Millisecond}}
	return result{attack: attack{name: "INVITE", kind: datagrams}, quiet: calm, during: calm, before: 50 << 20, report: Report{Sent: 600000, Answers: 20}}
}

func TestMisses(t *testing.T) {
	for _, test := range []struct {
		arrow string
		hurt  func(*result)
		miss  string // "": held
	}{
		{"unhurt -> held", func(*result) {}, ""},
		{"one frame a minute more -> held", func(r *result) { r.during.concealed = frame }, ""},
		{"two frames a minute more -> missed", func(r *result) { r.during.concealed = 2 * frame }, "2 more frames"},
		{"as many as when it was quiet -> held", func(r *result) { r.during.concealed, r.quiet.concealed = time.Second, time.Second }, ""},
		{"one frame in ten seconds -> missed", func(r *result) { r.during.time, r.during.concealed = 10*time.Second, frame }, "6 more frames"},
		{"16 MiB more -> held", func(r *result) { r.during.rss += 16 << 20 }, ""},
		{"a page more than that -> missed", func(r *result) { r.during.rss += 16<<20 + 4096 }, "16388 KiB"},
		{"less memory than before -> held", func(r *result) { r.during.rss = 1 }, ""},
		{"a call after two seconds -> held", func(r *result) { r.during.setups[0] = 2 * time.Second }, ""},
		{"later -> missed", func(r *result) { r.during.setups = append(r.during.setups, 2001*time.Millisecond) }, "after 2.001s"},
		{"a call that is lost -> missed", func(r *result) { r.during.missed = 1 }, "1 of 2 calls"},
		{"no call -> missed", func(r *result) { r.during.setups = nil }, "no call was tried"},
		{"a stranger who rings -> missed", func(r *result) { r.during.rang = []string{"sip:100@x"} }, "sip:100@x rang"},
		{"a stranger who hears that it rings -> missed", func(r *result) { r.report.Alarms = 1 }, "no stranger may get"},
		{"the call ends -> missed", func(r *result) { r.during.up = false }, "has ended"},
		{"the call falls silent -> missed", func(r *result) { r.during.received = 0 }, "no sound"},
		{"nothing is sent -> missed", func(r *result) { r.report = Report{} }, "nothing of 0 arrived"},
		{"datagrams that nobody answers -> missed", func(r *result) { r.report.Answers = 0 }, "nothing of 600000 arrived"},
		{"packets that are refused -> held", func(r *result) { r.attack.kind, r.report.Answers, r.during.refused = forgery, 0, 9 }, ""},
		{"packets that nobody sees -> missed", func(r *result) { r.attack.kind = forgery }, "arrived"},
		{"connections, some let in -> held", func(r *result) { r.attack.kind, r.report = handshakes, Report{Sent: 9, Failed: 8} }, ""},
		{"connections, none let in -> missed", func(r *result) { r.attack.kind, r.report = silences, Report{Sent: 9, Failed: 9} }, "arrived"},
	} {
		t.Run(test.arrow, func(t *testing.T) {
			r := unhurt()
			test.hurt(&r)
			got := strings.Join(r.misses(theGoals()), "; ")
			if (got == "") != (test.miss == "") || !strings.Contains(got, test.miss) {
				t.Errorf("%q, want %q", got, test.miss)
			}
		})
	}
}

func TestFigures(t *testing.T) {
	bad := unhurt()
	bad.attack.name = "garbage"
	bad.during.concealed, bad.quiet.concealed = 9*frame, 3*frame
	bad.during.rss += 1 << 20
	bad.during.setups = []time.Duration{30 * time.Millisecond, 3 * time.Second}
	bad.during.missed, bad.during.up, bad.during.rang = 1, false, []string{"x"}
	bad.report.Sent = 60000
	left := unhurt()
	left.report = Report{NotMade: "no raw sockets"}
	f, err := figures([]result{unhurt(), bad, left}, theGoals())
	if err != nil {
		t.Fatal(err)
	}
	if f.Attacks != 2 || f.Held != 1 || len(f.NotMade) != 1 || len(f.Missed) != 5 {
		t.Errorf("%+v", f)
	}
	if f.Concealed != 6 || f.Quiet != 1.5 || f.OfAll != 3 || f.Memory != 1<<20 || f.Setup != 3000 {
		t.Errorf("%+v", f)
	}
	if f.Calls != 4 || f.CallsLost != 1 || f.Rang != 1 || f.Ended != 1 || f.LowestRate != 1000 || f.Cores != 0.05 {
		t.Errorf("%+v", f)
	}
	for _, miss := range f.Missed {
		if !strings.HasPrefix(miss, "garbage: ") {
			t.Errorf("%q does not tell of which attack", miss)
		}
	}
	if _, err := figures([]result{left}, theGoals()); !errors.Is(err, errNothing) {
		t.Errorf("a run without attacks: %v", err)
	}
}

func TestPercentile(t *testing.T) {
	var hundred []time.Duration
	for i := 100; i > 0; i-- {
		hundred = append(hundred, time.Duration(i))
	}
	if p := percentile(hundred, 99); p != 99 {
		t.Errorf("the 99th is %d", p)
	}
	if p := percentile(hundred[:3], 99); p != 100 {
		t.Errorf("of few it is the largest, not %d", p)
	}
	if p := percentile(nil, 99); p != 0 {
		t.Errorf("of none it is %d", p)
	}
}
