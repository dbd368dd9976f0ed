package app

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sort"
	"strings"
	"sync"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/media"
	"offhook/media/keying"
	"offhook/media/sdp"
	"offhook/media/session"
	"offhook/provisioning"
	"offhook/ua"
)

// callbook makes the media side of every call and finds it again. Its lock is
// held for look-ups alone.
type callbook struct {
	log    *slog.Logger
	engine session.Engine
	codecs codecTable

	identity        func() *keying.Identity // of this run; nil: none could be made
	failed, secured chan ua.CallID          // for the pump: what became of the keys

	mu       sync.Mutex
	doc      provisioning.Document
	zone     *time.Location          // of times that people read
	keysLast uint64                  // packets that keys of SDES are for; 0: as many as they may
	servers  map[ua.AccountID]string // address that the account was registered at
	sessions map[ua.CallID]*session.Session
	calls    map[ua.CallID]localapi.Call
	last     map[ua.CallID]*media.Stats // of sessions that have ended before their call
	failures map[ua.CallID]error        // why their sound cannot be had
	ended    []localapi.Call            // newest last
	records  map[ua.CallID]*record      // of both
	begun    chan struct{}              // a session was made
	totals   localapi.Totals
}

// endedCalls is how many calls status still tells of when they are over.
const endedCalls = 20

func newCallbook(log *slog.Logger) *callbook {
	return &callbook{log: log, identity: newIdentity(log), failures: map[ua.CallID]error{}, failed: make(chan ua.CallID, callQueue), secured: make(chan ua.CallID, callQueue),
		servers: map[ua.AccountID]string{}, sessions: map[ua.CallID]*session.Session{}, calls: map[ua.CallID]localapi.Call{},
		last: map[ua.CallID]*media.Stats{}, records: map[ua.CallID]*record{}, zone: time.UTC, begun: make(chan struct{}, 1)}
}

// use has new calls follow this document.
func (b *callbook) use(doc provisioning.Document) {
	zone := zoneOf(doc)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.doc, b.zone = doc, zone
}

// signalling is the code point of SIP packets by this document.
func (b *callbook) signalling() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.doc.Network.DSCP.Signalling
}

// open makes a call's session; the agent calls it.
func (b *callbook) open(account ua.AccountID, call ua.CallID) (ua.Session, error) {
	b.mu.Lock()
	doc, server, lifetime := b.doc, b.servers[account], b.keysLast
	b.mu.Unlock()
	a, ok := doc.Account(account)
	if !ok {
		return nil, fmt.Errorf("%w: %s", ua.ErrNoAccount, account)
	}
	s, err := session.New(session.Config{
		Engine: b.engine,
		ID:     media.StreamID(call),
		Codecs: b.codecs.of(a.Codecs, a.DTX),

		DTX: a.DTX, Redundancy: a.Redundancy,
		SRTP:   srtpPolicy(a.SRTP),
		Keying: keyingMethods(a.Keying), KeyLifetime: lifetime,
		Identity: b.identity(),
		Failed:   func(err error) { b.fail(call, err) },
		Secured:  func(keying.Suite) { push(b.log, b.secured, call) },
		Addr:     localAddr(server, a),
		Ports:    session.PortRange{First: doc.Network.RTPPorts.Low, Last: doc.Network.RTPPorts.High},
		PTime:    doc.Audio.PTime,
		MinDelay: doc.Audio.Jitter.Min,
		MaxDelay: doc.Audio.Jitter.Max,
		DSCP:     dscp(doc.Network.DSCP.Audio),
		ICE:      iceOf(a),
		Digits:   digitWay(a.DTMF),
		Detect:   slices.Contains(doc.Door.Digits, string(provisioning.DTMFInBand)),
		Log:      b.log.With("call", call),
	})
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	b.sessions[call] = s
	b.records[call] = &record{link: linkOf(localAddr(server, a))}
	b.mu.Unlock()
	b.watch()
	return booked{s, b, call, func() netip.Addr { return b.here(account, a) }}, nil
}

// here is our address towards an account's server.
func (b *callbook) here(account ua.AccountID, a provisioning.Account) netip.Addr {
	b.mu.Lock()
	server := b.servers[account]
	b.mu.Unlock()
	return localAddr(server, a)
}

// booked is a session whose last figures are kept, and whose descriptions name
// the address that this device has when they are made.
type booked struct {
	*session.Session
	book *callbook
	call ua.CallID
	here func() netip.Addr
}

// Offer offers sound.
func (s booked) Offer(hold bool) ([]byte, error) {
	s.Move(s.here())
	return s.Session.Offer(hold)
}

// Answer answers an offer.
func (s booked) Answer(offer []byte) ([]byte, error) {
	s.Move(s.here())
	return s.Session.Answer(offer)
}

// Close keeps the figures and ends the session.
func (s booked) Close() error {
	s.book.keep(s.call, statsOf(s.Session))
	return s.Session.Close()
}

// keep remembers a call's last figures until it is told to be over. The user
// agent closes a session in its own goroutine: the book may hear of the call's
// states before it, or after.
func (b *callbook) keep(call ua.CallID, last *media.Stats) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.sessions, call)
	if last == nil {
		return
	}
	i := slices.IndexFunc(b.ended, func(c localapi.Call) bool { return c.ID == uint64(call) })
	if i >= 0 {
		b.ended[i].Media = last
		return
	}
	b.last[call] = last
}

// dscp is session's wish: 0 there means the usual one, here it means none.
func dscp(code int) int {
	if code == 0 {
		return -1
	}
	return code
}

