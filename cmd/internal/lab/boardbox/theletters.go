package boardbox

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"offhook/cmd/internal/lab/pbx"
)

// theLetters is the telephone with a display of characters, and an expander.
func theLetters(ctx context.Context, b *box, x *boxed) error {
	for _, c := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"letters: idle", func(ctx context.Context) error { return x.reads(ctx, "Box", ", ", "", "Calls") }},
		{"letters: keys are read as they are pressed", func(ctx context.Context) error {
			return errors.Join(x.press(ctx, "601"), x.reads(ctx, "Enter a number", "601_", "", "Dial"))
		}},
		{"letters: lifting the handset dials them, and the time is counted", x.counts},
		{"on-hook: the call ends", x.hangUp},
		{"letters: who rings", x.tellsWho},
		{"letters: the controller understood all", func(context.Context) error { return x.lcd.Wrong() }},
	} {
		if !b.check(c.name, c.do(ctx)) {
			x.afresh()
		}
	}
	x.theFront(ctx, b)
	return nil
}

// reads waits until a person would read each of these in its line.
func (x *boxed) reads(ctx context.Context, want ...string) error {
	err := x.until(ctx, fmt.Sprintf("reading %q", want), 10*time.Second, func() bool {
		for i, line := range x.lcd.Lines() {
			if i < len(want) && !strings.Contains(line, want[i]) {
				return false
			}
		}
		return true
	})
	if err != nil {
		return fmt.Errorf("%w: the display reads %q", err, x.lcd.Lines())
	}
	return nil
}

func (x *boxed) counts(ctx context.Context) error {
	x.board.Set(hookLine, true)
	err := x.call(ctx, "a call to 601", func(c pbx.Call) bool { return c.To == "601" && c.State == "confirmed" })
	return errors.Join(err, x.reads(ctx, "In call", "601", "", "Hold"),
		x.until(ctx, "the second second", 10*time.Second, func() bool { return !strings.Contains(x.lcd.Lines()[0], "0:00") }),
		x.reads(ctx, " 0:"))
}

func (x *boxed) tellsWho(ctx context.Context) error {
	if err := x.box.world.exchange.Ring(extension); err != nil {
		return err
	}
	err := x.reads(ctx, "Incoming call", "Workbench", "600", "Answ")
	x.board.Set(hookLine, true)
	return errors.Join(err, x.call(ctx, "an answered call", func(c pbx.Call) bool { return c.To == extension && c.State == "confirmed" }), x.hangUp(ctx))
}
