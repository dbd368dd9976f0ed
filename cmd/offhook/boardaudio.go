package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"time"

	"offhook/board"
	"offhook/cmd/internal/localapi"
	"offhook/hal"
	"offhook/hal/alsa"
	"offhook/media/dsp/measure"
)

// calibration is what is wanted of board audio --calibrate.
type calibration struct {
	calibrate bool
	board     string
	plot      string
	level     float64 // dBFS
	volume    int     // percent
	socket    *string
	json      bool
	// keep notes how a mixer stands, and returns what puts it back.
	keep func(hal.Params) (func() error, error)
}

// calibrationFlags declares the flags of board audio.
func calibrationFlags(fs *flag.FlagSet) *calibration {
	o := &calibration{socket: socketFlag(fs), keep: alsa.Keep}
	fs.BoolVar(&o.calibrate, "calibrate", false, "audio plays a sweep and noise, and measures how the microphone hears it")
	fs.StringVar(&o.board, "board", "", "audio's board: a name or a `FILE`")
	fs.StringVar(&o.plot, "plot", "", "audio draws what it found into `FILE.svg`")
	fs.Float64Var(&o.level, "level", -15, "`dB` of full scale that audio's sweep peaks at, -40 to -3")
	fs.IntVar(&o.volume, "volume", 60, "`percent` that audio sets the loudspeaker to")
	return o
}

// choose finds the board and refuses what cannot be done, before anything is opened.
func (o *calibration) choose(args []string) (*board.Board, error) {
	switch {
	case !o.calibrate:
		return nil, usageError("audio measures with --calibrate: it plays 15 seconds of sound by the loudspeaker")
	case o.plot != "" && !strings.HasSuffix(o.plot, ".svg"):
		return nil, usageError(fmt.Sprintf("--plot: %q: pictures are written as FILE.svg", o.plot))
	case o.volume < 0 || o.volume > 100:
		return nil, usageError(fmt.Sprintf("--volume: %d is not between 0 and 100", o.volume))
	case o.board != "" && len(args) > 0:
		return nil, usageError("the board is named twice")
	case o.board != "":
		args = []string{o.board}
	}
	return chooseBoard(args)
}

// measured is all that was found.
type measured struct {
	board     string
	format    hal.PCMFormat
	found     measure.Figures
	fit       fitting
	cancelled measure.Cancelled
	lost      uint64 // xruns while it was measured
}

// calibrate measures a board's sound and says what its file should have.
func calibrate(ctx context.Context, t terminal, b *board.Board, table hal.Drivers, o *calibration) error {
	if err := b.Validate(table); err != nil {
		return err
	}
	if _, err := localapi.NewClient(*o.socket).Status(ctx); err == nil {
		return errors.New("the telephone is running, and the sound card is its own: stop it first (systemctl stop offhook, or end offhook run), then measure again")
	}
	talk := t.out
	if o.json {
		talk = t.err
	}
	m, err := takeSound(ctx, talk, b, table, o)
	if err != nil {
		return err
	}
	if o.plot != "" {
		if err := os.WriteFile(o.plot, m.svg(), 0o644); err != nil {
			return err
		}
	}
	if o.json {
		return printJSON(t.out, m.report())
	}
	m.print(t.out)
	return nil
}

// takeSound opens the card, records, leaves it as it was, and only then computes: a
// slow board would drop sound meanwhile.
func takeSound(ctx context.Context, talk io.Writer, b *board.Board, table hal.Drivers, o *calibration) (m measured, err error) {
	log := slog.New(slog.NewTextHandler(talk, &slog.HandlerOptions{Level: slog.LevelWarn}))
	card, err := b.Reopen(ctx, table, log)
	if err != nil {
		return m, fmt.Errorf("the sound card does not open: %w", err)
	}
	m.board, m.format = b.Name, card.Format()
	prober, err := measure.New(m.format.SampleRate, o.level)
	if err != nil {
		return m, errors.Join(err, card.Close())
	}
	back, err := setMixer(ctx, talk, b, table, log, o)
	if err != nil {
		return m, errors.Join(err, card.Close())
	}
	stop := context.AfterFunc(ctx, func() { _ = card.Close() }) // wakes who waits for it
	r := recording{ctx: ctx, talk: talk, card: card}
	err = r.all(prober)
	stop()
	if err := errors.Join(err, card.Close(), back()); err != nil {
		return m, err
	}
	m.lost = r.lost
	fmt.Fprintln(talk, "computing")
	return m, m.compute(prober, &r)
}

