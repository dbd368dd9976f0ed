package phone

import (
	"slices"
	"strings"
	"time"

	"offhook/ua"
)

// Message is a text that was received (RFC 3428).
type Message struct {
	Account ua.AccountID `json:"account"`
	Name    string       `json:"name,omitempty"`
	Number  string       `json:"number"`
	Time    time.Time    `json:"time"`
	Text    string       `json:"text"`
	New     bool         `json:"new,omitempty"` // not yet opened
}

// Inbox gives back the messages of before a restart, newest first.
type Inbox struct{ All []Message }

// KeepInbox replaces the messages to be kept over a restart. Nobody changes the
// slice any more.
type KeepInbox struct{ All []Message }

// SendMessage sends a text. It is answered by Sending or CommandFailed.
type SendMessage struct {
	Account ua.AccountID
	Target  ua.Target
	Text    string
}

// Sending answers a SendMessage: what it became.
type Sending struct{ ID ua.MessageID }

func (Inbox) input()        {}
func (Sending) input()      {}
func (KeepInbox) effect()   {}
func (SendMessage) effect() {}

const (
	inboxLimit  = 20   // messages that are kept
	messageMost = 1300 // octets, as many as one may have (RFC 3428 §8)
	scrollWords = 3    // that a key scrolls a message by: the smallest display shows as many
)

// title is who has sent it.
func (m *Message) title() string {
	if m.Name != "" {
		return m.Name
	}
	return m.Number
}

// messageReceived shows a text and keeps it, not at a door station: its screen is
// anybody's.
func (t *turn) messageReceived(e ua.MessageReceived) {
	if t.config.DoorCode {
		return
	}
	from := (&call{Call: ua.Call{Remote: e.From}}).party()
	m := Message{Account: e.Account, Name: from.Name, Number: from.Number, Time: t.now, New: true,
		Text: strings.Join(strings.Fields(e.Text), " ")}
	m.Text = strings.ToValidUTF8(m.Text[:min(len(m.Text), messageMost)], "")
	if name := t.bookName(m.Number); name != "" {
		m.Name = name
	}
	t.setInbox(slices.Insert(slices.Clone(t.inbox), 0, m))
	t.do(KeepInbox{t.inbox})
	t.wake()
	t.remark(t.texts().MessageFrom + " " + m.title() + ": " + m.Text)
	t.start(timerNotice, messageTime)
	t.signal(Tone{Kind: ToneConfirm})
}

// setInbox replaces the messages. Lines of the list that is open move with them.
func (t *turn) setInbox(all []Message) {
	grown := len(all) - len(t.inbox)
	t.inbox = all[:min(len(all), inboxLimit)]
	if t.list.on && t.list.kind == listInbox {
		t.list.at = max(0, min(t.list.at+max(0, grown), len(t.inbox)-1))
	}
}

func (s *State) unread() (n int) {
	for i := range s.inbox {
		if s.inbox[i].New {
			n++
		}
	}
	return n
}

// envelopes are all messages that wait, spoken and written; -1 when not told how
// many.
func (s *State) envelopes() int {
	spoken, written := s.messages(), s.unread()
	if written > 0 {
		return max(spoken, 0) + written
	}
	return spoken
}

func (s *State) inboxMenu() (out []choice) {
	for i := range s.inbox {
		m := &s.inbox[i]
		it := Item{Title: m.title(), Detail: s.when(m.Time)}
		if m.New {
			it.Icon = IconMessage
		}
		out = append(out, choice{it, (*turn).openMessage})
	}
	return out
}

// openMessage shows the chosen one in full.
func (t *turn) openMessage() {
	t.reading = t.inbox[t.list.at]
	if t.reading.New {
		all := slices.Clone(t.inbox)
		all[t.list.at].New = false
		t.inbox = all
		t.do(KeepInbox{all})
	}
	t.enter(listMessage)
}

func (t *turn) deleteMessage() {
	if t.list.at < len(t.inbox) {
		t.setInbox(slices.Delete(slices.Clone(t.inbox), t.list.at, t.list.at+1))
		t.do(KeepInbox{t.inbox})
	}
}

// scrolls is how often the message on the screen can be scrolled, and once more.
func (s *State) scrolls() int {
	return (len(strings.Fields(s.reading.Text)) + scrollWords - 1) / scrollWords
}

// messageText is what of the message is not scrolled away.
func (s *State) messageText() string {
	words := strings.Fields(s.reading.Text)
	if at := s.list.at * scrollWords; at > 0 && at < len(words) {
		return "… " + strings.Join(words[at:], " ")
	}
	return s.reading.Text
}

// messageKeys: who withholds himself gets no reply.
func (s *State) messageKeys() [4]action {
	known := s.reading.Number != ""
	return [4]action{when(known, actReply), when(known, actDialItem), actNone, actBack}
}

func (s *State) replyMenu() (out []choice) {
	for _, text := range s.texts().Replies {
		out = append(out, choice{Item{Title: text}, func(t *turn) { t.reply(text) }})
	}
	return out
}

// reply answers the message on the screen, by the account that it came by.
func (t *turn) reply(text string) {
	t.back()
	t.do(SendMessage{Account: t.reading.Account, Target: ua.Target(t.reading.Number), Text: text})
}

// messageSent tells what became of a reply; whatever else is sent is not ours to tell.
func (t *turn) messageSent(e ua.MessageSent) {
	switch {
	case e.ID != t.sending || e.ID == 0:
	case e.Reason != "":
		t.complain(t.texts().MessageFailed + ": " + e.Reason)
	default:
		t.remark(t.texts().MessageSent)
	}
}
