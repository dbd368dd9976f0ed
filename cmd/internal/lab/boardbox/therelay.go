package boardbox

import (
	"context"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"offhook/cmd/internal/lab/boardbox/copper"
	"offhook/cmd/internal/localapi"
)

// How long a relay is held is told twice: by the copper, when it was asked to, and by
// the box's kernel, when it was about to ask. The agent's timer starts when the first
// request is done, and the second comes after its end: shorter than told is wrong,
// whatever the machine does. What a request takes on its way is in one of the two
// only: the lesser tells how late the agent was. That may be as much as an emulated
// processor, which does one thing at a time, needs to come to it, and as much as
// another program in the box that sleeps was woken late meanwhile, for each of the two
// wakings: the timer's, and that of who waits for the lock or the line.
const (
	shorter = time.Millisecond
	longer  = 40 * time.Millisecond
)

// rests are the contacts, and the level at which each is at rest.
func rests() map[string]bool {
	return map[string]bool{relayLine: false, gateLine: true, frontRelay: true}
}

// pulse is a time in which a contact was pulled.
type pulse struct {
	from, to time.Time // to is zero while it lasts
}

// pulsesOf are the times in which the guest pulled a contact, by each of its requests:
// a pulse that the next request takes back is one.
func pulsesOf(drives []copper.Drive, rest bool) []pulse {
	var all []pulse
	pulled := false
	for _, d := range drives {
		switch now := d.Output && d.High != rest; {
		case now && !pulled:
			all = append(all, pulse{from: d.At})
			pulled = true
		case !now && pulled:
			all[len(all)-1].to = d.At
			pulled = false
		}
	}
	return all
}

// drives are the guest's requests for a line, the expander's relay among them.
func (x *boxed) drives(line string) []copper.Drive {
	if line == frontRelay {
		return x.front.Drives(frontGate)
	}
	return x.board.Drives(line)
}

// contact is what a relay did since power came.
func (x *boxed) contact(line string) []pulse { return pulsesOf(x.drives(line), rests()[line]) }

// undriven counts the pulls that the copper saw though nobody drove the line. The
// lines of an expander float then, and nothing pulls their relay.
func (x *boxed) undriven(line string) int {
	if line == frontRelay {
		return 0
	}
	n := 0
	for _, c := range x.board.History(line) {
		if !c.Driven && c.High != rests()[line] {
			n++
		}
	}
	return n
}

// expect says that the relay is to be pulled once more; whatever else it does is a
// glitch. It returns how often it was pulled until now.
func (x *boxed) expect(line string) int {
	x.meant[line]++
	return len(x.contact(line))
}

// glitches are pulls that nobody asked for.
func (x *boxed) glitches() error {
	var wrong error
	for line := range rests() {
		seen := len(x.contact(line)) + x.undriven(line)
		if extra := seen - x.meant[line]; extra > 0 {
			x.box.figures.RelayGlitches += extra
			x.meant[line] = seen // told once
			wrong = errors.Join(wrong, fmt.Errorf("%s was pulled %d times more than it was to be: %s", line, extra, x.told(line)))
		}
	}
	return wrong
}

// told is what the guest did to a line, for a person.
func (x *boxed) told(line string) string {
	var all strings.Builder
	for _, d := range x.drives(line) {
		fmt.Fprintf(&all, " %.3f s: output %v, high %v;", d.At.Sub(x.began).Seconds(), d.Output, d.High)
	}
	return all.String()
}

// relaysRest holds when each relay's line is driven, at rest, and was from the first.
func (x *boxed) relaysRest(context.Context) error {
	for _, line := range []string{relayLine, gateLine} {
		if !x.board.Driven(line) || x.board.High(line) != rests()[line] {
			return fmt.Errorf("%s is not driven to its rest:%s", line, x.told(line))
		}
	}
	return x.glitches()
}

// opened waits for a relay's next pulse and measures it, and that it stays the only one.
func (x *boxed) opened(ctx context.Context, line string, hold time.Duration, before int) error {
	moved := func(what string, ok func([]pulse) bool) error {
		return x.until(ctx, what, soon, func() bool { p := x.contact(line); return len(p) > before && ok(p) })
	}
	if err := moved("a pulse of the relay", func([]pulse) bool { return true }); err != nil {
		return err
	}
	late, err := x.late(ctx, hold+200*time.Millisecond)
	err = errors.Join(err, moved("the end of the relay's pulse", func(p []pulse) bool { return !p[before].to.IsZero() }))
	if err != nil {
		return err
	}
	held := x.contact(line)[before]
	inside, err := x.heldInside(ctx)
	if err != nil {
		return err
	}
	seen := held.to.Sub(held.from)
	x.box.figures.held(seen-hold, inside-hold, late)
	x.box.tell("      the relay was held for %.4f s, by the box's clock %.4f s; another program in the box was woken up to %.1f ms late meanwhile",
		seen.Seconds(), inside.Seconds(), milliseconds(late))
	if !holds(hold, seen, inside, late) {
		err = fmt.Errorf("the relay was held for %s by the copper and %s by the box's clock instead of %s", seen, inside, hold)
	}
	if err := errors.Join(err, x.wait(ctx, time.Second)); err != nil {
		return err
	}
	if all := x.contact(line); len(all) != before+1 {
		return fmt.Errorf("the relay was pulled %d times instead of once:%s", len(all)-before, x.told(line))
	}
	return x.glitches()
}

