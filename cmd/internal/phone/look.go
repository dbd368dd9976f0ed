package phone

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"offhook/hal"
	"offhook/ua"
)

// kind is the layout of the screen.
func (s *State) kind() Kind {
	c := s.byFocus()
	switch {
	case s.list.on && (s.list.kind == listNaming || s.list.kind == listKeys):
		return KindDialling
	case s.list.on && (s.list.kind == listQR || s.list.kind == listDetail || s.list.kind == listMessage):
		return KindQR
	case s.list.on:
		return KindList
	case s.entry.on && len(s.config.Accounts) > 0:
		return KindDialling
	case s.ended.on && s.ended.failed:
		return KindFailed
	case s.ended.on:
		return KindEnded
	case c != nil:
		return s.callKind(c)
	case s.page() != pageNone:
		return KindNotice
	case len(s.config.Accounts) > 0:
		return KindIdle
	}
	switch s.provisioning.State {
	case Booting:
		return KindBooting
	case Discovering, Fetching:
		return KindProvisioning
	case ProvisioningFailed:
		return KindProvisioningFailed
	}
	return KindIdle
}

func (s *State) callKind(c *call) Kind {
	switch {
	case c.transfer != "" || c.joining:
		return KindTransferring
	case c.ringing() && s.open() > 1:
		return KindWaiting
	case c.ringing():
		return KindRinging
	case c.held:
		return KindHeld
	case c.State != ua.Confirmed:
		return KindCalling
	}
	return KindInCall
}

// view builds what the screen shows.
func (s *State) view() View {
	x := s.texts()
	v := View{Kind: s.kind(), Status: s.status(), Notice: s.notice, Volume: s.volumeBar(), Lines: s.lineViews()}
	for i, a := range s.softKeys() {
		v.Soft[i] = SoftKey{Label: x.label(a), Role: a.role()}
		if a == actDial && s.ringing() != nil { // the one to press is Answer
			v.Soft[i].Role = RolePlain
		}
		if a == actAnswer && s.entry.on && s.entry.purpose == forDeflect && s.entry.digits != "" {
			v.Soft[i].Role = RolePlain
		}
	}
	switch v.Kind {
	case KindBooting:
		v.Title = x.Booting
	case KindProvisioning, KindProvisioningFailed:
		s.provisioningView(&v)
	case KindIdle:
		s.idleView(&v)
	case KindDialling:
		s.diallingView(&v)
	case KindList:
		s.listView(&v)
	case KindQR:
		s.pageOfList(&v)
	case KindNotice:
		s.pageView(&v)
	case KindEnded, KindFailed:
		v.Title, v.Party, v.Since, v.Elapsed = s.ended.title, s.ended.party, s.ended.since, s.ended.elapsed
		v.Text = nonEmpty(s.ended.text)
		if s.stage >= stageHowler && s.path == hal.Handset {
			v.Text = append(v.Text, x.HangUp)
		}
	default:
		s.callView(&v, s.byFocus())
	}
	if v.Kind == KindIdle && slices.Contains(v.Text, v.Notice) { // once is enough
		v.Notice = ""
	}
	if v.Kind != KindList {
		v.Others = s.others(v.Kind)
	}
	return v
}

func (s *State) provisioningView(v *View) {
	x, p, lacking := s.texts(), s.provisioning, ""
	if !s.network.Up {
		lacking = x.NetworkHint
	}
	v.Progress = max(0, min(p.Progress, 100))
	switch p.State {
	case Discovering:
		v.Title = x.Discovering
	case Fetching:
		v.Title = x.Fetching
	default:
		v.Title, v.Progress = x.ProvisioningFailed, 0
		v.Text = nonEmpty(lacking, p.Cause, x.ProvisioningRetry)
	}
	if p.State != ProvisioningFailed {
		v.Text = nonEmpty(cmp.Or(lacking, p.Detail))
	}
	if s.network.Address != "" {
		v.Status.Number = s.network.Address
	}
}

func (s *State) idleView(v *View) {
	x := s.texts()
	switch v.Status.Registration {
	case RegNone:
		v.Title, v.Text = x.NoAccount, nonEmpty(x.NoAccountHint)
	case RegPending:
		v.Title = x.StillRegistering
	case RegPartly, RegFailed:
		v.Title, v.Text = x.NotRegistered, nonEmpty(v.Status.Cause)
	}
	if s.provisioning.State == ProvisioningFailed && v.Title == "" {
		v.Title, v.Text = x.ProvisioningOld, nonEmpty(s.provisioning.Cause)
	}
	switch {
	case v.Status.NetworkDown:
		v.Title, v.Text = x.NetworkDown, nonEmpty(s.network.Cause)
	case s.audio.Gone && v.Title == "":
		v.Title, v.Text = x.NoSound, nonEmpty(s.audio.Cause)
	}
	if v.Title == "" {
		v.Text = nonEmpty(s.trialText(), s.firmwareText(), s.diversionText(), x.count(x.Missed, s.news(Missed)), x.count(x.Messages, s.messages()), x.count(x.NewTexts, s.news(Texted)))
	}
}

