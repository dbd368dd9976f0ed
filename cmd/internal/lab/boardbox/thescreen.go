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
		{"screen: idle", x.idles},
		{"screen: keys are shown as they are pressed", x.dials},
		{"screen: lifting the handset dials them", x.talks},
		{"on-hook: the call ends", x.hangUp},
		{"screen: incoming", x.rings},
	} {
		if !b.check(c.name, c.do(ctx)) {
			x.board.Set(hookLine, false) // the next one begins at rest
		}
	}
	b.check("door: a code at the station's keys opens the other door for its time", x.pin(ctx))
	b.check("watchdog: a hung agent's board is reset", x.hang(ctx))
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

// hang stops the agent's process: the machine has to go off and on by itself, which
// QEMU ends with.
func (x *boxed) hang(ctx context.Context) error {
	if _, err := x.ask(ctx, http.MethodPost, "/signal", url.Values{"name": {"STOP"}}, nil); err != nil {
		return err
	}
	began := time.Now()
	limit := time.NewTimer(time.Minute)
	defer limit.Stop()
	select {
	case <-x.done:
		x.box.tell("      reset %.1f s after the agent hung", time.Since(began).Seconds())
		return nil
	case <-limit.C:
		return errors.New("the board still runs a minute later")
	case <-ctx.Done():
		return ctx.Err()
	}
}
