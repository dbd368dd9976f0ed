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
	"offhook/media/measure"
)

// calibration is a measurement of a board's sound: what is wanted, and what was found.
type calibration struct {
	calibrate bool
	file      string // of the board
	plot      string
	level     float64 // dBFS
	volume    int     // percent
	socket    *string
	json      bool
	keep      func(hal.Params) (back func() error, err error) // notes how a mixer stands

	ctx    context.Context
	talk   io.Writer
	card   hal.AudioIO
	undo   []func() error // what leaves all as it was
	format hal.PCMFormat
	board  string

	// What was played and captured, as the engine's canceller would see it.
	far, near       []int16
	played, in, out []int16 // periods; played is the one before
	lost            uint64  // xruns

	found      measure.Figures
	tail, late time.Duration // that fit
	cancelled  measure.Cancelled
	told       []figure
	said       []string
	lines      []string // for the board file
}

// calibrationFlags declares the flags of board audio.
func calibrationFlags(fs *flag.FlagSet) *calibration {
	c := &calibration{socket: socketFlag(fs), keep: alsa.Keep}
	fs.BoolVar(&c.calibrate, "calibrate", false, "audio plays a sweep and noise, and measures how the microphone hears it")
	fs.StringVar(&c.file, "board", "", "audio's board: a name or a `FILE`")
	fs.StringVar(&c.plot, "plot", "", "audio draws what it found into `FILE.svg`")
	fs.Float64Var(&c.level, "level", -15, "`dB` of full scale that audio's sweep peaks at, -40 to -3")
	fs.IntVar(&c.volume, "volume", 60, "`percent` that audio sets the loudspeaker to")
	return c
}

// choose finds the board, and refuses what cannot be done before anything is opened.
func (c *calibration) choose(args []string) (*board.Board, error) {
	fault := ""
	switch {
	case !c.calibrate:
		fault = "audio measures with --calibrate: it plays 14 seconds of sound by the loudspeaker"
	case c.plot != "" && !strings.HasSuffix(c.plot, ".svg"):
		fault = "--plot: pictures are written as FILE.svg"
	case c.volume < 0 || c.volume > 100:
		fault = "--volume is not between 0 and 100"
	case c.file != "" && len(args) > 0:
		fault = "the board is named twice"
	}
	if fault != "" {
		return nil, usageError(fault)
	}
	if c.file != "" {
		args = []string{c.file}
	}
	return chooseBoard(args)
}

// run measures a board's sound and says what its file should have.
func (c *calibration) run(ctx context.Context, t terminal, b *board.Board, table hal.Drivers) error {
	if err := b.Validate(table); err != nil {
		return err
	}
	if _, err := localapi.NewClient(*c.socket).Status(ctx); err == nil {
		return errors.New("the telephone is running, and the sound card is its own: stop it first (systemctl stop offhook, or end offhook run), then measure again")
	}
	c.ctx, c.talk, c.board = ctx, t.out, b.Name
	if c.json {
		c.talk = t.err
	}
	prober, places, err := c.listen(b, table)
	for _, undo := range c.undo {
		err = errors.Join(err, undo())
	}
	if err == nil { // a slow board computes now: it would have dropped sound meanwhile
		err = c.compute(prober, places)
	}
	if err != nil {
		return err
	}
	if c.plot != "" {
		if err := os.WriteFile(c.plot, c.svg(), 0o644); err != nil {
			return err
		}
	}
	if c.json {
		return printJSON(t.out, c.report())
	}
	c.print(t.out)
	return nil
}

