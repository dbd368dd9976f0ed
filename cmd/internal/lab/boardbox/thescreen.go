package boardbox

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"offhook/cmd/internal/lab/pbx"
)

// theScreen is the telephone with a screen of many colours; at the end it hangs.
func theScreen(ctx context.Context, b *box, x *boxed) error {
	for _, c := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"screen: keys are shown as they are pressed", x.dials},
		{"screen: lifting the handset dials them", x.talks},
		{"on-hook: the call ends", x.hangUp},
		{"screen: idle", x.idles}, // with a number to dial again
		{"screen: incoming", x.rings},
	} {
		if !b.check(c.name, c.do(ctx)) {
			x.afresh()
		}
	}
	b.check("door: a code at the station's keys opens the other door for its time", x.pin(ctx))
	b.check("watchdog: a hung agent's board is reset, and registers again", x.hang(ctx))
	return nil
}

func (x *boxed) idles(ctx context.Context) error { return x.shows(ctx, screenIdle, x.screen) }

func (x *boxed) dials(ctx context.Context) error {
	return errors.Join(x.press(ctx, "601"), x.shows(ctx, screenDialled, x.screen))
}

func (x *boxed) talks(ctx context.Context) error {
	x.board.Set(hookLine, true)
	err := x.call(ctx, "a call to 601", func(c pbx.Call) bool { return c.To == "601" && c.State == "confirmed" })
	return errors.Join(err, x.shows(ctx, screenCall, x.screen))
}

func (x *boxed) rings(ctx context.Context) error {
	if err := x.box.world.exchange.Ring(extension); err != nil {
		return err
	}
	err := x.shows(ctx, screenRinging, x.screen)
	x.board.Set(hookLine, true)
	return errors.Join(err, x.call(ctx, "an answered call", func(c pbx.Call) bool { return c.To == extension && c.State == "confirmed" }), x.hangUp(ctx))
}

// hang stops the agent's process: the board has to go off and come up by itself.
func (x *boxed) hang(ctx context.Context) error {
	if err := rebooting(x.monitor); err != nil {
		return err
	}
	if _, err := x.ask(ctx, http.MethodPost, "/signal", url.Values{"name": {"STOP"}}, nil); err != nil {
		return err
	}
	began := time.Now()
	if err := x.until(ctx, "the watchdog's reset", time.Minute, func() bool { return !x.board.Driven(gateLine) }); err != nil {
		return err
	}
	x.box.tell("      reset %.1f s after the agent hung", time.Since(began).Seconds())
	x.began, x.before = time.Now(), x.box.lastExpiry()
	return x.registered(ctx)
}
