package boardbox

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"offhook/cmd/internal/lab/pbx"
	"offhook/cmd/internal/localapi"
	"offhook/media"
	"offhook/media/mediatest"
)

const (
	rate    = 16000 // of what the ear hears
	soon    = 15 * time.Second
	aWhile  = 400 * time.Millisecond
	between = 250 * time.Millisecond
)

// theCall is a telephone's day: it comes up, is dialled on, called, and opens a door.
func theCall(ctx context.Context, b *box, x *boxed) error {
	for _, c := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"every part of the board works", x.parts},
		{"relays: driven to their rest at boot, and nothing else", x.relaysRest},
		{"provisioned by DHCP option 160", x.provisioned},
		{"idle: shown", x.idle},
		{"off-hook: the dial tone is heard", x.dialTone},
		{"keys: 600 is dialled on rows and columns", x.dial},
		{"speech and a tone go out and come back, the tone at its level", x.speech},
		{"hold: the key holds and resumes, its lamp blinks", x.hold},
		{"keys: two held keys and a third make no ghost", x.ghost},
		{"on-hook: the call ends", x.hangUp},
		{"incoming: it rings, lamp and sound", x.ring},
		{"incoming: lifting the handset answers, a voice is heard", x.answer},
		{"on-hook: that call ends too", x.hangUp},
		{"door: a wrong code opens nothing", x.wrongCode},
		{"door: the code opens for its time", x.rightCode},
		{"door: the exit button opens for its time", x.exitButton},
		{"keys: the call button dials", x.callButton},
		{"lamps: at rest only registered is lit", x.restingLamps},
		{"lamps: message flutters while there is one", x.mail},
	} {
		if !b.check(c.name, c.do(ctx)) {
			x.afresh()
		}
	}
	b.check("the agent tells its figures", x.measure(ctx))
	b.check("relays: a killed agent and the next one move nothing", x.killed(ctx))
	b.check("relays: of an agent that is killed while the door is open the kernel lets go", x.killedOpen(ctx))
	theBuilder(ctx, b, x)
	return nil
}

// afresh lets the check after one that failed begin at rest.
func (x *boxed) afresh() {
	x.board.Set(hookLine, false)
	for _, line := range []string{callLine, exitLine, holdKey} {
		x.board.Set(line, true)
	}
	x.front.Ground(frontCall, false)
	x.front.Ground(frontExit, false)
	x.box.world.hangUp()
}

// wait lets time pass in the box; a machine that went off wakes it.
func (x *boxed) wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-x.done:
		return errPowerless
	case <-ctx.Done():
		return ctx.Err()
	}
}

// scans is how many requests of the scanner are several looks at every key.
const scans = 120

// scanned waits until the telephone has looked at its keys several times: a busy
// machine emulates slowly, and a finger would wait for what it sees.
func (x *boxed) scanned(ctx context.Context) error {
	before := x.board.Asked()
	return x.until(ctx, "scanning the keys", soon, func() bool { return x.board.Asked() >= before+scans })
}

// rested waits until no key is looked at any more.
func (x *boxed) rested(ctx context.Context) error {
	const quiet = 150 * time.Millisecond
	last, since := x.board.Asked(), time.Now()
	return x.until(ctx, "the keys' rest", soon, func() bool {
		if now := x.board.Asked(); now != last {
			last, since = now, time.Now()
		}
		return time.Since(since) > quiet
	})
}

// press presses keys of the matrix, one after the other.
func (x *boxed) press(ctx context.Context, keys string) error {
	for _, key := range keys {
		at := strings.IndexRune(places, key)
		x.board.Press(at/3, at%3, true)
		err := x.scanned(ctx)
		x.board.Press(at/3, at%3, false)
		if err := errors.Join(err, x.rested(ctx)); err != nil {
			return fmt.Errorf("key %c: %w", key, err)
		}
	}
	return nil
}

func (x *boxed) parts(ctx context.Context) error {
	return x.status(ctx, "every part working", soon, func(s localapi.Status) bool {
		return len(s.Devices) == 0 && s.Board == "box" && (s.Audio.State == "running" || s.Audio.State == "resting")
	})
}

