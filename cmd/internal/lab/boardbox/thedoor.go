package boardbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"offhook/cmd/internal/lab/pbx"
)

// lateness is how much longer than told the relay may be held in an emulated
// machine that shares a processor; it is never held shorter.
const lateness = 700 * time.Millisecond

// answerDoor has the exchange call and press digits, and answers.
func (x *boxed) answerDoor(ctx context.Context, digits string) error {
	if err := x.box.world.exchange.RingAndPress(extension, digits); err != nil {
		return err
	}
	if err := x.until(ctx, "the ringing lamp", soon, func() bool { return x.board.High(ringLine) }); err != nil {
		return err
	}
	x.board.Set(hookLine, true)
	return x.call(ctx, "an answered call", func(c pbx.Call) bool { return c.To == extension && c.State == "confirmed" })
}

func (x *boxed) wrongCode(ctx context.Context) error {
	before := len(x.board.History(relayLine))
	err := x.answerDoor(ctx, "2581")
	// A second of voice, four digits of 0.28 s, and then some.
	err = errors.Join(err, x.wait(ctx, 5*time.Second), x.hangUp(ctx))
	if err == nil && len(x.board.History(relayLine)) > before {
		err = errors.New("the relay moved")
	}
	return err
}

func (x *boxed) rightCode(ctx context.Context) error {
	before := len(x.board.History(relayLine))
	if err := x.answerDoor(ctx, doorCode); err != nil {
		return errors.Join(err, x.hangUp(ctx))
	}
	return errors.Join(x.opened(ctx, before), x.hangUp(ctx))
}

func (x *boxed) exitButton(ctx context.Context) error {
	before := len(x.board.History(relayLine))
	x.board.Set(exitLine, false)
	err := x.wait(ctx, between)
	x.board.Set(exitLine, true)
	return errors.Join(err, x.opened(ctx, before))
}

// opened waits for the relay's next pulse and measures it.
func (x *boxed) opened(ctx context.Context, before int) error {
	moved := func(times int) error {
		return x.until(ctx, "a pulse of the relay", soon, func() bool { return len(x.board.History(relayLine)) >= before+times })
	}
	if err := moved(1); err != nil {
		return err
	}
	late, err := x.ask(ctx, http.MethodGet, "/late", url.Values{"for": {(doorHold + 100*time.Millisecond).String()}}, nil)
	if err := errors.Join(err, moved(2)); err != nil {
		return err
	}
	pulse := x.board.History(relayLine)[before:]
	held := pulse[1].At.Sub(pulse[0].At)
	x.box.tell("      the relay was held for %.3f s; another program in the box was woken up to %s late meanwhile", held.Seconds(), late)
	// A request of the line takes a moment in the box: as early as that may be seen.
	if !pulse[0].High || held < doorHold-20*time.Millisecond || held > doorHold+lateness {
		return fmt.Errorf("the relay was held for %s instead of %s", held, doorHold)
	}
	return nil
}
