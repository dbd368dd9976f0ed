package phone

import (
	"strings"

	"offhook/hal"
	"offhook/ua"
)

func (t *turn) key(e hal.KeyEvent) {
	if e.Key == hal.KeyHeadsetPlug {
		t.plug(e.Action != hal.KeyRelease)
		return
	}
	t.wake()
	t.confirmed = false // whoever presses one has read it
	switch e.Action {
	case hal.KeyPress:
		t.press(e.Key)
	case hal.KeyLong:
		t.longPress(e.Key)
	}
}

func (t *turn) longPress(k hal.Key) {
	if t.config.Street && !streetKey(k) {
		return
	}
	switch k {
	case hal.Key0:
		t.longZero()
	case hal.KeyCancel: // home, but no call is touched
		if t.entry.on && t.entry.purpose == forCall && t.entry.digits != "" {
			t.entry.digits = ""
			t.leaveEntry()
		}
		t.list = list{}
	case hal.KeyOK: // boards without a menu key have a menu, too
		if t.kind() == KindList && t.list.kind == listCalls || t.config.Street && t.kind() == KindIdle {
			t.list = list{}
			t.openList(listMenu)
		}
	}
}

func (t *turn) press(k hal.Key) {
	if t.keyTested(k) {
		return
	}
	if len(k) == 1 && strings.ContainsAny(string(k), "0123456789*#") {
		t.digitKey(k[0])
		return
	}
	if t.config.Street && !streetKey(k) {
		return
	}
	if i, ok := numbered(k, "soft", 4); ok {
		t.act(t.softKeys()[i])
		return
	}
	if i, ok := numbered(k, "line", 8); ok {
		t.lineKey(i)
		return
	}
	switch k {
	case hal.KeyUp:
		t.arrow(-1)
	case hal.KeyDown:
		t.arrow(+1)
	case hal.KeyOK:
		t.act(t.okAction())
	case hal.KeyCancel:
		t.act(t.cancelAction())
	case hal.KeyMenu:
		if t.live() != nil {
			t.metered = !t.metered
		}
		t.toggleList(listMenu)
	case hal.KeySpeaker:
		t.handsfreeKey(hal.Speaker)
	case hal.KeyHeadset:
		t.handsfreeKey(hal.Headset)
	case hal.KeyMute:
		t.muteKey()
	case hal.KeyHold:
		t.holdKey()
	case hal.KeyTransfer:
		t.transferKey()
	case hal.KeyRedial:
		t.act(actRedial)
	case hal.KeyMessages:
		t.act(actMessages)
	case hal.KeyVolumeUp:
		t.turnVolume(+volumeStep)
	case hal.KeyVolumeDown:
		t.turnVolume(-volumeStep)
	case hal.KeyConference:
		t.conferenceKey()
	case hal.KeyCall:
		t.callKey()
	}
}

// numbered tells which of n keys with a common name k is, from 0.
func numbered(k hal.Key, name string, n int) (int, bool) {
	rest, ok := strings.CutPrefix(string(k), name)
	if !ok || len(rest) != 1 || rest[0] < '1' || int(rest[0]-'1') >= n {
		return 0, false
	}
	return int(rest[0] - '1'), true
}

func (t *turn) arrow(by int) {
	switch {
	case t.list.on:
		t.list.move(by, t.listLength())
	case t.open() > 1 && !t.entry.on:
		t.moveFocus(by)
	case t.kind() != KindIdle:
	case by < 0:
		t.openList(listMissed)
	default:
		t.openList(listCalls)
	}
}

func (t *turn) muteKey() {
	switch {
	case (t.ringing() != nil || t.recalled() != nil) && t.path == "":
		t.quiet = true
	case t.live() != nil:
		t.mute = !t.mute
	}
}

func (t *turn) holdKey() {
	c := t.byFocus()
	if live := t.live(); live != nil && (c == nil || !c.held && !c.live()) {
		c = live
	}
	switch {
	case c == nil || t.entry.on && t.entry.digits != "":
	case c.held:
		t.resume(c)
	case c.talking():
		t.parkLive() // and who is in conference with it
		t.focus = c.serial
	}
}

