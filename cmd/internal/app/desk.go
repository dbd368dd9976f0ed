package app

import (
	"context"
	"log/slog"
	"time"

	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/ua"
)

// desk owns the phone's State: the one goroutine that calls phone.Step and
// carries out its effects. Nothing that it calls blocks.
type desk struct {
	log     *slog.Logger
	agent   ua.Agent
	sound   *sound
	display *display
	lamps   map[string]hal.Indicator
	calls   *callbook
	history *keptFile[[]phone.Entry]
	chosen  *keptFile[phone.Settings]
	names   *keptFile[[]phone.Contact]
	door    *doorman
	choices *chooser
	// decide hears what a person says about provisioning servers.
	decide func(phone.Effect)
	// observe hears of the user agent's events besides the phone.
	observe func(ua.Event)
	// settled is told of the state after every input: a moment to restart.
	settled func(phone.State)

	state  phone.State
	inbox  chan phone.Input
	works  chan func()
	timers map[phone.TimerID]*time.Timer
	zone   *time.Location
	busy   chan struct{} // there was no call and is, or the other way

	doorTimer *time.Timer
	doorDue   time.Time // that it is set to

	renewed time.Time // when new keys were asked for
	metered string    // what was told of the echo
}

// inboxSize is how many inputs may wait; whoever posts waits beyond that.
const inboxSize = 64

func newDesk(log *slog.Logger) *desk {
	return &desk{log: log, inbox: make(chan phone.Input, inboxSize), works: make(chan func()),
		timers: map[phone.TimerID]*time.Timer{}, zone: time.Local, busy: make(chan struct{}, 1)}
}

func (d *desk) run(ctx context.Context) error {
	tick := time.NewTimer(0)
	defer tick.Stop()
	defer d.stopTimers()
	for busy := false; ; {
		select {
		case <-ctx.Done():
			d.drain(ctx)
			return nil
		case in := <-d.inbox:
			d.look(ctx)
			d.take(ctx, in)
			if begun := d.state.Busy(); begun != busy {
				busy = begun
				select {
				case d.busy <- struct{}{}:
				default: // the last one is not taken yet
				}
				tick.Reset(untilTick(time.Now(), busy))
			}
		case <-tick.C:
			now := d.look(ctx)
			if busy {
				d.renewKeys(now)
				d.meter(ctx)
			}
			tick.Reset(untilTick(now, busy))
		case work := <-d.works:
			work()
		}
	}
}

// look tells the phone the time.
func (d *desk) look(ctx context.Context) time.Time {
	now := time.Now()
	d.take(ctx, phone.Clock{Now: now.In(d.zone)})
	return now
}

// untilTick is how long the time that is shown stays right: a call's length is
// told by the second, the clock by the minute, and it may be set. A telephone at
// rest wakes as seldom as that allows.
func untilTick(now time.Time, busy bool) time.Duration {
	every := 10 * time.Second
	if busy {
		every = time.Second
	}
	return now.Truncate(every).Add(every).Sub(now)
}

// drain takes what came before the end: the last call is history too.
func (d *desk) drain(ctx context.Context) {
	for {
		select {
		case in := <-d.inbox:
			d.take(ctx, in)
		default:
			return
		}
	}
}

// ping waits until the desk's goroutine has taken a turn.
func (d *desk) ping(ctx context.Context) error {
	_, err := ask(ctx, d, func(phone.State) bool { return true })
	return err
}

// do has the desk's goroutine do something with what it owns.
func (d *desk) do(ctx context.Context, work func()) {
	select {
	case d.works <- work:
	case <-ctx.Done():
	}
}

// ask asks the phone's state a question in its goroutine.
func ask[T any](ctx context.Context, d *desk, question func(phone.State) T) (T, error) {
	reply := make(chan T, 1)
	d.do(ctx, func() { reply <- question(d.state) })
	select {
	case answer := <-reply:
		return answer, nil
	case <-ctx.Done():
		var zero T
		return zero, ctx.Err()
	}
}

// take steps the phone, and again for what its effects bring at once.
func (d *desk) take(ctx context.Context, in phone.Input) {
	for queue := []phone.Input{in}; len(queue) > 0; queue = queue[1:] {
		if e, ok := queue[0].(phone.UA); ok {
			d.observe(e.Event)
		}
		if a, ok := queue[0].(phone.Audio); ok && !a.Gone {
			d.sound.remix()
		}
		said, taken := d.door.hear(queue[0])
		queue = append(queue, said...)
		if taken {
			continue
		}
		state, effects := phone.Step(d.state, queue[0])
		d.state = state
		for _, e := range effects {
			if next := d.carryOut(ctx, e); next != nil {
				queue = append(queue, next)
			}
		}
	}
	d.awaitDoor(ctx)
	d.settled(d.state)
}

