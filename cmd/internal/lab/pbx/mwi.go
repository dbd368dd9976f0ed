package pbx

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"offhook/cmd/internal/lab/journal"
)

const summaryType = "application/simple-message-summary"

// subscription is a phone's wish to be told of its mailbox (RFC 6665, 3842).
type subscription struct {
	extension string
	expires   time.Time
	dialog    dialog
}

// mailboxes keeps message counts and who wants to know of them. Its mutex is a
// leaf's.
type mailboxes struct {
	mu            sync.Mutex
	counts        map[string]Mailbox
	subscriptions map[key]*subscription
}

func newMailboxes() *mailboxes {
	return &mailboxes{counts: map[string]Mailbox{}, subscriptions: map[key]*subscription{}}
}

func (m *mailboxes) count(extension string) Mailbox {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.counts[extension]
}

func (m *mailboxes) set(extension string, box Mailbox) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts[extension] = box
}

func (m *mailboxes) add(s *subscription) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.subscriptions[s.dialog.key()] = s
}

// refresh moves a subscription's end.
func (m *mailboxes) refresh(k key, expires time.Time) (*subscription, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.subscriptions[k]
	if ok {
		s.expires = expires
	}
	return s, ok
}

func (m *mailboxes) remove(k key) {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.subscriptions, k)
}

func (m *mailboxes) of(extension string) []*subscription {
	m.mu.Lock()
	defer m.mu.Unlock()
	var list []*subscription
	for _, s := range m.subscriptions {
		if s.extension == extension {
			list = append(list, s)
		}
	}
	return list
}

// next numbers the subscription's next NOTIFY and reads what it has to say, in
// one step: a later count has a later number, and a phone that gets them the
// wrong way round keeps the newest.
func (m *mailboxes) next(s *subscription) (d dialog, seq uint32, box Mailbox, left time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	seq = s.dialog.next()
	return s.dialog, seq, m.counts[s.extension], time.Until(s.expires)
}

func (m *mailboxes) expire(now time.Time) {
	m.discard(func(s *subscription) bool { return !s.expires.After(now) })
}

func (m *mailboxes) drop(f flow) {
	m.discard(func(s *subscription) bool { return s.dialog.flow == f })
}

func (m *mailboxes) discard(gone func(*subscription) bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for k, s := range m.subscriptions {
		if gone(s) {
			delete(m.subscriptions, k)
		}
	}
}

// onSubscribe serves message-summary subscriptions.
func (p *PBX) onSubscribe(req *sip.Request, tx sip.ServerTransaction) {
	event := ""
	if h := req.GetHeader("event"); h != nil {
		event, _, _ = strings.Cut(h.Value(), ";")
	}
	if !strings.EqualFold(strings.TrimSpace(event), "message-summary") {
		p.answer(req, tx, 489, "Bad Event", sip.NewHeader("Allow-Events", "message-summary"))
		return
	}
	extension, _, ok := p.admit(req, tx, false)
	if !ok {
		return
	}
	lifetime := min(expires(req, nil), maxExpires)
	if lifetime < 0 {
		p.answer(req, tx, 400, "Expires cannot be read")
		return
	}
	p.subscribe(req, tx, extension, lifetime)
}

func (p *PBX) subscribe(req *sip.Request, tx sip.ServerTransaction, extension string, lifetime time.Duration) {
	until := time.Now().Add(lifetime)
	var s *subscription
	if k, inDialog := keyOf(req); inDialog {
		var found bool
		if s, found = p.mailboxes.refresh(k, until); !found {
			p.onStray(req, tx)
			return
		}
	} else {
		s = &subscription{extension: extension, expires: until, dialog: p.accepted(req)}
		p.mailboxes.add(s)
		p.note(journal.Lamp, "%s subscribes to its message lamp", extension)
	}
	res := sip.NewResponseFromRequest(req, 200, "OK", nil)
	res.To().Params.Add("tag", s.dialog.local.tag)
	res.AppendHeader(sip.NewHeader("Expires", fmt.Sprint(int(lifetime/time.Second))))
	res.AppendHeader(&sip.ContactHeader{Address: s.dialog.contact})
	if err := tx.Respond(res); err != nil {
		return
	}
	p.notify(s)
	if lifetime == 0 {
		p.mailboxes.remove(s.dialog.key())
	}
}