func digitWay(d provisioning.DTMF) session.Digits {
	switch d {
	case provisioning.DTMFInBand:
		return session.DigitsInBand
	case provisioning.DTMFEvents:
		return session.DigitsEvents
	}
	return session.DigitsAuto
}

func srtpPolicy(p provisioning.SRTP) sdp.Policy {
	switch p {
	case provisioning.SRTPMandatory:
		return sdp.Mandatory
	case provisioning.SRTPOff:
		return sdp.Off
	}
	return sdp.Optional
}

// localAddr is the address of this side towards the account's server. Making a
// UDP socket's route sends nothing.
func localAddr(server string, a provisioning.Account) netip.Addr {
	all := strings.Join([]string{server, a.Proxy, a.Registrar, a.Domain}, ",")
	for host := range strings.SplitSeq(all, ",") {
		host = strings.TrimSpace(host)
		if host == "" {
			continue
		}
		if _, _, err := net.SplitHostPort(host); err != nil {
			host = net.JoinHostPort(host, "5060")
		}
		if ap, err := netip.ParseAddrPort(host); err == nil {
			if local, ok := route(ap); ok {
				return local
			}
		}
	}
	// No server's address is known: the way to the internet (a documentation
	// address, RFC 5737).
	if local, ok := route(netip.MustParseAddrPort("192.0.2.1:5060")); ok {
		return local
	}
	return netip.MustParseAddr("127.0.0.1")
}

func route(to netip.AddrPort) (netip.Addr, bool) {
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(to))
	if err != nil {
		return netip.Addr{}, false
	}
	defer conn.Close()
	return conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap(), true
}

// observe keeps the book by what the user agent tells.
func (b *callbook) observe(e ua.Event) {
	switch e := e.(type) {
	case ua.RegistrationChanged:
		if e.Server != "" {
			b.mu.Lock()
			b.servers[e.Account] = e.Server
			b.mu.Unlock()
		}
	case ua.CallChanged:
		b.note(e.Call)
	}
}

func (b *callbook) note(c ua.Call) {
	now := b.figures(c.ID)
	b.mu.Lock()
	defer b.mu.Unlock()
	line := callLine(c)
	line.Media, line.Digits = cmp.Or(now, b.last[c.ID]), b.calls[c.ID].Digits
	if c.State != ua.Terminated {
		b.calls[c.ID] = line
		return
	}
	line.Ended = time.Now()
	delete(b.calls, c.ID)
	delete(b.sessions, c.ID)
	delete(b.last, c.ID)
	delete(b.failures, c.ID)
	b.ended = append(b.ended, line)
	if len(b.ended) > endedCalls {
		delete(b.records, ua.CallID(b.ended[0].ID))
		b.ended = b.ended[1:]
	}
}

func callLine(c ua.Call) localapi.Call {
	return localapi.Call{ID: uint64(c.ID), Account: string(c.Account), Incoming: c.Incoming, State: c.State.String(),
		Remote: c.Remote.URI, Name: c.Remote.DisplayName, Held: c.LocalHold || c.RemoteHold, Started: c.Started, Answered: c.Answered,
		Cause: string(c.Cause), Reason: c.Reason, SIPCallID: c.SIPCallID}
}

// figures are those of now, nil when the call has no sound.
func (b *callbook) figures(call ua.CallID) *media.Stats {
	s, ok := b.session(call)
	if !ok {
		return nil
	}
	return statsOf(s)
}

func statsOf(s *session.Session) *media.Stats {
	stats := s.Stats()
	if stats == (media.Stats{}) {
		return nil
	}
	return &stats
}

// digitsKept is how many keys of the far end status tells of.
const digitsKept = 16

// noteDigit keeps a key that the far end pressed, unless it may be one of the
// door's code.
func (b *callbook) noteDigit(call ua.CallID, digit rune) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if line, ok := b.calls[call]; ok && !b.doc.Door.TakesCodes() {
		line.Digits += string(digit)
		line.Digits = line.Digits[max(0, len(line.Digits)-digitsKept):]
		b.calls[call] = line
	}
}

// list is the calls that are up, by age, with their figures of now, then those
// that have ended, newest first.
func (b *callbook) list() []localapi.Call {
	b.mu.Lock()
	up, ended := slices.Collect(maps.Values(b.calls)), slices.Clone(b.ended)
	b.mu.Unlock()
	sort.Slice(up, func(i, j int) bool { return up[i].ID < up[j].ID })
	for i := range up {
		up[i].Media = cmp.Or(b.figures(ua.CallID(up[i].ID)), up[i].Media)
	}
	slices.Reverse(ended)
	all := append(append([]localapi.Call{}, up...), ended...)
	for i := range all {
		b.judge(&all[i])
	}
	return all
}

// idle tells that no call is up.
func (b *callbook) idle() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.calls) == 0 && len(b.sessions) == 0
}

// stream is a call's stream in the engine.
func (b *callbook) stream(call ua.CallID) (media.StreamID, bool) {
	s, ok := b.session(call)
	if !ok {
		return 0, false
	}
	return s.ID(), true
}

func (b *callbook) session(call ua.CallID) (*session.Session, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	s, ok := b.sessions[call]
	return s, ok
}

var errNoSound = errors.New("this call has no sound yet")

// byInfo tells whether a call's digits go by SIP INFO.
func (b *callbook) byInfo(call ua.CallID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	a, ok := b.doc.Account(ua.AccountID(b.calls[call].Account))
	return ok && a.DTMF == provisioning.DTMFInfo
}

func (b *callbook) sendDigit(call ua.CallID, digit byte) error {
	s, ok := b.session(call)
	if !ok {
		return errNoSound
	}
	return s.SendDigit(rune(digit), 0)
}
