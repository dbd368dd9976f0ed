package boardbox

import (
	"context"
	"errors"
	"fmt"

	"offhook/cmd/internal/lab/pbx"
)

// blinks waits until a lamp has gone on and off a few times.
func (x *boxed) blinks(ctx context.Context, line string) error {
	const changes = 4
	before := len(x.board.History(line))
	return x.until(ctx, "the blinking of "+line, soon, func() bool { return len(x.board.History(line)) >= before+changes })
}

// dark waits until a lamp is off and stays so.
func (x *boxed) dark(ctx context.Context, line string) error {
	if err := x.until(ctx, line+" off", soon, func() bool { return !x.board.High(line) }); err != nil {
		return err
	}
	before := len(x.board.History(line))
	if err := x.wait(ctx, 3*aWhile); err != nil {
		return err
	}
	if now := len(x.board.History(line)); now > before+1 { // it may have been dark between two blinks
		return fmt.Errorf("%s changed %d times", line, now-before)
	}
	return x.until(ctx, line+" off", soon, func() bool { return !x.board.High(line) })
}

// hold holds the call and takes it back.
func (x *boxed) hold(ctx context.Context) error {
	for _, held := range []bool{true, false} {
		if err := x.push(ctx, holdKey); err != nil {
			return err
		}
		what := map[bool]string{true: "a held call", false: "a call that goes on"}[held]
		err := x.call(ctx, what, func(c pbx.Call) bool { return c.To == "600" && c.Held == held })
		if held {
			err = errors.Join(err, x.blinks(ctx, holdLine))
		} else {
			err = errors.Join(err, x.dark(ctx, holdLine))
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// restingLamps looks at every lamp while nothing happens.
func (x *boxed) restingLamps(ctx context.Context) error {
	var wrong error
	for _, line := range []string{ringLine, lineLine, holdLine, mailLine} {
		wrong = errors.Join(wrong, x.dark(ctx, line))
	}
	if !x.board.High(goodLine) {
		wrong = errors.Join(wrong, errors.New(goodLine+" is off"))
	}
	if wrong == nil {
		return nil
	}
	s, err := x.agent().Status(ctx)
	if err != nil {
		return errors.Join(wrong, err)
	}
	return fmt.Errorf("%w: the agent says %+v", wrong, s)
}

// mail leaves a message and takes it away.
func (x *boxed) mail(ctx context.Context) error {
	exchange := x.box.world.exchange
	if err := exchange.SetMailbox(extension, pbx.Mailbox{New: 1}); err != nil {
		return err
	}
	err := x.blinks(ctx, mailLine)
	return errors.Join(err, exchange.SetMailbox(extension, pbx.Mailbox{}), x.dark(ctx, mailLine))
}