// notify tells one subscriber.
func (p *PBX) notify(s *subscription) {
	d, seq, box, left := p.mailboxes.next(s)
	state := "terminated;reason=timeout"
	if left > 0 {
		state = fmt.Sprintf("active;expires=%d", int(left.Round(time.Second)/time.Second))
	}
	req := d.request(sip.NOTIFY, seq)
	req.AppendHeader(sip.NewHeader("Event", "message-summary"))
	req.AppendHeader(sip.NewHeader("Subscription-State", state))
	body(req, summaryType, summary(s.extension, box))
	p.send(req, withVia, func(res *sip.Response, err error) {
		if err != nil || res.StatusCode == 481 {
			p.mailboxes.remove(d.key())
		}
	})
}

// summary is the body of RFC 3842 §5.2.
func summary(extension string, box Mailbox) []byte {
	waiting := "no"
	if box.New > 0 {
		waiting = "yes"
	}
	return fmt.Appendf(nil, "Messages-Waiting: %s\r\nMessage-Account: sip:%s@%s\r\nVoice-Message: %d/%d (0/0)\r\n",
		waiting, extension, Realm, box.New, box.Old)
}

// tellBinding sends the unsolicited NOTIFY that phones which do not subscribe
// rely on.
func (p *PBX) tellBinding(b binding) {
	for _, s := range p.mailboxes.of(b.Extension) {
		if s.dialog.flow == b.flow {
			return
		}
	}
	p.unsolicited(b, "message-summary", summaryType, summary(b.Extension, p.mailboxes.count(b.Extension)))
}

// unsolicited sends a NOTIFY outside any subscription.
func (p *PBX) unsolicited(b binding, event, kind string, content []byte) {
	d := p.originated(b, party{uri: sip.Uri{Scheme: "sip", User: b.Extension, Host: Realm}})
	req := d.request(sip.NOTIFY, d.localSeq)
	req.AppendHeader(sip.NewHeader("Event", event))
	req.AppendHeader(sip.NewHeader("Subscription-State", "terminated;reason=noresource"))
	body(req, kind, content)
	p.send(req, withVia, func(res *sip.Response, err error) {
		switch {
		case err != nil:
			p.log.Debug("a NOTIFY was not answered", "event", event, "error", err)
		case res.StatusCode >= 300 && event == "message-summary":
			// Phones that subscribe refuse what they did not ask for (RFC 6665 §4.1.3).
			p.log.Debug("an unsolicited message-summary was refused", "status", res.StatusCode)
		case res.StatusCode >= 300:
			p.note(journal.SIP, "%s refuses NOTIFY %s: %d %s", b.Extension, event, res.StatusCode, res.Reason)
		}
	})
}

// Mailbox returns an extension's message count.
func (p *PBX) Mailbox(extension string) Mailbox { return p.mailboxes.count(extension) }

// SetMailbox changes the message count and tells the phones.
func (p *PBX) SetMailbox(extension string, box Mailbox) error {
	leave, err := p.command(extension)
	if err != nil {
		return err
	}
	defer leave()
	if box.New < 0 || box.Old < 0 {
		return fmt.Errorf("a mailbox cannot have %d new and %d old messages", box.New, box.Old)
	}
	p.mailboxes.set(extension, box)
	p.note(journal.Lamp, "%s has %d new and %d old messages", extension, box.New, box.Old)
	for _, s := range p.mailboxes.of(extension) {
		p.notify(s)
	}
	for _, b := range p.bindings(extension) {
		p.tellBinding(b)
	}
	return nil
}

// CheckSync asks the phones of an extension to fetch their configuration.
func (p *PBX) CheckSync(extension string, reboot bool) error {
	leave, err := p.command(extension)
	if err != nil {
		return err
	}
	defer leave()
	bindings := p.bindings(extension)
	if len(bindings) == 0 {
		return fmt.Errorf("%s: %w", extension, errNotAvailable)
	}
	event := fmt.Sprintf("check-sync;reboot=%t", reboot)
	for _, b := range bindings {
		p.unsolicited(b, event, summaryType, nil)
	}
	p.note(journal.Provisioning, "%s is asked to %s", extension, event)
	return nil
}

// command lets somebody from outside act on an extension, while the exchange
// is open.
func (p *PBX) command(extension string) (leave func(), err error) {
	if _, ok := p.names[extension]; !ok {
		return nil, fmt.Errorf("%q is not an extension of this exchange", extension)
	}
	if !p.handlers.enter() {
		return nil, errClosed
	}
	return p.handlers.leave, nil
}

// bindings lists the phones of an extension that can be reached.
func (p *PBX) bindings(extension string) []binding {
	var list []binding
	for _, b := range p.registrar.lookup(extension, time.Now()) {
		if p.reachable(b.flow) {
			list = append(list, b)
		}
	}
	return list
}