// setMixer has the loudspeaker heard as in a call, and returns what undoes that.
func setMixer(ctx context.Context, talk io.Writer, b *board.Board, table hal.Drivers, log *slog.Logger, o *calibration) (back func() error, err error) {
	back = func() error { return nil }
	for _, part := range b.Parts {
		if part.Kind != board.Mixer {
			continue
		}
		if part.Compatible == "alsa-mixer" {
			if back, err = o.keep(part.Params); err != nil {
				return nil, err
			}
		}
		mixer, err := table.Mixers[part.Compatible].Open(ctx, part.Params, log.With("part", part.Path))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("%s (%s): %w", part.Path, part.Compatible, err), back())
		}
		// A board whose loudspeaker is what is always heard has no such output.
		if err := errors.Join(mixer.Route(hal.Speaker), mixer.Volume(hal.Speaker, o.volume), mixer.Mute(false)); err != nil {
			fmt.Fprintf(talk, "%s: %v: the sound goes where it went before\n", part.Path, err)
		}
		before := back
		back = func() error { return errors.Join(mixer.Close(), before()) }
	}
	return back, nil
}

// What is played, in this order.
const (
	settling = 300 * time.Millisecond
	quietFor = time.Second
	sweeps   = 3
	talkFor  = 6 * time.Second
)

// recording is a card's sound: what was played and what was captured with it, as the
// engine's canceller would see them.
type recording struct {
	ctx  context.Context
	talk io.Writer
	card hal.AudioIO

	played        []int16 // of the period before
	far, near     []int16
	quiet         [2]int
	takes         []int
	babbled       int
	lost          uint64
	in, out       []int16
	stage, stages int
}

// all plays everything; each part begins with a period, so that its place is known.
func (r *recording) all(p *measure.Prober) error {
	f := r.card.Format()
	r.in, r.out, r.played = make([]int16, f.Period), make([]int16, f.Period), make([]int16, f.Period)
	capture, playback := r.card.Xruns()
	r.stages = sweeps + 2
	if err := r.move(nil, samplesOf(f, settling)); err != nil {
		return err
	}
	r.quiet[0] = len(r.near)
	if err := r.play("silence", nil, samplesOf(f, quietFor)); err != nil {
		return err
	}
	r.quiet[1] = len(r.near)
	for range sweeps {
		r.takes = append(r.takes, len(r.near)+f.Period)
		if err := r.play("a sweep", p.Sweep(), p.Length()); err != nil {
			return err
		}
	}
	r.babbled = len(r.near)
	if err := r.play("noise like speech", measure.Babble(f.SampleRate, talkFor), samplesOf(f, talkFor)); err != nil {
		return err
	}
	c, pb := r.card.Xruns()
	r.lost = c - capture + pb - playback
	return nil
}

func samplesOf(f hal.PCMFormat, d time.Duration) int { return int(d.Seconds() * float64(f.SampleRate)) }

// play tells what it does, and how loud the microphone was.
func (r *recording) play(what string, sound []int16, length int) error {
	r.stage++
	fmt.Fprintf(r.talk, "%d of %d: %s\n", r.stage, r.stages, what)
	if err := r.move(sound, length); err != nil {
		return err
	}
	fmt.Fprintf(r.talk, "  the microphone: %s\n", levelBar(r.near[max(len(r.near)-length, 0):]))
	return nil
}

// move plays, and silence after it up to length; what the last period has come back of
// is in the next part.
func (r *recording) move(sound []int16, length int) error {
	n := len(r.in)
	for at := 0; at < length; at += n {
		if err := r.card.ReadPeriod(r.in); err != nil {
			return r.cause("capture", err)
		}
		r.far, r.near = append(r.far, r.played...), append(r.near, r.in...)
		clear(r.out)
		copy(r.out, sound[min(at, len(sound)):])
		if err := r.card.WritePeriod(r.out); err != nil {
			return r.cause("playback", err)
		}
		copy(r.played, r.out)
	}
	return nil
}

func (r *recording) cause(what string, err error) error {
	if r.ctx.Err() != nil {
		return errors.New("interrupted: nothing was measured, and the card is as it was")
	}
	return fmt.Errorf("%s: %w", what, err)
}

func (m *measured) compute(p *measure.Prober, r *recording) (err error) {
	for _, at := range r.takes {
		p.Hear(r.near[at:min(at+p.Length(), len(r.near))], at)
	}
	m.found = p.Figures(r.near[r.quiet[0]:r.quiet[1]])
	m.fit = fit(m.found)
	if !m.found.Echo {
		return nil
	}
	m.cancelled, err = measure.Cancel(m.format.SampleRate, r.far[r.babbled:], r.near[r.babbled:], m.fit.tail, m.fit.late)
	return err
}
