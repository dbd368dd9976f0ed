package benchpeers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"offhook/cmd/internal/lab"
)

// Config says what is measured, how long, and where to tell of it.
type Config struct {
	Offhook  string        // the agent's program
	Pjsua    string        // where pjsua is; "" looks for it
	Speech   string        // WAV that everybody says; "" has it said by a machine
	Rounds   int           // 0 means 3
	Time     time.Duration // of each call; 0 means 20 s
	Rest     time.Duration // registered, without a call; 0 means 5 s
	Period   int           // of our sound device, in ms; 0 means 10, as the boards have
	Only     []string      // names of programs; empty means all
	Codecs   []string      // g711, g722, opus; empty means all, "none" only the delay
	Progress io.Writer     // may be nil
}

// bench is a run under way.
type bench struct {
	cfg   Config
	dir   string
	lab   *lab.Lab
	turns int
}

// Run measures. Programs that are not there are told of, and left out.
func Run(ctx context.Context, cfg Config) (Figures, error) {
	cfg.Rounds, cfg.Time, cfg.Rest = cmp.Or(cfg.Rounds, 3), cmp.Or(cfg.Time, 20*time.Second), cmp.Or(cfg.Rest, 5*time.Second)
	cfg.Period = cmp.Or(cfg.Period, shippedPeriod)
	if cfg.Progress == nil {
		cfg.Progress = io.Discard
	}
	if err := comeFirst(); err != nil {
		fmt.Fprintf(cfg.Progress, "what else this machine does may show in the figures: %v\n", err)
	}
	dir, err := os.MkdirTemp("", "peers-")
	if err != nil {
		return nil, err
	}
	b := &bench{cfg: cfg, dir: dir}
	// baresip 1.0 does not pass over a digest that it does not know.
	if b.lab, err = lab.Start(ctx, lab.Config{Algorithms: []string{"MD5"}}); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if b.cfg.Speech == "" {
		b.cfg.Speech = recite(ctx, dir)
	}
	f, err := b.measure(ctx)
	return f, errors.Join(err, b.lab.Close(), os.RemoveAll(dir))
}

func (b *bench) say(format string, args ...any) {
	fmt.Fprintf(b.cfg.Progress, format+"\n", args...)
}

func (b *bench) telephones() []telephone {
	all := []telephone{
		ours{b.cfg.Offhook, false, b.cfg.Period}, ours{b.cfg.Offhook, true, b.cfg.Period}, baresip{}, pjsua{b.cfg.Pjsua},
	}
	var present []telephone
	for _, t := range all {
		switch why := t.missing(); {
		case !chosen(b.cfg.Only, t.name()):
		case why != "":
			b.say("%s is left out: %s", t.title(), why)
		default:
			present = append(present, t)
		}
	}
	return present
}

func chosen(names []string, name string) bool {
	for _, n := range names {
		if n == name {
			return true
		}
	}
	return len(names) == 0
}

func (b *bench) measure(ctx context.Context) (Figures, error) {
	all := samples{}
	for round := range b.cfg.Rounds {
		for _, c := range codecs() {
			if !chosen(b.cfg.Codecs, c.name) {
				continue
			}
			calls, err := b.together(ctx, c)
			if err != nil {
				return nil, err
			}
			for _, one := range calls {
				all.add(one.telephone, c, one.sample)
				s := one.sample
				b.say("round %d of %d, %-5s %-16s: %6.0f ms of processor a minute in the call, %4.0f at rest; RSS %.1f MB (anonymous %.1f), at rest %.1f (%.1f); registered after %.0f ms, first RTP %.0f ms after INVITE",
					round+1, b.cfg.Rounds, c.name, one.telephone.name(), s.inCall, s.atRest, s.call.RSS/1000, s.call.Anonymous/1000, s.rest.RSS/1000, s.rest.Anonymous/1000, s.registered, s.firstRTP)
			}
		}
	}
	f := all.figures()
	return f, b.mouthToEar(ctx, f)
}

// sample is what one call of one program told; times in ms, of a minute for
// processor time.
type sample struct {
	registered, firstRTP, atRest, inCall float64
	rest, call                           memory
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
