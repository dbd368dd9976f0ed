package phone

import (
	"strings"

	"offhook/ua"
)

// SendMessage sends a text. It is answered by Sending or CommandFailed.
type SendMessage struct {
	_       [0]func() // never compared
	Account ua.AccountID
	Target  ua.Target
	Text    string
}

// Sending answers a SendMessage: what it became.
type Sending struct{ ID ua.MessageID }

func (Sending) input()      {}
func (SendMessage) effect() {}

const (
	inboxLimit  = 20   // texts that are kept
	messageMost = 1300 // octets, as many as one may have (RFC 3428 §8)
	scrollWords = 3    // that a key scrolls a text by: the smallest display shows as many
)

// messageReceived shows a text and keeps it, not at a door station: its screen is
// anybody's.
func (t *turn) messageReceived(e ua.MessageReceived) {
	if t.config.DoorCode {
		return
	}
	c := call{Call: ua.Call{Remote: e.From}}
	t.named(&c)
	from := c.party()
	text := strings.Join(strings.Fields(e.Text), " ")
	text = strings.ToValidUTF8(text[:min(len(text), messageMost)], "")
	t.note(Entry{Kind: Texted, Account: e.Account, Name: from.Name, Number: from.Number, Time: t.now, New: true, Text: text})
	if t.list.on && t.list.kind == listInbox { // the line stays chosen
		t.list.at = min(t.list.at+1, len(t.listEntries())-1)
	}
	t.wake()
	t.remark(t.texts().MessageFrom + " " + from.Title() + ": " + text)
	t.start(timerNotice, messageTime)
	t.signal(Tone{Kind: ToneConfirm})
}

// note keeps what happened, before all else.
func (t *turn) note(e Entry) {
	all, texts := append([]Entry{e}, t.history...), 0
	for i := range all {
		if all[i].Kind == Texted {
			texts++
		}
		if texts > inboxLimit {
			all = all[:i+copy(all[i:], all[i+1:])]
			break
		}
	}
	t.history = all[:min(len(all), historyLimit)]
	t.saveHistory()
}

// envelopes are all messages that wait, spoken and written; -1 when not told how
// many.
func (s *State) envelopes() int {
	spoken, written := s.messages(), s.news(Texted)
	if written > 0 {
		return max(spoken, 0) + written
	}
	return spoken
}

// openMessage shows the chosen one in full.
func (t *turn) openMessage() {
	e, ok := t.item()
	if !ok {
		return
	}
	t.reading = e
	t.markSeen(Texted, &e)
	t.enter(listMessage)
}

// scrolled is what of the text on the screen is not scrolled away, and how often a
// key scrolls until it is there again.
func (s *State) scrolled() (string, int) {
	words := strings.Fields(s.reading.Text)
	times := (len(words) + scrollWords - 1) / scrollWords
	if at := s.list.at * scrollWords; at > 0 && at < len(words) {
		return "… " + strings.Join(words[at:], " "), times
	}
	return s.reading.Text, times
}

// reply sends the chosen text to who wrote the one on the screen, by the account
// that it came by.
func (t *turn) reply() {
	text := t.texts().Replies[t.list.at]
	t.back()
	t.do(SendMessage{Account: t.reading.Account, Target: ua.Target(t.reading.Number), Text: text})
}

// messageSent tells what became of a reply; whatever else is sent is not ours to tell.
func (t *turn) messageSent(e ua.MessageSent) {
	switch {
	case e.ID != t.sending || e.ID == 0:
	case e.Reason != "":
		t.notDelivered(e.Reason)
	default:
		t.remark(t.texts().MessageSent)
	}
}

func (t *turn) notDelivered(why string) { t.complain(t.texts().MessageFailed + ": " + why) }
