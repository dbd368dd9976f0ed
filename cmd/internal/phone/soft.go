package phone

import "offhook/hal"

// action is what a soft key, ok or cancel does.
type action uint8

const (
	actNone action = iota
	actRedial
	actCalls
	actMissed
	actMessages
	actDial
	actDelete
	actCancelEntry
	actAnswer
	actReject
	actSilence
	actHold
	actResume
	actSwap
	actConference
	actSplit
	actTransfer
	actSendTransfer
	actConsult
	actComplete
	actNew
	actEnd
	actClose
	actDialItem
	actDeleteItem
	actBack
	actAccept // a server
	actRefuse
	actLater
	actSure
	actUnsure
	actShowServer
	actForgetRefused
	actAcknowledge
	actContacts
	actMore // what else can be done with a call of the history
	actChoose
	actDialContact
	actUnfind
	actFindAll
	actSaveName
	actUnname
	actDetail
	actQR // who the phone is
	actInbox
	actReply
	actOpen // a text
	actionCount
)

func (a action) role() SoftRole {
	switch a {
	case actAnswer, actDial, actResume, actSendTransfer, actComplete, actDialItem, actDialContact, actSaveName:
		return RoleGo
	case actReject, actEnd:
		return RoleStop
	}
	return RolePlain
}

// softKeys are the actions of the soft keys, as the screen's labels have them.
func (s *State) softKeys() [4]action {
	if s.config.Street {
		return onStreet(s.allSoftKeys())
	}
	return s.allSoftKeys()
}

func (s *State) allSoftKeys() [4]action {
	switch s.kind() {
	case KindProvisioning, KindProvisioningFailed:
		return [4]action{actQR}
	case KindIdle:
		return s.idleKeys()
	case KindDialling:
		return s.diallingKeys()
	case KindCalling:
		_, second := s.consultation()
		return [4]action{0: when(second != nil, actComplete), 3: actEnd}
	case KindRinging:
		return [4]action{actAnswer, actReject, when(!s.quiet && s.path == "", actSilence), actNone}
	case KindWaiting:
		return [4]action{actAnswer, actReject, actNone, when(s.live() != nil, actEnd)}
	case KindInCall:
		return s.talkKeys()
	case KindHeld:
		if c := s.byFocus(); c != nil && c.joined {
			return [4]action{actResume, actSplit, actNone, actEnd}
		}
		if _, second := s.consultation(); second != nil {
			first := actResume
			if s.live() != nil {
				first = actSwap
			}
			return [4]action{first, actComplete, actNone, actEnd}
		}
		if s.live() != nil {
			return [4]action{actSwap, actTransfer, actNone, actEnd}
		}
		return [4]action{actResume, actTransfer, actNew, actEnd}
	case KindTransferring:
		return [4]action{actResume, actNone, actNone, actEnd}
	case KindEnded, KindFailed:
		return [4]action{when(s.lastDialled() != "", actRedial), actNone, actNone, actClose}
	case KindList:
		switch s.list.kind {
		case listStatus:
			return [4]action{when(len(s.about.later) > 0, actShowServer), when(len(s.servers.Refused) > 0, actForgetRefused), actNone, actBack}
		case listContacts:
			c, some := s.contact()
			return [4]action{when(some, actDialContact), when(some && c.Own, actDeleteItem), when(s.list.find != "", actFindAll), actBack}
		case listNumbers:
			return [4]action{actDialItem, actNone, actNone, actBack}
		case listCalls, listMissed, listDialled:
		case listInbox:
			some := len(s.listEntries()) > 0
			return [4]action{when(some, actOpen), when(some, actDeleteItem), actNone, actBack}
		default:
			return [4]action{actChoose, actNone, actNone, actBack}
		}
		some := len(s.listEntries()) > 0
		return [4]action{when(some, actDialItem), when(some, actDeleteItem), when(some, actMore), actBack}
	case KindQR:
		if s.list.kind == listMessage {
			known := s.reading.Number != "" // who withholds himself gets no reply
			return [4]action{when(known, actReply), when(known, actDialItem), actNone, actBack}
		}
		return [4]action{3: actBack}
	case KindNotice:
		return s.pageKeys()
	}
	return [4]action{}
}

