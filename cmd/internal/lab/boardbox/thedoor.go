package boardbox

import (
	"context"
	"errors"
	"time"

	"offhook/cmd/internal/lab/pbx"
	"offhook/cmd/internal/localapi"
	"offhook/provisioning"
	"offhook/ua"
)

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
	err := x.answerDoor(ctx, "2581")
	// A second of voice, four digits of 0.28 s, and then some.
	return errors.Join(err, x.wait(ctx, 5*time.Second), x.hangUp(ctx), x.glitches())
}

func (x *boxed) rightCode(ctx context.Context) error {
	if err := x.watchLine(ctx, relayLine); err != nil {
		return err
	}
	before := x.expect(relayLine)
	if err := x.answerDoor(ctx, doorCode); err != nil {
		return errors.Join(err, x.hangUp(ctx))
	}
	return errors.Join(x.opened(ctx, relayLine, doorHold, before), x.hangUp(ctx))
}

func (x *boxed) exitButton(ctx context.Context) error {
	if err := x.watchLine(ctx, relayLine); err != nil {
		return err
	}
	before := x.expect(relayLine)
	return errors.Join(x.push(ctx, exitLine), x.opened(ctx, relayLine, doorHold, before))
}

// pin makes a door station of the telephone, and opens the other door by its keys.
func (x *boxed) pin(ctx context.Context) error {
	before, err := x.agent().Status(ctx)
	if err != nil {
		return err
	}
	if err := x.box.change("Station", func(d *provisioning.Document) {
		d.Door.Keypad = true
		d.Door.Codes = []provisioning.DoorCode{{Name: "gate", Code: ua.NewSecret(gateCode), Relay: "gate", Where: []string{provisioning.DoorByKeypad}}}
	}); err != nil {
		return err
	}
	err = x.status(ctx, "the new document", soon, func(s localapi.Status) bool { return s.Provisioning.Hash != before.Provisioning.Hash })
	if err := errors.Join(err, x.watchLine(ctx, gateLine)); err != nil {
		return err
	}
	pulses := x.expect(gateLine)
	return errors.Join(x.press(ctx, gateCode+"#"), x.opened(ctx, gateLine, gateHold, pulses))
}