// firmwareText tells of another version of the program.
func (s *State) firmwareText() string {
	x := s.texts()
	switch s.firmware.State {
	case FirmwareLoading:
		return x.NewVersion[0] + " " + percent(s.firmware.Percent)
	case FirmwareReady:
		return x.NewVersion[1]
	case FirmwareTrial:
		return x.NewVersion[2]
	}
	return ""
}

// diversionText tells why it will not ring.
func (s *State) diversionText() string {
	switch to := s.divertedTo(); {
	case to != "":
		return s.texts().Forwarded + " " + to
	case s.dnd():
		return s.texts().DND[1]
	}
	return ""
}

func (s *State) diallingView(v *View) {
	if s.list.on {
		s.pageOfList(v)
		return
	}
	x := s.texts()
	v.Entry = s.entry.digits
	v.Party = Party{Name: s.nameOf(s.entry.digits), Number: s.entry.digits}
	v.Title = x.EnterNumber
	id, why := s.accountFor(false)
	if a := s.account(id); a != nil {
		v.Account = a.Label
	}
	v.Text = nonEmpty(why)
	switch {
	case s.entry.purpose == forTransfer:
		v.Text = nil
		if c := s.bySerial(s.entry.of); c != nil {
			v.Title = fmt.Sprintf(x.TransferTo, c.party().Title())
			if a := s.account(c.Account); a != nil { // by which it goes
				v.Account = a.Label
			}
		}
	case s.entry.purpose == forDeflect:
		v.Text = nil
		if c := s.bySerial(s.entry.of); c != nil {
			v.Title = fmt.Sprintf(x.TransferTo, c.party().Title())
		}
	case s.path == hal.Handset && s.stage >= stageHowler:
		v.Text = []string{x.HangUp}
	}
}

func (s *State) callView(v *View, c *call) {
	x := s.texts()
	v.Party = c.party()
	if a := s.account(c.Account); a != nil && len(s.config.Accounts) > 1 {
		v.Account = a.Label
	}
	v.Status.SecureSIP, v.Status.SecureRTP, v.Status.Encoding = c.SecureSIP, c.media.Suite != "", c.media.Encoding
	v.Status.RemoteHold = c.RemoteHold
	switch v.Kind {
	case KindCalling:
		v.Title = callingTitle(x, c)
	case KindRinging, KindWaiting:
		v.Title = x.Incoming
		if v.Kind == KindWaiting {
			v.Title = x.CallWaiting
		}
	case KindTransferring:
		v.Title = fmt.Sprintf(x.Transferring, cmp.Or(c.transfer, c.party().Title()))
	case KindHeld:
		v.Title = x.OnHold
	default:
		v.Title = x.InCall
		if s.metered && s.echo != "" {
			v.Text = []string{x.Echo + " " + s.echo}
		}
		if c.RemoteHold {
			v.Title = x.HeldByThem
		} else if s.mute {
			v.Title = x.Muted
		} else if s.recording {
			v.Title = x.Recording
		} else if c.joined {
			v.Title = x.Conference
		}
	}
	if !c.Answered.IsZero() {
		v.Since = c.Answered
		v.Elapsed = s.elapsed(c.Answered)
	}
}

// elapsed is the time since then in whole seconds, 0 when it is not known.
func (s *State) elapsed(since time.Time) time.Duration {
	if since.IsZero() {
		return 0
	}
	return max(0, s.now.Sub(since).Truncate(time.Second))
}

func callingTitle(x *Texts, c *call) string {
	switch {
	case c.Incoming:
		return x.Connecting
	case c.emergency:
		return x.EmergencyCall
	case c.caller != (ua.Party{}):
		return x.PickingUp
	case c.State == ua.Early && c.EarlyMedia:
		return x.CallProgress
	case c.State == ua.Early:
		return x.RingingThere
	}
	return x.Calling
}

// others are the calls besides the one that is shown.
func (s *State) others(kind Kind) []Other {
	var out []Other
	x := s.texts()
	for i := range s.calls {
		c := &s.calls[i]
		shown := c.serial == s.focus && kind != KindDialling && kind != KindEnded && kind != KindFailed
		if c.leaving || c.aside || shown || (kind == KindDialling && s.entry.purpose == forTransfer && c.serial == s.entry.of) {
			continue
		}
		o := Other{Party: c.party()}
		switch {
		case c.ringing():
			o.State, o.Label, o.Action = OtherRinging, x.Waits, x.label(actAnswer)
		case c.held:
			o.State, o.Label, o.Action = OtherHeld, x.OnHold, x.label(actResume)
		default:
			o.State, o.Label = OtherActive, x.InCall
			if c.joined {
				o.Label = x.Conference
			}
		}
		out = append(out, o)
	}
	return out
}