func (x *boxed) provisioned(context.Context) error {
	for _, f := range x.box.world.files.Fetches() {
		if f.MAC == strings.ReplaceAll(boxMAC, ":", "") && f.Time.After(x.began) {
			return nil
		}
	}
	return errors.New("the server was not asked by this MAC")
}

func (x *boxed) idle(ctx context.Context) error { return x.shows(ctx, oledIdle, x.panel) }

// dialTone is 350 and 440 Hz, as the country us has it.
func (x *boxed) dialTone(ctx context.Context) error {
	x.board.Set(hookLine, true)
	return errors.Join(x.hearsDialTone(ctx), x.shows(ctx, oledDialling, x.panel))
}

// hearsDialTone waits for the telephone to be ready, as who lifted its handset does: a
// key that is pressed before may come first, as it is another device's, and then it is
// the whole number.
func (x *boxed) hearsDialTone(ctx context.Context) error {
	return x.hear(ctx, "a dial tone", func(f media.Frame) error {
		low, high, between := mediatest.ToneLevel(f, rate, 350), mediatest.ToneLevel(f, rate, 440), mediatest.ToneLevel(f, rate, 620)
		if low < -40 || high < -40 || between > min(low, high)-10 {
			return fmt.Errorf("350 Hz at %.0f dB, 440 Hz at %.0f dB, 620 Hz at %.0f dB", low, high, between)
		}
		return nil
	})
}

// hear listens until what is heard is right.
func (x *boxed) hear(ctx context.Context, what string, right func(media.Frame) error) error {
	var wrong error
	for range 10 {
		heard, err := x.converse(ctx, nil, aWhile)
		if err != nil {
			return err
		}
		if wrong = right(heard); wrong == nil {
			return nil
		}
	}
	return fmt.Errorf("%s is not heard: %w", what, wrong)
}

// call waits for a call at the exchange.
func (x *boxed) call(ctx context.Context, what string, ok func(pbx.Call) bool) error {
	err := x.until(ctx, what, soon, func() bool {
		for _, c := range x.box.world.exchange.Calls() {
			if ok(c) {
				return true
			}
		}
		return false
	})
	if err != nil {
		return fmt.Errorf("%w: the exchange has %+v", err, x.box.world.exchange.Calls())
	}
	return nil
}

func (x *boxed) dial(ctx context.Context) error {
	if err := x.press(ctx, "600"); err != nil {
		return err
	}
	err := x.call(ctx, "a call to 600", func(c pbx.Call) bool { return c.To == "600" && c.State == "confirmed" && c.Legs[0].Suite != "" })
	return errors.Join(err, x.shows(ctx, oledCall, x.panel))
}

// echo speaks into the telephone and hears it come back from the exchange. On a busy
// machine the emulated one stumbles: it may try several times.
func (x *boxed) echo(ctx context.Context) error {
	const enough, tries = 0.4, 8
	best := 0.0
	for try := range uint64(tries) {
		voice := mediatest.Voice(rate, 1500*time.Millisecond, try)
		heard, err := x.converse(ctx, voice, 2500*time.Millisecond)
		if err != nil {
			return err
		}
		lag, alike := mediatest.Delay(voice, heard, rate)
		if best = max(best, alike); alike >= enough && lag > 0 {
			x.box.tell("      speech came back %.0f ms later, correlation %.2f", lag.Seconds()*1000, alike)
			return nil
		}
	}
	return fmt.Errorf("what is heard is not what was said: correlation %.2f at best", best)
}

// ghost holds three corners of a rectangle down: 1, 2 and 4 without diodes look as if
// 5 were down too. The third is not believed; nobody hears a 5.
func (x *boxed) ghost(ctx context.Context) error {
	corners := [][2]int{{0, 0}, {0, 1}, {1, 0}}
	for _, down := range []bool{true, false} {
		for _, k := range corners {
			x.board.Press(k[0], k[1], down)
			if err := x.until(ctx, "a look at the keys", soon, x.lookedAgain()); err != nil {
				return err
			}
		}
		slices.Reverse(corners) // the last one down is the first one up
	}
	return x.call(ctx, "digits without a ghost", func(c pbx.Call) bool { return c.To == "600" && c.Digits == "12" })
}

