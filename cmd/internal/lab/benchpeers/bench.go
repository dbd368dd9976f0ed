package benchpeers

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
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
	Period   int           // of our sound device, in ms; 0 means 20
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
	cfg.Period = cmp.Or(cfg.Period, 20)
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
			for _, t := range b.telephones() {
				s, err := b.call(ctx, t, c)
				if err != nil {
					return nil, fmt.Errorf("%s, %s: %w", t.title(), c.title, err)
				}
				all.add(t, c, s)
				b.say("round %d of %d, %-5s %-16s: %6.0f ms of processor a minute in the call, %4.0f at rest; RSS %.1f MB (anonymous %.1f), at rest %.1f (%.1f); registered after %.0f ms, first RTP %.0f ms after INVITE",
					round+1, b.cfg.Rounds, c.name, t.name(), s.inCall, s.atRest, s.call.RSS/1000, s.call.Anonymous/1000, s.rest.RSS/1000, s.rest.Anonymous/1000, s.registered, s.firstRTP)
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

func (b *bench) call(ctx context.Context, t telephone, c codec) (s sample, err error) {
	b.turns++
	p := place{at: b.lab.Addresses(), codec: c, extension: lab.Extensions()[0], number: echoNumber}
	p.dir = filepath.Join(b.dir, fmt.Sprint(b.turns))
	if err := os.Mkdir(p.dir, 0o700); err != nil {
		return s, err
	}
	rate, channels := t.speech(c)
	if p.speech, err = makeSpeech(p.dir, b.cfg.Speech, rate, channels, b.cfg.Time+2*warmUp); err != nil {
		return s, err
	}
	if err := unregistered(ctx, b.lab, p.extension.Number); err != nil {
		return s, fmt.Errorf("the one before did not leave: %w", err)
	}
	program, err := t.start(p)
	if err != nil {
		return s, err
	}
	if err := b.observe(ctx, t, p, program, &s); err != nil {
		return s, errors.Join(fmt.Errorf("%w; it says:\n%s", err, program.tail()), program.stop())
	}
	return s, errors.Join(program.stop(), os.RemoveAll(p.dir))
}

func (b *bench) observe(ctx context.Context, t telephone, p place, program *child, s *sample) error {
	at, err := registered(ctx, b.lab, p.extension.Number, program.executed)
	if err != nil {
		return err
	}
	s.registered = milliseconds(at.Sub(program.executed))
	if err := wait(ctx, settling); err != nil {
		return err
	}
	if s.atRest, err = b.spend(ctx, program, b.cfg.Rest); err != nil {
		return err
	}
	if s.rest, err = memoryOf(program.pids()); err != nil {
		return err
	}
	if err := t.dial(ctx, program, p); err != nil {
		return err
	}
	first, err := speaks(ctx, b.lab, program.executed)
	if err != nil {
		return err
	}
	s.firstRTP = milliseconds(first)
	if err := wait(ctx, warmUp); err != nil {
		return err
	}
	before, ok := newest(b.lab, program.executed)
	if s.inCall, err = b.spend(ctx, program, b.cfg.Time); err != nil {
		return err
	}
	after, still := newest(b.lab, program.executed)
	if !ok || !still {
		return errors.New("the call has ended")
	}
	// A program that says nothing costs nothing.
	leg, sent := after.Legs[0], after.Legs[0].Stats.Received-before.Legs[0].Stats.Received
	if want := b.cfg.Time.Seconds() * 50; math.Abs(float64(sent)/want-1) > 0.05 || leg.Suite == "" {
		return fmt.Errorf("%d packets came in %s, with SRTP %q: that is no call of 20 ms packets", sent, b.cfg.Time, leg.Suite)
	}
	s.call, err = memoryOf(program.pids())
	return err
}

// spend is the processor time, in ms a minute, over a while.
func (b *bench) spend(ctx context.Context, program *child, long time.Duration) (float64, error) {
	pids := program.pids()
	before, err := processorTimes(pids)
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := wait(ctx, long); err != nil {
		return 0, err
	}
	after, err := processorTimes(pids)
	if err != nil {
		return 0, err
	}
	return milliseconds(after-before) * float64(time.Minute) / float64(time.Since(began)), nil
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