func (s *State) idleKeys() [4]action {
	if len(s.config.Accounts) == 0 { // whom to give a configuration is to be told first
		return [4]action{actQR}
	}
	return [4]action{
		when(s.lastDialled() != "", actRedial),
		actCalls,
		s.idleThird(),
		when(s.voicemail() != nil, actMessages),
	}
}

// idleThird: whom to call back goes before whom to call.
func (s *State) idleThird() action {
	switch {
	case s.news(Missed) > 0:
		return actMissed
	case s.news(Texted) > 0:
		return actInbox
	}
	return when(len(s.contacts) > 0, actContacts)
}

func (s *State) diallingKeys() [4]action {
	if s.list.on && s.list.kind == listKeys {
		return [4]action{}
	}
	if s.list.on {
		return [4]action{when(s.list.name.text != "", actSaveName), when(s.list.name.text != "", actUnname), actNone, actBack}
	}
	typed := s.entry.digits != ""
	switch {
	case s.entry.purpose == forTransfer:
		return [4]action{when(typed, actSendTransfer), when(typed, actDelete), when(typed, actConsult), actCancelEntry}
	case s.entry.purpose == forDeflect:
		return [4]action{when(typed, actSendTransfer), when(typed, actDelete), actAnswer, actCancelEntry}
	case s.ringing() != nil:
		return [4]action{actAnswer, actReject, when(typed, actDial), when(typed, actDelete)}
	case typed:
		return [4]action{actDial, actDelete, actNone, actCancelEntry}
	}
	return [4]action{when(s.lastDialled() != "", actRedial), actCalls, when(s.held() != nil, actResume), actCancelEntry}
}

func (s *State) talkKeys() [4]action {
	c := s.byFocus()
	if c != nil && c.joined {
		return [4]action{actHold, actSplit, actNone, actEnd}
	}
	if s.held() == nil {
		return [4]action{actHold, actTransfer, actNew, actEnd}
	}
	first := actHold
	if talk, held := s.joinable(); talk != nil && held != nil {
		first = actConference
	}
	transfer := actTransfer
	if _, second := s.consultation(); second != nil {
		transfer = actComplete
	}
	return [4]action{first, transfer, actSwap, actEnd}
}

func when(condition bool, a action) action {
	if condition {
		return a
	}
	return actNone
}

// okAction is what the ok key does now.
func (s *State) okAction() action {
	switch s.kind() {
	case KindProvisioning, KindProvisioningFailed:
		return actQR
	case KindIdle:
		if len(s.config.Accounts) == 0 {
			return actQR
		}
		return actCalls
	case KindDialling:
		switch {
		case s.list.on:
			return actSaveName
		case s.entry.digits != "":
			return actDial
		case s.ringing() != nil:
			return actAnswer
		}
		return actRedial
	case KindRinging, KindWaiting:
		return actAnswer
	case KindHeld:
		return actResume
	case KindEnded, KindFailed:
		return actClose
	case KindList:
		return s.listOK()
	case KindQR:
		if s.list.kind == listMessage {
			return s.softKeys()[0]
		}
		return actBack
	case KindNotice:
		return s.pageAction(true)
	}
	return actNone
}

func (s *State) listOK() action {
	switch s.list.kind {
	case listStatus:
		return actDetail
	case listInbox:
		return actOpen
	case listContacts:
		return actDialContact
	case listCalls, listMissed, listDialled, listNumbers:
		return actDialItem
	}
	return actChoose
}

// cancelAction is what the cancel key does now. It never ends a held call.
func (s *State) cancelAction() action {
	switch s.kind() {
	case KindDialling:
		if s.list.on {
			return actUnname
		}
		return actDelete
	case KindRinging, KindWaiting:
		return actReject
	case KindCalling, KindInCall:
		return actEnd
	case KindEnded, KindFailed:
		return actClose
	case KindList:
		if s.list.find != "" {
			return actUnfind
		}
		return actBack
	case KindQR:
		return actBack
	case KindNotice:
		return s.pageAction(false)
	}
	return actNone
}

