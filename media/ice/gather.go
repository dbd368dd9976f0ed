package ice

import (
	"net/netip"
	"time"

	"offhook/media/ice/stun"
)

// Asker asks one STUN server what address it sees (RFC 8445 §5.1.1.2). It is a
// machine as Agent is.
type Asker struct {
	Server netip.AddrPort

	raw    []byte
	id     stun.ID
	sent   int
	due    time.Time
	over   bool
	mapped netip.AddrPort
	out    []Send
}

// Ask begins to ask a server.
func Ask(server netip.AddrPort, now time.Time) *Asker {
	m := stun.New(stun.Binding | stun.Request)
	s := &Asker{Server: server, raw: m.Seal(), id: m.ID, due: now}
	s.Tick(now)
	return s
}

// Mapped is the answer, invalid while there is none.
func (s *Asker) Mapped() netip.AddrPort { return s.mapped }

// Over tells that there is an answer, or will be none.
func (s *Asker) Over() bool { return s.over }

// Take is what is to be sent.
func (s *Asker) Take() []Send {
	out := s.out
	s.out = nil
	return out
}

// Next is when Tick is due; zero when it is over.
func (s *Asker) Next() time.Time {
	if s.over {
		return time.Time{}
	}
	return s.due
}

// Tick asks again, and gives up at last.
func (s *Asker) Tick(now time.Time) {
	const most = 5
	if s.over || now.Before(s.due) {
		return
	}
	if s.sent == most {
		s.over = true
		return
	}
	s.due = now.Add(firstRTO / 2 << s.sent)
	s.sent++
	s.out = append(s.out, Send{Packet: s.raw, To: s.Server})
}

// Receive takes a message, and tells whether it was the answer. There is no
// signature: only the transaction's number shows that the server, or somebody on
// the way to it, has seen the question. A wrong address gets no media: it is only
// tried.
func (s *Asker) Receive(m *stun.Message, from netip.AddrPort) bool {
	if s.over || from != s.Server || m.ID != s.id || m.Type.Method() != stun.Binding || m.Type.Class() == stun.Request {
		return false
	}
	s.over = true
	if m.Type.Class() == stun.Success {
		s.mapped = m.Address(stun.XORMappedAddress)
	}
	return true
}
