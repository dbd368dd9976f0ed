package flood

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// frame is the sound of one packet.
const frame = 20 * time.Millisecond

// window is what was seen of the telephone for a while.
type window struct {
	time      time.Duration
	concealed time.Duration // sound that the call made up
	received  uint64        // of its packets
	refused   uint64        // packets that came and were not its own
	dropped   uint64        // SIP messages that the telephone did not read
	rss       int64         // most, of all the telephone's processes
	cpu       time.Duration
	setups    []time.Duration // of calls that were to ring
	missed    int             // of them that did not
	rang      []string        // who rang and must not
	up        bool            // the call, at the end
}

// concealedPerMinute is in frames.
func (w window) concealedPerMinute() float64 {
	return w.concealed.Seconds() / frame.Seconds() / w.time.Minutes()
}

// cores that the telephone took.
func (w window) cores() float64 { return w.cpu.Seconds() / w.time.Seconds() }

// goals are what a call and a telephone are held to.
type goals struct {
	concealed float64       // extra frames a minute
	memory    int64         // bytes more than before all
	setup     time.Duration // until a legitimate call rings
}

func theGoals() goals { return goals{concealed: 1, memory: 16 << 20, setup: 2 * time.Second} }

// result is what became of one attack.
type result struct {
	attack        attack
	quiet, during window
	before        int64 // memory before all attacks
	report        Report
}

func (r result) extra() float64 {
	return max(0, r.during.concealedPerMinute()-r.quiet.concealedPerMinute())
}
func (r result) growth() int64 { return max(0, r.during.rss-r.before) }

// arrived reports whether the telephone has noticed anything of the attack: it has
// answered, let a connection in, or refused packets at the call's sockets.
func (r result) arrived() bool {
	switch r.attack.kind {
	case datagrams:
		return r.report.Answers+r.during.dropped > 0
	case handshakes, silences:
		return r.report.Sent > r.report.Failed
	default:
		return r.during.refused > 0
	}
}

// misses are the goals that were missed, in words; none: it was held. An attack of
// which nothing arrived tells nothing, and is not held either.
func (r result) misses(g goals) (all []string) {
	miss := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	if !r.arrived() {
		miss("nothing of %d arrived", r.report.Sent)
	}
	if extra := r.extra(); extra > g.concealed {
		miss("%.0f more frames a minute are concealed", extra)
	}
	if growth := r.growth(); growth > g.memory {
		miss("%d KiB more memory", growth>>10)
	}
	tried := len(r.during.setups) + r.during.missed
	if tried == 0 {
		miss("no call was tried")
	}
	if r.during.missed > 0 {
		miss("%d of %d calls did not ring", r.during.missed, tried)
	}
	if slowest := percentile(r.during.setups, 100); slowest > g.setup {
		miss("a call rang after %v", slowest.Round(time.Millisecond))
	}
	for _, who := range r.during.rang {
		miss("%s rang", who)
	}
	if r.report.Alarms > 0 {
		miss("%d answers that no stranger may get", r.report.Alarms)
	}
	if !r.during.up {
		miss("the call has ended")
	}
	if r.during.received == 0 {
		miss("the call has no sound")
	}
	return all
}

// Figures are what came of it.
type Figures struct {
	Attacks   int     `json:"attacks"`
	Held      int     `json:"held"`
	Concealed float64 `json:"extra_concealed_frames_per_min"` // the worst attack's
	// OfAll is the same over all attacks together, against all quiet windows; Quiet
	// what those conceal: this machine's own doing.
	OfAll      float64  `json:"extra_concealed_frames_per_min_of_all"`
	Quiet      float64  `json:"quiet_concealed_frames_per_min"`
	Memory     int64    `json:"memory_growth_bytes"`
	Setup      float64  `json:"legit_call_setup_p99_ms"`
	Calls      int      `json:"legit_calls"`
	CallsLost  int      `json:"legit_calls_lost"`
	Rate       int      `json:"target_rate_per_s"`
	LowestRate float64  `json:"lowest_datagram_rate_per_s"` // really sent
	Cores      float64  `json:"most_cpu_cores"`
	Rang       int      `json:"rang_that_must_not"`
	Ended      int      `json:"calls_ended"`
	Seconds    float64  `json:"seconds_each"`
	NotMade    []string `json:"not_made,omitempty"`
	Missed     []string `json:"missed,omitempty"`
}

// errNothing is a run that tells nothing.
var errNothing = errors.New("no attack could be made")

// figures adds up what became of the attacks.
func figures(all []result, g goals) (f Figures, err error) {
	var setups []time.Duration
	var quiet, during window
	for _, r := range all {
		if r.report.NotMade != "" {
			f.NotMade = append(f.NotMade, r.attack.name+": "+r.report.NotMade)
			continue
		}
		f.Attacks++
		missed := r.misses(g)
		for _, m := range missed {
			f.Missed = append(f.Missed, r.attack.name+": "+m)
		}
		if len(missed) == 0 {
			f.Held++
		}
		f.Concealed, f.Memory, f.Cores = max(f.Concealed, r.extra()), max(f.Memory, r.growth()), max(f.Cores, r.during.cores())
		if rate := float64(r.report.Sent) / r.during.time.Seconds(); r.attack.kind == datagrams && (f.LowestRate == 0 || rate < f.LowestRate) {
			f.LowestRate = rate
		}
		f.Calls, f.CallsLost = f.Calls+len(r.during.setups)+r.during.missed, f.CallsLost+r.during.missed
		f.Rang += len(r.during.rang)
		if !r.during.up {
			f.Ended++
		}
		setups = append(setups, r.during.setups...)
		quiet.time, quiet.concealed = quiet.time+r.quiet.time, quiet.concealed+r.quiet.concealed
		during.time, during.concealed = during.time+r.during.time, during.concealed+r.during.concealed
	}
	if f.Attacks == 0 {
		return f, errNothing
	}
	f.Setup = float64(percentile(setups, 99).Microseconds()) / 1000
	f.Quiet = quiet.concealedPerMinute()
	f.OfAll = during.concealedPerMinute() - f.Quiet
	return f, nil
}

// percentile is the smallest value that so many in a hundred do not exceed.
func percentile(all []time.Duration, p int) time.Duration {
	if len(all) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(all))
	return sorted[(len(sorted)*p+99)/100-1]
}
