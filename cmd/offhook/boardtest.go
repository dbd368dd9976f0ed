package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"sync"
	"time"

	"offhook/board"
	"offhook/hal"
)

type testOptions struct {
	relays bool
	only   board.Kind
	json   bool
}

// partResult is what came of one part.
type partResult struct {
	Part   string `json:"part"`
	Passed bool   `json:"passed"`
	Note   string `json:"note,omitzero"`
}

// walk leads a builder through the parts, one question at a time.
type walk struct {
	ctx     context.Context
	in      io.Reader
	out     io.Writer // of the conversation
	answers chan string
	readers sync.WaitGroup // of devices; they end when these are closed
	results []partResult
}

var errNothingTested = errors.New("this board has no such part to test")

func testBoard(ctx context.Context, t terminal, b *board.Board, table hal.Drivers, o testOptions) error {
	if err := b.Validate(table); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	w := &walk{ctx: ctx, in: t.in, out: t.out, answers: make(chan string)}
	if o.json {
		w.out = t.err
	}
	log := slog.New(slog.NewTextHandler(t.err, &slog.HandlerOptions{Level: slog.LevelWarn}))
	devices, err := b.Open(ctx, table, log)
	end := sync.OnceFunc(func() { _ = devices.Close() }) // nothing is left to be done about its error
	defer w.readers.Wait()
	defer end()
	defer stop()
	defer context.AfterFunc(ctx, end)() // an interruption ends what blocks on a device
	for _, e := range partErrors(err) {
		if o.only == "" || e.Part.Kind == o.only {
			w.result(e.Part.Path, false, e.Err.Error())
		}
	}
	w.feed(devices.Watchdog)
	go w.readAnswers() // ends with the walk, or with standard input
	fmt.Fprintf(w.out, "Testing %s (%s). Enter means yes; n means no; s skips.\n", b.Name, b.Model)
	for _, part := range b.Parts {
		if (o.only == "" || part.Kind == o.only) && ctx.Err() == nil {
			w.part(part, devices, o)
		}
	}
	return w.finish(t.out, b.Name, o.json)
}

// feed kicks the board's watchdog, which is armed since it was opened.
func (w *walk) feed(watchdog hal.Watchdog) {
	if watchdog == nil {
		return
	}
	w.readers.Go(func() {
		tick := time.NewTicker(watchdog.Timeout() / 3)
		defer tick.Stop()
		for {
			if err := watchdog.Kick(); err != nil {
				return // closed, or of no use
			}
			select {
			case <-tick.C:
			case <-w.ctx.Done():
				return
			}
		}
	})
}

func partErrors(err error) []*board.PartError {
	joined, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return nil
	}
	var out []*board.PartError
	for _, e := range joined.Unwrap() {
		if p, ok := errors.AsType[*board.PartError](e); ok {
			out = append(out, p)
		}
	}
	return out
}

func (w *walk) readAnswers() {
	scanner := bufio.NewScanner(w.in)
	for scanner.Scan() {
		select {
		case w.answers <- strings.TrimSpace(scanner.Text()):
		case <-w.ctx.Done():
			return
		}
	}
	close(w.answers)
}

// part tests one part; those that did not open have their result already.
func (w *walk) part(p board.Part, d *board.Devices, o testOptions) {
	switch p.Kind {
	case board.Keypad:
		if keypad := d.Keypads[p.Path]; keypad != nil {
			w.keys(p.Path, keypad)
		}
	case board.Hook:
		if d.Hook != nil {
			w.hook(p.Path, d.Hook)
		}
	case board.Lamp:
		if lamp := d.Lamps[p.Name]; lamp != nil {
			w.lamp(p.Path, lamp)
		}
	case board.Display:
		if d.Display != nil {
			w.display(p.Path, d.Display)
		}
		if d.Text != nil {
			w.text(p.Path, d.Text)
		}
	case board.Audio:
		if d.Audio != nil {
			w.audio(p.Path, d.Audio, d.Mixer)
		}
	case board.Relay:
		switch relay := d.Relays[p.Name]; {
		case relay == nil:
		case o.relays:
			w.relay(p.Path, relay)
		default:
			fmt.Fprintf(w.out, "%s: not tested without --relays: something would move\n", p.Path)
		}
	case board.Watchdog:
		if d.Watchdog != nil {
			w.result(p.Path, true, fmt.Sprintf("opened, reboots after %s", d.Watchdog.Timeout()))
		}
	}
}

func (w *walk) ask(part, question string) {
	fmt.Fprintf(w.out, "%s: %s [Y/n/s] ", part, question)
	select {
	case a, ok := <-w.answers:
		if !ok {
			w.result(part, false, "no answer: standard input ended")
			return
		}
		switch strings.ToLower(a) {
		case "", "y", "yes":
			w.result(part, true, "")
		case "s":
			w.result(part, true, "skipped")
		default:
			w.result(part, false, "the tester said no")
		}
	case <-w.ctx.Done():
		w.result(part, false, "interrupted")
	}
}

func (w *walk) result(part string, passed bool, note string) {
	w.results = append(w.results, partResult{part, passed, note})
	if !passed {
		fmt.Fprintf(w.out, "%s: FAILED: %s\n", part, note)
	}
}

// verdict is the walk's JSON line.
type verdict struct {
	Board  string       `json:"board"`
	Tested int          `json:"tested"`
	Failed int          `json:"failed"`
	Parts  []partResult `json:"parts"`
}

func (w *walk) finish(out io.Writer, name string, asJSON bool) error {
	v := verdict{Board: name, Tested: len(w.results), Parts: w.results}
	for _, r := range w.results {
		if !r.Passed {
			v.Failed++
		}
	}
	fmt.Fprintf(w.out, "%d parts tested, %d failed\n", v.Tested, v.Failed)
	if asJSON {
		if err := json.NewEncoder(out).Encode(v); err != nil {
			return err
		}
	}
	switch {
	case w.ctx.Err() != nil:
		return errors.New("interrupted: not every part was tested")
	case v.Failed > 0:
		return errPartsFailed
	case v.Tested == 0:
		return errNothingTested
	}
	return nil
}