func (t *turn) act(a action) {
	if t.config.Street && !streetAction(a) {
		return
	}
	c := t.byFocus()
	switch a {
	case actRedial:
		t.redial()
	case actCalls:
		t.openList(listCalls)
	case actMissed:
		t.openList(listMissed)
	case actMessages:
		t.callVoicemail()
	case actSendTransfer, actComplete:
		t.transferKey()
	case actDial, actConsult:
		t.place(t.entry.digits)
	case actDelete:
		t.erase()
	case actCancelEntry:
		t.cancelEntry()
	case actAnswer:
		if t.ringing() != nil {
			t.answer(t.toAnswer())
		}
	case actReject:
		if t.ringing() != nil {
			t.reject(t.toAnswer())
		}
	case actSilence:
		t.quiet = true
	case actHold:
		t.holdKey()
	case actResume:
		if c == nil || !c.held {
			c = t.held()
		}
		if c != nil {
			t.resume(c)
		}
	case actSwap:
		t.swap()
	case actConference:
		t.join()
	case actSplit:
		t.split()
	case actTransfer:
		t.openTransfer()
	case actNew:
		t.takePath()
		t.openEntry(forCall)
	case actEnd:
		t.endShown()
	case actClose:
		t.closeEnded()
	case actDialItem:
		t.dialItem()
	case actDeleteItem:
		t.deleteItem()
	case actBack:
		t.back()
	default:
		t.browse(a)
	}
}

// browse is what keys do in the phone book and in menus.
func (t *turn) browse(a action) {
	switch a {
	case actContacts:
		t.openList(listContacts)
	case actMore:
		t.openCallMenu()
	case actChoose:
		t.choose()
	case actDialContact:
		t.dialContact()
	case actFindAll:
		t.search("")
	case actUnfind:
		t.unfind()
	case actSaveName:
		t.saveName()
	case actUnname:
		t.unname()
	case actDetail:
		t.openDetail()
	case actQR:
		t.openList(listQR)
	case actInbox:
		t.openList(listInbox)
	case actOpen:
		t.openMessage()
	case actReply:
		t.enter(listReplies)
	default:
		t.answerPage(a)
	}
}

// answerPage is what keys do about the configuration.
func (t *turn) answerPage(a action) {
	switch a {
	case actAccept, actRefuse:
		t.about.choice = a
	case actUnsure:
		t.about.choice = actNone
	case actSure:
		t.decide()
	case actLater:
		t.putOff()
	case actShowServer:
		t.about.later, t.list = nil, list{}
	case actForgetRefused:
		t.forgetRefused()
	case actAcknowledge:
		t.acknowledge()
	}
}

// cancelEntry leaves the number; at a lifted handset that never had one the
// dial tone stays.
func (t *turn) cancelEntry() {
	t.entry.digits = ""
	t.leaveEntry()
}

// endShown ends the call that is shown; of a waiting one, the call it waits for.
func (t *turn) endShown() {
	c := t.byFocus()
	if c == nil || c.ringing() {
		c = t.live()
	}
	if c == nil {
		return
	}
	wasLive := c.live()
	first := c.consults
	t.hangup(c)
	if wasLive && t.takeFirst(first) {
		return
	}
	if wasLive {
		t.freeHandsfree()
	}
}

func (t *turn) swap() {
	c := t.byFocus()
	if c == nil || !c.held {
		c = t.held()
	}
	if c != nil {
		t.resume(c)
	}
}

func (t *turn) closeEnded() {
	t.ended = ended{}
	if t.path == hal.Handset && t.open() == 0 {
		t.openEntry(forCall)
		return
	}
	t.freeHandsfree()
}

func (t *turn) redial() {
	number := t.lastDialled()
	switch {
	case t.live() != nil || (t.entry.on && (t.entry.digits != "" || t.entry.purpose != forCall)):
	case number == "":
		t.complain(t.texts().NothingDialled)
	default:
		t.place(number)
	}
}