// lookedAgain holds when the keys were looked at several times since now, or nobody
// looks any more.
func (x *boxed) lookedAgain() func() bool {
	before, since := x.board.Asked(), time.Now()
	return func() bool { return x.board.Asked() >= before+scans || time.Since(since) > 2*time.Second }
}

func (x *boxed) hangUp(ctx context.Context) error {
	x.board.Set(hookLine, false)
	return x.silent(ctx)
}

// silent waits until there is no call.
func (x *boxed) silent(ctx context.Context) error {
	err := x.until(ctx, "the end of every call", soon, func() bool { return len(x.box.world.exchange.Calls()) == 0 })
	if err != nil {
		return fmt.Errorf("%w: the exchange has %+v", err, x.box.world.exchange.Calls())
	}
	return nil
}

// ring has the exchange call.
func (x *boxed) ring(ctx context.Context) error {
	if err := x.box.world.exchange.Ring(extension); err != nil {
		return err
	}
	if err := x.until(ctx, "the ringing lamp", soon, func() bool { return x.board.High(ringLine) }); err != nil {
		return err
	}
	if err := errors.Join(x.hear(ctx, "ringing", loud), x.blinks(ctx, ringLine)); err != nil {
		return err
	}
	return x.shows(ctx, oledRinging, x.panel)
}

// loud is sound, whatever it is.
func loud(f media.Frame) error {
	if l := mediatest.Level(f); l < -45 {
		return fmt.Errorf("%.0f dBov", l)
	}
	return nil
}

func (x *boxed) answer(ctx context.Context) error {
	x.board.Set(hookLine, true)
	if err := x.call(ctx, "an answered call", func(c pbx.Call) bool { return c.To == extension && c.State == "confirmed" }); err != nil {
		return err
	}
	return errors.Join(x.hear(ctx, "the exchange's voice", loud), x.dark(ctx, ringLine),
		x.until(ctx, lineLine+" lit", soon, func() bool { return x.board.High(lineLine) }))
}

func (x *boxed) callButton(ctx context.Context) error {
	if err := errors.Join(x.atRest(ctx), x.push(ctx, callLine)); err != nil {
		return err
	}
	err := x.call(ctx, "a call to 601", func(c pbx.Call) bool { return c.To == "601" && c.State == "confirmed" })
	err = errors.Join(err, x.confirmed(ctx))
	x.box.world.hangUp()
	return errors.Join(err, x.hangUp(ctx), x.atRest(ctx))
}

// atRest waits until the telephone, too, knows of the end of its calls: a button that
// is pressed before it has no meaning.
func (x *boxed) atRest(ctx context.Context) error {
	return x.status(ctx, "a telephone at rest", soon, func(s localapi.Status) bool { return !slices.ContainsFunc(s.Calls, going) })
}

// going is a call that is not over; the status has those of before, too.
func going(c localapi.Call) bool { return c.State != "terminated" }

// confirmed waits until the telephone knows of its call: an exchange that hung up
// before the ACK would break RFC 3261 §15.
func (x *boxed) confirmed(ctx context.Context) error {
	return x.status(ctx, "a confirmed call", soon, func(s localapi.Status) bool {
		return slices.ContainsFunc(s.Calls, func(c localapi.Call) bool { return c.State == "confirmed" })
	})
}

// measure keeps what the agent and the kernel say of it.
func (x *boxed) measure(ctx context.Context) error {
	v, err := x.vitals(ctx)
	if err != nil {
		return err
	}
	s, err := x.agent().Status(ctx)
	if err != nil {
		return err
	}
	name := x.box.arch.name
	x.box.figures.MemoryKB[name] = v.RSS
	x.box.figures.KernelToAgent[name] = int(v.First * 1000)
	for _, a := range s.Accounts {
		x.box.figures.AgentToRegistered[name] = int(a.Registered.Sub(s.Started).Milliseconds())
	}
	return nil
}