func (s *State) listView(v *View) {
	x := s.texts()
	switch s.list.kind {
	case listMissed:
		v.Title, v.List.Empty = x.MissedCalls, x.NoMissed
	case listCalls:
		v.Title, v.List.Empty = x.AllCalls, x.NoCalls
	case listDialled:
		v.Title, v.List.Empty = x.DialledCalls, x.NothingDialled
	case listInbox:
		v.Title, v.List.Empty = x.InboxTitle, x.NoMessages
	case listStatus:
		v.Title = x.StatusTitle
		v.List.Items = s.statusItems()
		v.List.Selected = min(s.list.at, len(v.List.Items)-1)
		return
	case listContacts:
		s.contactsView(v)
		return
	case listNumbers:
		v.Title, v.List.Selected = s.list.who.Name, s.list.at
		for _, n := range s.list.who.Numbers {
			v.List.Items = append(v.List.Items, Item{Title: n})
		}
		return
	default:
		s.menuView(v)
		return
	}
	for _, e := range s.listEntries() {
		v.List.Items = append(v.List.Items, Item{Icon: icon(&e), Title: s.entryTitle(&e), Detail: s.when(e.Time)})
	}
	v.List.Selected = s.list.at
}

// entryTitle is whom an entry is about.
func (s *State) entryTitle(e *Entry) string { return cmp.Or(s.bookName(e.Number), e.Name, e.Number) }

func icon(e *Entry) ItemIcon {
	switch {
	case e.Kind == Missed:
		return IconMissed
	case e.Kind == Dialled:
		return IconOutgoing
	case e.Kind == Texted && e.New:
		return IconMessage
	case e.Kind == Texted:
		return IconNone
	}
	return IconIncoming
}

// statusItems are the accounts and the network, in words.
func (s *State) statusItems() []Item {
	x := s.texts()
	var items []Item
	for i := range s.config.Accounts {
		a := &s.config.Accounts[i]
		it := Item{Icon: IconGood, Title: a.Label, Detail: x.Ready}
		if why := s.whyNot(a); why != "" {
			it.Icon, it.Detail = IconBad, why
		}
		items = append(items, it)
	}
	net := Item{Icon: IconGood, Title: x.Network, Detail: s.network.Address}
	if !s.network.Up {
		net.Icon, net.Detail = IconBad, strings.TrimSpace(x.NetworkDown+" "+s.network.Cause)
	}
	items = append(items, net)
	if s.provisioning.State == ProvisioningFailed {
		items = append(items, Item{Icon: IconBad, Title: x.Configuration, Detail: s.provisioning.Cause})
	}
	items = append(items, s.trialItems()...)
	items = append(items, s.serverItems()...)
	items = append(items, s.watchedItems()...)
	if s.audio.Gone {
		items = append(items, Item{Icon: IconBad, Title: x.Sound, Detail: s.audio.Cause})
	}
	return items
}

func (s *State) status() Status {
	st := Status{
		Clock: s.clock(s.now), Date: s.date(), Name: s.config.Name,
		Registration: s.registration(), Muted: s.mute, Recording: s.recording, Output: s.path,
		Messages: s.envelopes(), Missed: s.news(Missed),
		RingerOff: s.level(hal.Ringer) == 0, AudioGone: s.audio.Gone,
		NetworkDown: !s.network.Up && s.network.Cause != "",
	}
	if len(s.config.Accounts) > 0 {
		first := s.config.Accounts[0]
		st.Number = first.Number
		if st.Name == "" {
			st.Name = first.Label
		}
	}
	i := slices.IndexFunc(s.config.Accounts, func(a Account) bool { return s.whyNot(&a) != "" })
	if i >= 0 {
		a := &s.config.Accounts[i]
		st.Cause = strings.TrimPrefix(s.whyNot(a), s.texts().NotRegistered+": ")
		if len(s.config.Accounts) > 1 {
			st.Cause = a.Label + ": " + st.Cause
		}
	}
	return st
}

func (s *State) volumeBar() VolumeBar {
	if s.volume == "" {
		return VolumeBar{}
	}
	return VolumeBar{Shown: true, Output: s.volume, Label: s.texts().output(s.volume), Percent: s.level(s.volume)}
}

func (s *State) lineViews() []LineView {
	var out []LineView
	for _, k := range s.config.lineKeys() {
		watch, _ := s.watch(k)
		out = append(out, LineView{Label: s.keyLabel(k), State: s.lineLamp(k), Watch: watch})
	}
	return out
}

func (s *State) keyLabel(k LineKey) string {
	a := s.account(k.Account)
	switch e, _ := s.told(k); {
	case k == (LineKey{}) || k.Label != "":
		return k.Label
	case k.Use == KeyWatch && e.Name != "":
		return e.Name
	case k.Number != "" && k.Use != KeyForward:
		return k.Number
	case k.Use != KeyLine:
		return s.texts().key(k.Use)
	case a != nil:
		return a.Label
	}
	return ""
}

func nonEmpty(texts ...string) []string {
	return slices.DeleteFunc(texts, func(s string) bool { return s == "" })
}
