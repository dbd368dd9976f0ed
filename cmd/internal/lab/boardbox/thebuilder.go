package boardbox

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"offhook/hal/alsa"
	"offhook/hal/gpio"
	"offhook/hal/probe"
)

// theBuilder looks at the box as somebody does who builds a board: beside the agent,
// and when that rests.
func theBuilder(ctx context.Context, b *box, x *boxed) {
	b.check("check --here: every line is held by the agent that runs", x.heldLines(ctx))
	if !b.check("the agent ends when it is told to", x.rest(ctx)) {
		return
	}
	b.check("board probe: it finds what the kernel has", x.probed(ctx))
	b.check("check --here: a good board when nobody holds it", x.fits(ctx))
	b.check("board test --only lamps: each is lit; a no is a failure", x.lampTest(ctx))
	b.check("board test --only hook: both changes are seen", x.hookTest(ctx))
	b.check("board test --only relays: pulled when told to, and not else", x.relayTest(ctx))
}

func (x *boxed) rest(ctx context.Context) error {
	_, err := x.ask(ctx, http.MethodPost, "/rest", nil, nil)
	return err
}

// offhook runs the agent's program in the box.
func (x *boxed) offhook(ctx context.Context, args ...string) (string, error) {
	text, err := x.ask(ctx, http.MethodPost, "/offhook", url.Values{"args": args}, nil)
	return string(text), err
}

// offhookSaying runs the agent's program in the box with something to say to it.
func (x *boxed) offhookSaying(ctx context.Context, say io.Reader, args ...string) (string, error) {
	text, err := x.tell(ctx, http.MethodPost, "/offhook", url.Values{"args": args}, say)
	return string(text), err
}

// tested is how the end of a test reads when every part is well.
func tested(parts int) string { return fmt.Sprintf("%d parts tested, 0 failed", parts) }

// lampTest says yes to every lamp, and then no to one.
func (x *boxed) lampTest(ctx context.Context) error {
	before := map[string]int{}
	lamps := []string{ringLine, lineLine, mailLine, holdLine, goodLine}
	for _, line := range lamps {
		before[line] = len(x.board.History(line))
	}
	text, err := x.offhookSaying(ctx, strings.NewReader("\ny\nyes\n\n\n"), "board", "test", "--only", "lamps", boardPath)
	if err := errors.Join(err, told(text, tested(len(lamps)))); err != nil {
		return err
	}
	for _, line := range lamps {
		if len(x.board.History(line)) == before[line] || x.board.High(line) {
			return fmt.Errorf("%s was not lit, or stayed so", line)
		}
	}
	if _, err = x.offhookSaying(ctx, strings.NewReader("\nn\n\n\n\n"), "board", "test", "--only", "lamps", boardPath); err == nil {
		return errors.New("a lamp that the tester does not see has passed")
	}
	return told(err.Error(), "the tester said no", "5 parts tested, 1 failed")
}

// hookTest moves the handset until the test has seen both changes.
func (x *boxed) hookTest(ctx context.Context) error {
	moving, stop := context.WithCancel(ctx)
	stopped := make(chan struct{})
	go func() {
		defer close(stopped)
		for up := true; x.wait(moving, 2*between) == nil; up = !up {
			x.board.Set(hookLine, up)
		}
		x.board.Set(hookLine, false)
	}()
	text, err := x.offhookSaying(ctx, strings.NewReader(""), "board", "test", "--only", "hook", boardPath)
	stop()
	<-stopped
	return errors.Join(err, told(text, "on-hook", "off-hook", tested(1)))
}