// holds tells whether two measures of a pulse are right.
func holds(hold, seen, inside, late time.Duration) bool {
	least := min(seen, inside)
	return least >= hold-shorter && least <= hold+longer+2*late
}

// late is how late another program in the box was woken at worst.
func (x *boxed) late(ctx context.Context, d time.Duration) (time.Duration, error) {
	text, err := x.ask(ctx, http.MethodGet, "/late", url.Values{"for": {d.String()}}, nil)
	if err != nil {
		return 0, err
	}
	return time.ParseDuration(string(text))
}

// watchLine has the box's kernel note the levels of a line.
func (x *boxed) watchLine(ctx context.Context, line string) error {
	_, err := x.ask(ctx, http.MethodPost, "/trace", url.Values{"line": {line}}, nil)
	return err
}

// heldInside is how long the line that is watched had another level, as the box's
// kernel noted.
func (x *boxed) heldInside(ctx context.Context) (time.Duration, error) {
	text, err := x.ask(ctx, http.MethodGet, "/trace", nil, nil)
	if err != nil {
		return 0, err
	}
	return apart(string(text))
}

// apart is the time between two notes: seconds and a level, a line each.
func apart(notes string) (time.Duration, error) {
	var at [2]float64
	var level [2]int
	n, err := fmt.Sscanf(notes, "%f %d\n%f %d\n", &at[0], &level[0], &at[1], &level[1])
	if err != nil || n != 4 || level[0] == level[1] || strings.Count(notes, "\n") != 2 {
		return 0, fmt.Errorf("the box's kernel did not note two levels: %q", notes)
	}
	return time.Duration(math.Round((at[1]-at[0])*1e6)) * time.Microsecond, nil
}

// killed kills the agent while nothing happens: neither its end nor its start moves a
// contact.
func (x *boxed) killed(ctx context.Context) error {
	if err := x.kill(ctx); err != nil {
		return err
	}
	return errors.Join(x.back(ctx), x.relaysRest(ctx))
}

// killedOpen kills the agent while the door is open: the kernel takes the line back,
// and the next agent does not open it again.
func (x *boxed) killedOpen(ctx context.Context) error {
	before := x.expect(relayLine)
	x.board.Set(exitLine, false)
	err := x.until(ctx, "a pulse of the relay", soon, func() bool { return x.board.High(relayLine) })
	if err == nil { // at once: a busy machine has little of the pulse left
		err = x.kill(ctx)
	}
	x.board.Set(exitLine, true)
	if err != nil {
		return err
	}
	if err := x.until(ctx, "the relay's rest", soon, func() bool { return !x.board.High(relayLine) }); err != nil {
		return err
	}
	if p := x.contact(relayLine)[before]; p.to.Sub(p.from) >= doorHold {
		return fmt.Errorf("the pulse was as long as ever: %s", p.to.Sub(p.from))
	}
	return errors.Join(x.back(ctx), x.wait(ctx, time.Second), x.relaysRest(ctx))
}

// kill kills the agent as the kernel does when memory is short, and waits until the
// kernel has taken its lines back.
func (x *boxed) kill(ctx context.Context) error {
	before := len(x.board.Drives(gateLine))
	if _, err := x.ask(ctx, http.MethodPost, "/signal", url.Values{"name": {"KILL"}}, nil); err != nil {
		return err
	}
	return x.until(ctx, "the end of the agent", soon, func() bool {
		since := x.board.Drives(gateLine)[before:]
		return slices.ContainsFunc(since, func(d copper.Drive) bool { return !d.Output })
	})
}

// back waits for the next agent to work.
func (x *boxed) back(ctx context.Context) error {
	err := x.until(ctx, "the next agent's start", soon, func() bool { return x.board.Driven(gateLine) })
	return errors.Join(err, x.status(ctx, "the next agent's registration", time.Minute, func(s localapi.Status) bool {
		return len(s.Accounts) > 0 && !s.Accounts[0].Registered.IsZero() && len(s.Devices) == 0
	}))
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
