package boardbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"offhook/cmd/internal/lab/boardbox/copper"
	"offhook/cmd/internal/lab/pbx"
)

// The lines of the expander, on both of its ports, and where it is.
const (
	frontAddress = 0x20
	frontCall    = 0  // a button to ground
	frontLamp    = 3  // line 2 of the telephone
	frontExit    = 8  // a button to ground
	frontGate    = 15 // a relay that is at rest high
	frontRelay   = "front:15"
)

// frontBoard is the board with a GPIO expander on the kernel's I2C bus: two buttons,
// a lamp and the relay of the gate.
func frontBoard() string {
	return `offhook-board: 1
name: front
model: Board with an expander
expanders:
  - {compatible: mcp23017, name: front, bus: 0, address: 0x20, interrupt: FRONT_INT}
keypads:
  - compatible: gpio-matrix-keypad
    rows: [ROW0, ROW1, ROW2, ROW3]
    cols: [COL0, COL1, COL2]
    keymap:
      - [1, 2, 3]
      - [4, 5, 6]
      - [7, 8, 9]
      - ["*", 0, "#"]
  - {compatible: gpio-keys, keys: {call: "front:0", exit: "front:8"}}
hook: {compatible: gpio-hook, line: HOOK, off-hook: high}
audio: {compatible: alsa-pcm, card: Loopback, sample-rate: 16000, period-ms: 20, periods: 8}
lamps:
  ring: {compatible: gpio-led, line: LAMP_RING}
  line1: {compatible: gpio-led, line: "front:3"}
relays:
  door: {compatible: gpio-relay, line: "front:15", active-low: true, max-hold: 10s, label: Door}
  gate: {compatible: gpio-relay, line: GATE, active-low: true, label: Gate}
` + lcdScreen
}

// frontPulled tells whether the relay on the expander is pulled just now.
func (x *boxed) frontPulled() bool { return x.front.Driven(frontGate) && !x.front.High(frontGate) }

// theFront tries the expander's lines: those that it reads and those that it drives.
func (x *boxed) theFront(ctx context.Context, b *box) {
	for _, c := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"expander: every line is to be what the board says, the relay at rest from the first", x.frontRests},
		{"expander: a button on it dials, and a lamp on it is lit while the call lasts", x.frontCalls},
		{"expander: a button on its other port opens a door on it for its time", x.frontOpens},
		{"expander: keeps its outputs when the agent is killed, until the next one begins", x.frontKept},
	} {
		if !b.check(c.name, c.do(ctx)) {
			x.afresh()
		}
	}
}

func (x *boxed) frontRests(ctx context.Context) error {
	var wrong error
	rest := func() bool {
		for line, out := range map[int]bool{frontCall: false, frontExit: false, frontLamp: true, frontGate: true, 1: false, 14: false} {
			if x.front.Driven(line) != out || x.front.High(line) != (line == frontGate) {
				wrong = fmt.Errorf("line %d: driven %v, high %v", line, x.front.Driven(line), x.front.High(line))
				return false
			}
		}
		wrong = nil
		return true
	}
	err := x.until(ctx, "the rest of every line", soon, rest) // the lamp goes out a moment after the call before
	return errors.Join(err, wrong, x.glitches())
}

// pushFront pushes a button of the expander as a finger does.
func (x *boxed) pushFront(ctx context.Context, line int) error {
	return x.finger(ctx, fmt.Sprintf("front:%d", line), x.front.Reads, func(down bool) { x.front.Ground(line, down) })
}

func (x *boxed) frontCalls(ctx context.Context) error {
	err := errors.Join(x.atRest(ctx), x.pushFront(ctx, frontCall), x.call(ctx, "a call to 601", func(c pbx.Call) bool { return c.To == "601" && c.State == "confirmed" }))
	err = errors.Join(err, x.until(ctx, "the lamp", soon, func() bool { return x.front.High(frontLamp) }), x.confirmed(ctx))
	x.box.world.hangUp()
	return errors.Join(err, x.silent(ctx), x.atRest(ctx), x.until(ctx, "the lamp's rest", soon, func() bool { return !x.front.High(frontLamp) }))
}

func (x *boxed) frontOpens(ctx context.Context) error {
	before := x.expect(frontRelay)
	if err := x.pushFront(ctx, frontExit); err != nil {
		return err
	}
	if err := x.until(ctx, "a pulse of the relay", soon, func() bool { return len(x.contact(frontRelay)) > before }); err != nil {
		return err
	}
	late, err := x.late(ctx, doorHold+200*time.Millisecond)
	err = errors.Join(err, x.until(ctx, "the end of the pulse", soon, func() bool { return !x.frontPulled() }), x.wait(ctx, time.Second))
	if err != nil {
		return err
	}
	all := x.contact(frontRelay)[before:]
	held := all[0].to.Sub(all[0].from)
	x.box.figures.held(held-doorHold, 0, late)
	x.box.tell("      the relay was held for %.4f s by the expander; another program in the box was woken up to %.1f ms late meanwhile", held.Seconds(), milliseconds(late))
	if len(all) != 1 || !holds(doorHold, held, held, late) {
		return fmt.Errorf("%d pulses, the first of %s", len(all), held)
	}
	return nil
}

// frontKept shows what docs/board.md warns of: no kernel takes the lines of this chip
// back.
func (x *boxed) frontKept(ctx context.Context) error {
	before := x.expect(frontRelay)
	if err := x.pushFront(ctx, frontExit); err != nil {
		return err
	}
	if err := x.until(ctx, "a pulse of the relay", soon, func() bool { return x.frontPulled() }); err != nil {
		return err
	}
	// The one who starts the agent again waits a second; stopped, the chip is alone.
	if _, err := x.ask(ctx, http.MethodPost, "/end", nil, nil); err != nil {
		return err
	}
	err := x.wait(ctx, doorHold+time.Second)
	if !x.frontPulled() {
		err = errors.Join(err, errors.New("the relay is at rest, though nobody let it go"))
	}
	if _, asked := x.ask(ctx, http.MethodPost, "/wake", nil, nil); asked != nil {
		return errors.Join(err, asked)
	}
	err = errors.Join(err, x.until(ctx, "the relay's rest", soon, func() bool { return !x.frontPulled() }), x.back(ctx), x.wait(ctx, time.Second))
	if all := x.contact(frontRelay); len(all) != before+1 {
		err = errors.Join(err, fmt.Errorf("%d pulses more instead of one", len(all)-before))
	}
	return err
}

// soldered is the expander, its interrupt on a line of the board.
func soldered(b *copper.Board) *copper.Expander {
	return copper.NewExpander(func(low bool) { b.Set(frontLine, !low) })
}
