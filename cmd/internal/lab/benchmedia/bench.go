package benchmedia

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"sync"
	"time"

	"offhook/media"
)

// HeldOut are the seeds of the traces that figures are of: nothing was tuned on them.
func HeldOut() []uint64 { return []uint64{101, 102, 103} }

// Tuning are the seeds to tune with.
func Tuning() []uint64 { return []uint64{1, 2, 3, 4} }

// Config says what is measured.
type Config struct {
	Seeds  []uint64  // of each network
	Peers  bool      // play a minute of each network to baresip and to our engine, in real time
	Traces string    // folder of recorded networks; none if empty
	Speech string    // WAV file of speech to judge by ear's measure; several speakers of our own if empty
	Plots  string    // folder for pictures; none if empty
	Log    io.Writer // lines for people
}

// Measure runs the whole benchmark.
func Measure(ctx context.Context, cfg Config) (Figures, error) {
	began := time.Now()
	say := func(format string, args ...any) {
		fmt.Fprintf(cfg.Log, "%6.2f s  %s\n", time.Since(began).Seconds(), fmt.Sprintf(format, args...))
	}
	voice := speech()
	say("%d networks, seeds %d, %v each; delay beyond the fastest packet, sound made up or left out, R of the E-model",
		len(Networks()), cfg.Seeds, packets*ptime)
	var all []*result
	for _, n := range Networks() {
		results, err := listen(ctx, n, cfg.Seeds, voice)
		if err != nil {
			return Figures{}, fmt.Errorf("%s: %w", n.Name, err)
		}
		all = append(all, results...)
		say("%-14s optimum %s | fixed %s | NetEQ's rules %s | ours %s", n.Name,
			row(results, func(r *result) Outcome { return r.optimum }), row(results, func(r *result) Outcome { return r.fixed }),
			row(results, func(r *result) Outcome { return r.neteq }), row(results, func(r *result) Outcome { return r.ours.Outcome }))
	}
	f := summed(all[:len(Core())*len(cfg.Seeds)])
	f.beyond(summed(all))
	say("deficit to the optimum on the first %d, mean and worst: fixed %.2f and %.2f, NetEQ's rules %.2f and %.2f, ours %.2f and %.2f",
		len(Core()), f.FixedDeficitMean, f.FixedDeficitMax, f.NetEQDeficitMean, f.NetEQDeficitMax, f.DeficitMean, f.DeficitMax)
	if cfg.Traces != "" {
		if err := f.public(ctx, cfg.Traces, voice, say); err != nil {
			return Figures{}, err
		}
	}
	voices := heldOut()
	if cfg.Speech != "" {
		var err error
		if voices, err = spokenIn(cfg.Speech); err != nil {
			return Figures{}, err
		}
	}
	heard, curves, err := listening(ctx, voices, say)
	if err != nil {
		return Figures{}, err
	}
	f.Quality = heard
	if f.SkewWander, err = wander(voice); err != nil {
		return Figures{}, err
	}
	var baresip, engine []*real
	if cfg.Peers {
		if baresip, engine, err = peers(ctx, cfg.Seeds[0], voice, say); err != nil {
			return Figures{}, err
		}
		for _, r := range baresip {
			say("%-18s a minute: optimum %s | NetEQ's rules %s | baresip %s | ours %s", r.trace.Name, r.optimum, r.neteq, r.program, r.ours)
		}
		for _, r := range engine {
			say("%-18s a minute: ours computed %s | the engine in real time %s", r.trace.Name, r.ours, r.program)
		}
		if f.real(baresip, engine); f.SentLate > busy {
			say("the machine is busy: packets were sent up to %.0f ms late, and the figures in real time are of that more than of the networks", f.SentLate)
		}
	}
	f.round()
	if f.Allocs, err = allocations(voice); err != nil {
		return Figures{}, err
	}
	say("%v allocations in a step of the buffer", f.Allocs)
	if cfg.Plots != "" {
		files, err := draw(cfg.Plots, all, curves, voices[0])
		if err != nil {
			return Figures{}, err
		}
		if err := ratings(all, baresip, len(cfg.Seeds)).save(cfg.Plots); err != nil {
			return Figures{}, err
		}
		say("pictures: %v", append(files, barsFile))
	}
	return f, nil
}

// listen plays a network's traces to everybody.
func listen(ctx context.Context, n Network, seeds []uint64, voice media.Frame) ([]*result, error) {
	traces := make([]*Trace, len(seeds))
	for i, seed := range seeds {
		traces[i] = n.Record(seed)
	}
	return listenTo(ctx, traces, voice)
}

// listenTo plays traces to everybody.
func listenTo(ctx context.Context, traces []*Trace, voice media.Frame) ([]*result, error) {
	results := make([]*result, len(traces))
	errs := make([]error, len(traces))
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i, t := range traces {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if errs[i] = ctx.Err(); errs[i] == nil {
				results[i], errs[i] = judge(t, voice)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return nil, err
		}
	}
	return results, nil
}

func judge(t *Trace, voice media.Frame) (*result, error) {
	ours, err := Ours(t, voice)
	if err != nil {
		return nil, err
	}
	frontier := frontier(t)
	r := &result{
		trace: t, optimum: best(frontier), fixed: BestFixed(t, t.lossShare()+0.005), neteq: NetEQ(t),
		equal: BestFixed(t, ours.MadeUp), ours: ours,
	}
	r.clairvoyant, _ = leastClairvoyant(frontier, r.neteq.R) // the optimum has it
	r.fixedAsNetEQ, _ = leastFixed(t, r.neteq.R)
	return r, nil
}

// row is the mean of outcomes.
func row(results []*result, of func(*result) Outcome) string {
	var delay, made, rating float64
	n := float64(len(results))
	for _, r := range results {
		o := of(r)
		delay, made, rating = delay+millis(o.Delay)/n, made+100*o.MadeUp/n, rating+o.R/n
	}
	return tell(delay, made, rating)
}

func tell(delay, made, rating float64) string {
	return fmt.Sprintf("%5.1f ms %5.2f %% R %4.1f", delay, made, rating)
}

func (o Outcome) String() string { return tell(millis(o.Delay), 100*o.MadeUp, o.R) }
