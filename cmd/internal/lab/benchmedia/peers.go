package benchmedia

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"runtime/debug"
	"slices"
	"sort"
	"sync"
	"time"

	"offhook/cmd/internal/lab/benchmedia/peer"
	"offhook/media"
)

const (
	peerPackets = packets / 2 // of each trace: a minute, in real time
	stagger     = 40 * time.Millisecond
	busy        = 5.0 // ms of lateness in sending
)

// live are the networks that our engine plays, too: that what is computed is what happens.
var live = []string{"clean LAN", "Wi-Fi stalls", "+80 ms step"}

// real is what a program made of the first minute of a kind of network in real time, and what
// is computed for the same minute. The trace is the packets as they were sent indeed.
type real struct {
	trace          *Trace
	late           time.Duration // so much later than wanted nearly all packets were sent: the 99th of 100
	program        Outcome
	optimum, neteq Outcome
	ours           Outcome
}

// player plays a trace by a program.
type player func(context.Context, peer.Trace) (peer.Heard, error)

// run is a trace that a program plays.
type run struct {
	trace *Trace
	sent  peer.Trace
	play  player
	heard peer.Heard
	err   error
}

// peers plays a minute of each network to baresip, if it is there, and of some to our
// own engine, all at once.
func peers(ctx context.Context, seed uint64, voice media.Frame, say func(string, ...any)) (baresip, engine []*real, err error) {
	mark, err := peer.NewMark(samples(packets * ptime))
	if err != nil {
		return nil, nil, err
	}
	version, err := peer.Version(ctx)
	if err != nil {
		say("%v: its column is absent", err)
	}
	var runs []*run
	for _, n := range Networks() {
		t := n.record(seed, peerPackets).first(time.Minute)
		if version != "" {
			runs = append(runs, &run{trace: t, sent: t.sent(mark), play: peer.Baresip})
		}
	}
	ofBaresip := len(runs)
	for _, n := range Networks() {
		if t := n.record(seed, peerPackets).first(time.Minute); slices.Contains(live, n.Name) {
			runs = append(runs, &run{trace: t, sent: t.sent(mark), play: peer.Engine})
		}
	}
	if version != "" {
		say("%s plays a minute of %d networks, in real time", version, ofBaresip)
	}
	say("our engine plays a minute of %v, in real time", live)
	if err := together(ctx, runs); err != nil {
		return nil, nil, err
	}
	all := make([]*real, len(runs))
	for i, r := range runs {
		if all[i], err = r.judge(voice); err != nil {
			return nil, nil, fmt.Errorf("%s: %w", r.trace.Name, err)
		}
	}
	return all[:ofBaresip], all[ofBaresip:], nil
}

// together plays all at one time; nothing else goes on meanwhile. Each thread has a processor of
// the runtime's, so that none waits for another that the kernel has put behind other programs.
func together(ctx context.Context, runs []*run) error {
	defer debug.SetGCPercent(debug.SetGCPercent(-1))
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(4 * len(runs)))
	var wait sync.WaitGroup
	for i, r := range runs {
		wait.Go(func() {
			select { // not all begin at once
			case <-time.After(time.Duration(i) * stagger):
				r.heard, r.err = r.play(ctx, r.sent)
			case <-ctx.Done():
				r.err = ctx.Err()
			}
		})
	}
	wait.Wait()
	var errs []error
	for _, r := range runs {
		if r.err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", r.trace.Name, r.err))
		}
	}
	return errors.Join(errs...)
}

func (r *run) judge(voice media.Frame) (*real, error) {
	p := r.sent.Judge(r.heard)
	if p.Sound == 0 {
		return nil, errors.New("nothing that was sent was heard")
	}
	t := r.trace.as(r.heard.Arrival)
	o := Outcome{MadeUp: float64(p.Damaged) / float64(p.Sound), Stretched: float64(p.Stretch) / float64(p.Sound)}
	for _, d := range p.Delays {
		if d >= 0 {
			d = max(0, d-t.Base)
		}
		o.Path = append(o.Path, d)
	}
	o.Delay = mean(o.Path)
	ours, err := Ours(t, voice)
	return &real{trace: t, late: lateSent(r.trace.Arrival, t.Arrival), program: o.rated(), optimum: Optimum(t), neteq: NetEQ(t), ours: ours.Outcome}, err
}

// lateSent is the 99 % quantile of how late packets were sent.
func lateSent(wanted, sent []time.Duration) time.Duration {
	var late []time.Duration
	for i, at := range sent {
		if at != lost {
			late = append(late, at-wanted[i])
		}
	}
	slices.Sort(late)
	return late[len(late)*99/100]
}

// sent is the trace as it is sent.
func (t *Trace) sent(mark *peer.Mark) peer.Trace {
	s := peer.Trace{PTime: t.PTime, Mark: mark}
	for i := range t.Media {
		p := t.header(i)
		s.Packets = append(s.Packets, peer.Packet{
			Sequence: p.Sequence, Timestamp: p.Timestamp, SSRC: p.SSRC, Marker: p.Marker,
			Pause: t.Pause(i), Sent: t.Sent[i], Arrival: t.Arrival[i],
		})
	}
	return s
}

// as is the trace with other arrivals.
func (t *Trace) as(arrival []time.Duration) *Trace {
	other := *t
	other.Arrival, other.Base = arrival, time.Hour
	for i, a := range arrival {
		if a != lost {
			other.Base = min(other.Base, a-t.Sent[i])
		}
	}
	return &other
}

// first is the trace up to a time.
func (t *Trace) first(d time.Duration) *Trace {
	n := sort.Search(len(t.Sent), func(i int) bool { return t.Sent[i] >= d })
	short := *t
	short.Media, short.Sent, short.Arrival = t.Media[:n], t.Sent[:n], t.Arrival[:n]
	return &short
}

// real takes the figures of real programs.
func (f *Figures) real(baresip, engine []*real) {
	var mean, worst float64
	n := float64(len(baresip))
	for _, r := range baresip {
		add(&mean, &worst, r.optimum.R-r.program.R, n)
		f.SentLate = max(f.SentLate, millis(r.late))
		add(&f.MinuteDeficitMean, &f.MinuteDeficitMax, r.optimum.R-r.ours.R, n)
	}
	if len(baresip) > 0 {
		f.BaresipDeficitMean, f.BaresipDeficitMax = &mean, &worst
	}
	for _, r := range engine {
		f.EngineDelayOff = max(f.EngineDelayOff, math.Abs(millis(r.program.Delay-r.ours.Delay)))
		f.EngineROff = max(f.EngineROff, math.Abs(r.program.R-r.ours.R))
	}
}