// relayTest opens the relays for a moment only where it is told to.
func (x *boxed) relayTest(ctx context.Context) error {
	text, err := x.offhook(ctx, "board", "test", "--only", "relays", boardPath)
	if err == nil {
		return errors.New("relays are tested without --relays: " + text)
	}
	if err := errors.Join(told(err.Error(), "relays.door: not tested without --relays"), x.glitches()); err != nil {
		return err
	}
	before := [2]int{x.expect(relayLine), x.expect(gateLine)}
	text, err = x.offhookSaying(ctx, strings.NewReader("\n\n"), "board", "test", "--only", "relays", "--relays", boardPath)
	err = errors.Join(err, told(text, tested(2)))
	if len(x.contact(relayLine)) != before[0]+1 || len(x.contact(gateLine)) != before[1]+1 {
		err = errors.Join(err, errors.New("not each relay was pulled once"))
	}
	return errors.Join(err, x.glitches())
}

func (x *boxed) heldLines(ctx context.Context) error {
	_, err := x.offhook(ctx, "check", "--here", "/etc/offhook/board.yaml")
	if err == nil {
		return errors.New("nothing was held")
	}
	for _, line := range wiring().Lines {
		if line == spareLine || line == frontLine { // of no part
			continue
		}
		if !strings.Contains(err.Error(), "line "+line+" is held by an offhook that runs here") {
			return fmt.Errorf("%s is not told of: %w", line, err)
		}
	}
	return nil
}

func (x *boxed) fits(ctx context.Context) error {
	text, err := x.offhook(ctx, "check", "--here", "/etc/offhook/board.yaml")
	if err == nil && !strings.Contains(text, "a good board") {
		err = errors.New(text)
	}
	return err
}

func (x *boxed) probed(ctx context.Context) error {
	text, err := x.offhook(ctx, "board", "probe", "--json", "--scan-i2c")
	if err != nil {
		return err
	}
	var inv probe.Inventory
	if err := json.Unmarshal([]byte(text), &inv); err != nil {
		return fmt.Errorf("%w: %s", err, text)
	}
	if err := judge(inv); err != nil {
		return fmt.Errorf("%w: it tells %s", err, text)
	}
	return nil
}

// judge compares what was found with what the box is made of.
func judge(inv probe.Inventory) error {
	var wrong error
	fault := func(format string, args ...any) { wrong = errors.Join(wrong, fmt.Errorf(format, args...)) }
	if len(inv.Troubles) > 0 {
		fault("troubles: %q", inv.Troubles)
	}
	if !strings.Contains(inv.Model, "linux,dummy-virt") {
		fault("the model is %q", inv.Model)
	}
	if !slices.ContainsFunc(inv.Controllers, ours) {
		fault("no controller has our lines, all free")
	}
	for _, capture := range []bool{false, true} {
		if !slices.ContainsFunc(inv.Sound, func(s alsa.Stream) bool {
			return s.ID == "Loopback" && s.Device == 0 && s.Capture == capture && s.Busy == "" &&
				slices.Contains(s.Formats, "S16_LE") && slices.Contains(s.Rates, rate) && s.Channels[0] >= 1 && s.PeriodsUS[1] >= 20000
		}) {
			fault("the loop's first device (capture: %v) is not found as it is", capture)
		}
	}
	for _, want := range [][]string{
		{"frame buffer", "fb0", "480,320", "32"}, {"watchdog", "watchdog0", "Software Watchdog"}, {"I2C bus", "i2c-0"}, {"I2C address that answers", "0-003c"},
	} {
		if !slices.ContainsFunc(inv.Things, func(t probe.Thing) bool {
			told := strings.Join(append([]string{t.Kind, t.Name}, t.Says...), "; ")
			return !slices.ContainsFunc(want, func(part string) bool { return !strings.Contains(told, part) })
		}) {
			fault("no %s", strings.Join(want, " "))
		}
	}
	return wrong
}

func ours(c gpio.Controller) bool {
	names := wiring().Lines
	return len(c.Lines) == len(names) && !slices.ContainsFunc(names, func(name string) bool {
		return !slices.ContainsFunc(c.Lines, func(l gpio.Line) bool { return l.Name == name && !l.Used })
	})
}
