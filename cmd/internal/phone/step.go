package phone

import (
	"offhook/hal"
	"offhook/ua"
)

// Step takes one input and tells what is to be done about it.
func Step(s State, in Input) (State, []Effect) {
	t := turn{State: s.clone()}
	t.take(in)
	t.enforce()
	t.settle()
	return t.State, t.effects
}

// turn is one step under way.
type turn struct {
	State
	effects  []Effect
	sounded  bool // a beep began
	intercom bool // who is called is asked to answer by himself
}

func (t *turn) do(e Effect) { t.effects = append(t.effects, e) }

func (t *turn) take(in Input) {
	switch in := in.(type) {
	case Key:
		t.key(in.KeyEvent)
	case Hook:
		t.hookMoved(in.State)
	case UA:
		t.event(in.Event)
	case Timer:
		t.timer(in)
	case Clock:
		t.now = in.Now
	case Config:
		t.configure(in)
	case Provisioning:
		t.provisioned(in)
	case Servers:
		t.serversTold(in)
	case Network:
		t.network = in
	case Audio:
		t.audio = in
	case Media:
		if c := t.byID(in.Call); c != nil {
			c.media = in
		}
	case Digit:
		t.farDigit(in)
	case Recorded:
		t.recorded(in)
	case DoorSaid:
		t.doorSaid(in)
	case Echo:
		t.echo = in.Figures
	case Device:
		t.device = in
	case Firmware:
		t.firmware = in
	case SettingRefused:
		t.complain(t.texts().NotSet + ": " + in.Cause)
	case Contacts:
		t.contactsTold(in)
	case Sending:
		t.sending = in.ID
	case Restore:
		t.restore(in.Entries)
	case Settings:
		t.chosen, t.out.chosen = in, in.clone()
	case Invited:
		t.invited(in)
	case CommandFailed:
		t.commandFailed(in)
	default:
		t.remote(in)
	}
}

func (t *turn) event(e ua.Event) {
	switch e := e.(type) {
	case ua.CallChanged:
		t.tries = 0
		t.callChanged(e.Call)
	case ua.RegistrationChanged:
		t.registrationChanged(e)
	case ua.MessageReceived:
		t.messageReceived(e)
	case ua.MessageSent:
		t.messageSent(e)
	case ua.MessageWaiting:
		t.messageWaiting(e)
	case ua.DialogsChanged:
		t.dialogsChanged(e)
	case ua.SubscriptionChanged:
		t.subscriptionChanged(e)
	case ua.FeaturesChanged:
		t.featuresChanged(e)
	case ua.RemoteControl:
		t.remoteControl(e)
	}
}

// enforce restores what is true of every telephone, whatever has happened.
func (t *turn) enforce() {
	t.partners()
	t.deflections()
	t.consultations()
	t.forks()
	t.oneLive()
	live := t.live()
	if live != nil {
		t.entry, t.ended, t.list = entry{}, ended{}, list{}
	}
	handsfree := t.path != "" && t.path != hal.Handset
	switch {
	case live != nil || t.path == "" || t.entry.on || t.ended.on:
	case handsfree && t.held() == nil:
		t.path = ""
	case !handsfree && t.open() == 0:
		t.openEntry(forCall)
	}
	t.refocus()
	if t.ringing() == nil && t.recalled() == nil {
		t.quiet = false
	}
	if t.open() == 0 {
		t.mute = false
	}
	t.recordingOver()
	if t.page() != pageNewcomer {
		t.about.choice = actNone
	}
	if t.path == "" {
		t.beep = Tone{}
	}
	if t.path == "" && !t.entry.on {
		t.line = ""
	}
}

// oneLive holds whatever call became live besides the one that is shown and the
// one in conference with it, and one that nobody listens to: it must not hear the room.
func (t *turn) oneLive() {
	keep := t.byFocus()
	if keep == nil || !keep.live() {
		keep = t.live()
	}
	for i := range t.calls {
		c := &t.calls[i]
		if c.live() && (t.path == "" || c.serial != keep.serial && !(c.joined && keep.joined)) {
			t.park(c)
		}
	}
}