// transferKey opens a transfer, or asks where a call that rings is to go. Pressed again it sends the caller off: to the
// number, or to whom the person has called to ask.
func (t *turn) transferKey() {
	first, second := t.consultation()
	switch {
	case t.entry.on && t.entry.purpose == forTransfer:
		t.sendTransfer(cleanNumber(t.entry.digits))
	case t.entry.on && t.entry.purpose == forDeflect:
		t.deflect(cleanNumber(t.entry.digits))
	case t.entry.on:
	case second != nil:
		t.completeTransfer(first, second)
	case t.ringing() != nil && t.live() == nil && t.path == "":
		t.openDeflect(t.toAnswer())
	default:
		t.openTransfer()
	}
}

// callKey is the bell button of a door station, or a hotline key. While a call
// comes in it answers: a door station may have no other key.
func (t *turn) callKey() {
	switch {
	case t.live() == nil && t.ringing() != nil:
		t.answer(t.toAnswer())
	case t.open() > 0:
	case t.config.CallKey == "" && len(t.config.Bell) == 0:
		t.complain(t.texts().NoCallKey)
	default:
		if t.account(t.config.CallLine) != nil {
			t.line = t.config.CallLine
		}
		if len(t.config.Bell) > 0 {
			t.ringBell()
			return
		}
		t.place(t.config.CallKey)
	}
}

// useKey is a line key that is none.
func (t *turn) useKey(k LineKey) {
	switch k.Use {
	case KeyDND:
		t.setDND(!t.dnd())
	case KeyForward:
		switch {
		case t.divertedTo() != "":
			t.setForward("")
		case k.Number == "":
			t.complain(t.texts().NoForward)
		default:
			t.setForward(k.Number)
		}
	case KeyPark: // the orbit is a number like any other: transfer there, call from there
		c := t.byFocus()
		if c != nil && (c.talking() || c.held) && c.transfer == "" && !c.joined && !c.joining {
			t.transferCall(c, k.Number)
			return
		}
		t.chooseAccount(k.Account)
		t.place(k.Number)
	case KeyWatch:
		if _, rings := t.rings(k); rings && !(t.entry.on && t.entry.purpose == forTransfer) {
			t.pickUp(k)
			return
		}
		t.chooseAccount(k.Account)
		t.place(k.Number)
	case KeyPickup:
		t.pickUp(k)
	case KeyIntercom:
		t.chooseAccount(k.Account)
		t.intercom = true
		t.place(k.Number)
	}
}

// lineKey answers, resumes or opens the key's line, or dials its number.
func (t *turn) lineKey(i int) {
	keys := t.config.lineKeys()
	if i >= len(keys) || keys[i] == (LineKey{}) {
		return
	}
	if keys[i].Use != KeyLine {
		t.useKey(keys[i])
		return
	}
	if n := keys[i].Number; n != "" {
		t.chooseAccount(keys[i].Account)
		t.place(n)
		return
	}
	id := keys[i].Account
	on := func(state func(*call) bool) *call {
		return t.find(func(c *call) bool { return c.Account == id && state(c) })
	}
	held := on(func(c *call) bool { return c.held && !c.leaving })
	switch ringing := on((*call).ringing); {
	case ringing != nil:
		t.answer(ringing)
	case on((*call).live) != nil:
	case t.entry.on && t.entry.purpose == forCall: // another line for the number
		t.chooseLine(id)
	case held != nil:
		t.resume(held)
	default:
		t.takePath()
		t.openEntry(forCall)
		t.chooseLine(id)
	}
}

func (t *turn) chooseLine(id ua.AccountID) {
	t.line = id
	t.takePath()
	t.restage()
}

// lineKeys are the configured ones, or the accounts in order.
func (c *Config) lineKeys() []LineKey {
	if len(c.LineKeys) > 0 {
		return c.LineKeys[:min(len(c.LineKeys), 8)]
	}
	var keys []LineKey
	for _, a := range c.Accounts[:min(len(c.Accounts), 8)] {
		keys = append(keys, LineKey{Label: a.Label, Account: a.ID})
	}
	return keys
}