// awaitDoor has the door told when its next time has come.
func (d *desk) awaitDoor(ctx context.Context) {
	due := d.door.due()
	if due.Equal(d.doorDue) {
		return
	}
	if d.doorDue = due; d.doorTimer != nil {
		d.doorTimer.Stop()
	}
	if due.IsZero() {
		return
	}
	d.doorTimer = time.AfterFunc(time.Until(due), func() {
		d.do(ctx, func() {
			d.doorDue = time.Time{} // a Tick that came a moment early asks again
			d.say(ctx, d.door.tick())
			d.awaitDoor(ctx)
		})
	})
}

// say tells the phone what the door says.
func (d *desk) say(ctx context.Context, said []phone.Input) {
	for _, in := range said {
		d.take(ctx, in)
	}
}

func (d *desk) carryOut(ctx context.Context, e phone.Effect) phone.Input {
	switch e := e.(type) {
	case phone.Invite:
		id, err := d.invite(e)
		if err != nil {
			return phone.CommandFailed{Effect: e, Err: err}
		}
		return phone.Invited{Ref: e.Ref, Call: id}
	case phone.Ringing:
		return refused(e, d.agent.Ringing(e.Call))
	case phone.Answer:
		return refused(e, d.agent.Answer(e.Call))
	case phone.Reject:
		return refused(e, d.agent.Reject(e.Call, e.Code))
	case phone.Redirect:
		return refused(e, d.agent.Redirect(e.Call, e.Target, e.Why))
	case phone.Hangup:
		if e.Elsewhere {
			return refused(e, d.agent.Withdraw(e.Call))
		}
		return refused(e, d.agent.Hangup(e.Call))
	case phone.Hold:
		return refused(e, d.agent.Hold(e.Call, e.On))
	case phone.Transfer:
		return refused(e, d.agent.Transfer(e.Call, e.Target))
	case phone.TransferTo:
		return refused(e, d.agent.TransferTo(e.Call, e.Consult))
	case phone.SetFeature:
		return refused(e, d.agent.SetFeature(e.Account, e.State))
	case phone.SendDigit:
		return refused(e, d.sendDigit(e))
	case phone.Route:
		d.sound.route(e)
	case phone.Tone:
		d.sound.tone(e)
	case phone.Ring:
		d.sound.ring(e)
	case phone.Record:
		if err := d.sound.record(e.On); err != nil {
			return phone.Recorded{Cause: err.Error()}
		}
	case phone.Volume:
		d.sound.volume(e)
	case phone.Lamp:
		d.lamp(e)
	case phone.Backlight:
		d.display.backlight(e.Percent)
	case phone.Show:
		d.display.show(e.View)
	case phone.StartTimer:
		d.startTimer(ctx, e)
	case phone.History:
		d.history.save(e.Entries)
	case phone.SendMessage:
		id, err := d.agent.SendMessage(e.Account, e.Target, e.Text)
		if err != nil {
			return phone.CommandFailed{Effect: e, Err: err}
		}
		return phone.Sending{ID: id}
	case phone.KeepContacts:
		d.names.save(e.All)
	case phone.Keep:
		d.chosen.save(e.Settings)
	case phone.SetUser:
		d.choices.want(e)
	case phone.Decide, phone.ForgetRefused:
		d.decide(e)
	case phone.Log:
		d.write(e)
	}
	return nil
}

func (d *desk) invite(e phone.Invite) (ua.CallID, error) {
	if e.Pickup != (ua.DialogRef{}) {
		return d.agent.Pickup(e.Account, e.Pickup)
	}
	return d.agent.InviteWith(e.Account, e.Target, ua.InviteOptions{Anonymous: e.Anonymous, Emergency: e.Emergency, Intercom: e.Intercom})
}

func (d *desk) sendDigit(e phone.SendDigit) error {
	if d.calls.byInfo(e.Call) {
		return d.agent.SendDigit(e.Call, rune(e.Digit), 0)
	}
	return d.calls.sendDigit(e.Call, e.Digit)
}

func refused(e phone.Effect, err error) phone.Input {
	if err == nil {
		return nil
	}
	return phone.CommandFailed{Effect: e, Err: err}
}

func (d *desk) lamp(e phone.Lamp) {
	lamp, ok := d.lamps[string(e.Name)]
	if !ok {
		return // this board has no such lamp
	}
	if err := lamp.Set(e.Pattern); err != nil {
		d.log.Warn("lamp", "name", e.Name, "error", err)
	}
}

func (d *desk) startTimer(ctx context.Context, e phone.StartTimer) {
	if old := d.timers[e.ID]; old != nil {
		old.Stop() // one that fired meanwhile is stale by its generation
	}
	d.timers[e.ID] = time.AfterFunc(e.After, func() { post(ctx, d.inbox, phone.Timer{ID: e.ID, Gen: e.Gen}) })
}

func (d *desk) stopTimers() {
	for _, t := range d.timers {
		t.Stop()
	}
	if d.doorTimer != nil {
		d.doorTimer.Stop()
	}
}

func (d *desk) write(e phone.Log) {
	if e.Warn {
		d.log.Warn(e.Text)
		return
	}
	d.log.Info(e.Text)
}