// listen opens card and mixer, and plays and records; what it leaves to undo is in c.
func (c *calibration) listen(b *board.Board, table hal.Drivers) (*measure.Prober, []int, error) {
	log := slog.New(slog.NewTextHandler(c.talk, &slog.HandlerOptions{Level: slog.LevelWarn}))
	var err error
	if c.card, err = b.Reopen(c.ctx, table, log); err != nil {
		return nil, nil, fmt.Errorf("the sound card does not open: %w", err)
	}
	c.undo = append(c.undo, c.card.Close)
	c.format = c.card.Format()
	prober, err := measure.New(c.format.SampleRate, c.level)
	if err == nil {
		err = c.setMixer(b, table, log)
	}
	if err != nil {
		return nil, nil, err
	}
	defer context.AfterFunc(c.ctx, func() { _ = c.card.Close() })() // wakes who waits for it
	places, err := c.all(prober)
	if c.ctx.Err() != nil {
		err = errors.New("interrupted: nothing was measured, and the card is as it was")
	}
	return prober, places, err
}

// setMixer has the loudspeaker heard as in a call.
func (c *calibration) setMixer(b *board.Board, table hal.Drivers, log *slog.Logger) error {
	for _, part := range b.Parts {
		if part.Kind != board.Mixer {
			continue
		}
		if part.Compatible == "alsa-mixer" {
			back, err := c.keep(part.Params)
			if err != nil {
				return err
			}
			c.undo = append(c.undo, back)
		}
		mixer, err := table.Mixers[part.Compatible].Open(c.ctx, part.Params, log)
		if err != nil {
			return err
		}
		c.undo = append([]func() error{mixer.Close}, c.undo...)
		// A board whose loudspeaker is what is always heard has no such output.
		if err := errors.Join(mixer.Route(hal.Speaker), mixer.Volume(hal.Speaker, c.volume), mixer.Mute(false)); err != nil {
			fmt.Fprintln(c.talk, err)
		}
	}
	return nil
}

const sweeps = 5

// all plays everything, and tells where in what was recorded each part begins: silence,
// sweeps, and noise.
func (c *calibration) all(p *measure.Prober) (places []int, err error) {
	c.in, c.out, c.played = make([]int16, c.format.Period), make([]int16, c.format.Period), make([]int16, c.format.Period)
	capture, playback := c.card.Xruns()
	second := c.format.SampleRate
	babble := measure.Babble(second, 6*time.Second)
	if err := c.move(nil, second/3); err != nil { // it settles
		return nil, err
	}
	for i := range sweeps + 2 {
		what, sound, length := "a sweep", p.Sweep(), p.Length()
		switch i {
		case 0:
			what, sound, length = "silence", nil, second
		case sweeps + 1:
			what, sound, length = "noise like speech", babble, len(babble)
		}
		fmt.Fprintf(c.talk, "%d of %d: %s\n", i+1, sweeps+2, what)
		at := len(c.near)
		places = append(places, at+c.format.Period) // what is played is heard a period later at least
		if err := c.move(sound, length); err != nil {
			return nil, err
		}
		fmt.Fprintf(c.talk, "  the microphone: %s\n", levelBar(c.near[at:]))
	}
	capture2, playback2 := c.card.Xruns()
	c.lost = capture2 - capture + playback2 - playback
	return places, nil
}

// move plays, and silence after it up to length.
func (c *calibration) move(sound []int16, length int) error {
	n := len(c.in)
	for at := 0; at < length; at += n {
		if err := c.card.ReadPeriod(c.in); err != nil {
			return err
		}
		c.far, c.near = append(c.far, c.played...), append(c.near, c.in...)
		clear(c.out)
		copy(c.out, sound[min(at, len(sound)):])
		if err := c.card.WritePeriod(c.out); err != nil {
			return err
		}
		copy(c.played, c.out)
	}
	return nil
}

func (c *calibration) compute(p *measure.Prober, places []int) (err error) {
	fmt.Fprintln(c.talk, "computing")
	for _, at := range places[1 : sweeps+1] {
		p.Hear(c.near[at:min(at+p.Length(), len(c.near))], at)
	}
	c.found = p.Figures(c.near[places[0]:places[1]])
	if c.found.Echo {
		c.fit()
		from := places[sweeps+1]
		c.cancelled, err = measure.Cancel(c.format.SampleRate, c.far[from:], c.near[from:], c.tail, c.late)
	}
	c.tellAll()
	c.set()
	c.advise()
	return err
}
