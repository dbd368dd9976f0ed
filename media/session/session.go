// Package session is an RTP session (RFC 3550) with its SRTP (RFC 3711).
//
// Session is its control side: it makes and takes descriptions and keys, and
// tells an Engine what came of it in plain values. Stream is its other side,
// which the engine opens: sockets, SRTP, RTP, RTCP, one packet at a time. They
// share nothing but those values.
package session

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strconv"
	"sync/atomic"
	"time"

	"offhook/media"
	"offhook/media/ice"
	"offhook/media/keying"
	"offhook/media/sdp"
)

// ErrNoEvents is returned for a digit that the far end cannot be sent.
var ErrNoEvents = errors.New("session: the far end takes no telephone-events: this call cannot send digits")

// ErrClosed is returned after Close.
var ErrClosed = errors.New("session: closed")

// Engine is what a Session needs of the audio engine. Its methods may wait for
// a stream's goroutines, never for the network.
type Engine interface {
	// OpenStream begins a stream; the sockets are the engine's from then on.
	OpenStream(media.StreamID, Sockets) error
	// UpdateStream says what was negotiated. SSRC, sequence number, timestamp
	// and, with the same keys, the SRTP contexts go on.
	UpdateStream(media.StreamID, Spec) error
	// CloseStream ends a stream with an RTCP BYE and closes its sockets.
	CloseStream(media.StreamID) error
	StreamStats(media.StreamID) (media.Stats, bool)
	// SendDigit queues a telephone-event; the error may be ErrNoEvents.
	SendDigit(media.StreamID, rune, time.Duration) error
}

// Spec is what a stream has to do, in plain values.
type Spec struct {
	Remote        netip.AddrPort // where RTP goes until the far end is heard from elsewhere
	RemoteRTCP    netip.AddrPort // when not Mux
	Mux           bool
	Direction     media.Direction
	Send          media.Format
	SendEvents    media.Format   // zero ClockRate: none
	Receive       []media.Format // by payload type
	ReceiveEvents media.Format   // zero ClockRate: none
	// Comfort noise in place of silence (RFC 3389). Zero ClockRate: the codec sends
	// silence as it does sound; noise of payload type 13 is received all the same.
	SendNoise, ReceiveNoise media.Format
	// Redundancy (RFC 2198). Zero ClockRate: none.
	SendRedundant, ReceiveRedundant media.Format
	Redundancy                      uint8         // packets repeated in each when many get lost
	LocalKey                        keying.Crypto // zero: RTP in the clear, unless DTLS
	RemoteKey                       keying.Crypto
	VoIPMetrics, ReceiverTime       bool // extended reports that the far end asks for (RFC 3611)
	DTLS                            bool // keys come by DTLS: without them nothing is sent or taken
	InBand                          bool // digits are sent as sound
	Detect                          bool // digits are found in the sound that is received
	// ICE (RFC 8445): packets come from Remote and go there and nowhere else, which
	// is nowhere while it is not valid. With a Channel they go through the TURN
	// server at Relay.
	ICE     bool
	Relay   netip.AddrPort
	Channel uint16
	// Bounds of the jitter buffer's delay; 0 means as little as possible, and
	// the buffer's own limit.
	MinDelay, MaxDelay time.Duration
}

// comfortNoise is the payload type of noise at clock rate 8000 (RFC 3551 §6).
const comfortNoise = 13

// Config says how a Session is to be.
type Config struct {
	Engine Engine
	ID     media.StreamID
	Codecs []media.Codec // by preference
	SRTP   sdp.Policy
	// Keying is how keys are exchanged, best first. Nil means: SDES is offered, and
	// what an offer has is taken.
	Keying   []keying.Method
	Identity *keying.Identity // who this telephone is by DTLS; nil: it has no DTLS
	// Failed is told, at most once for each agreement, why there can be no keys by
	// DTLS: the call is to be ended. It must not block, or call the Session.
	Failed func(error)
	// Secured is told the suite in use whenever that changes, "" for none. It must
	// not block, or call the Session.
	Secured      func(keying.Suite)
	Suites       []keying.Suite // by preference; nil means keying.Offered in offers, keying.Suites in answers
	KeyLifetime  uint64         // packets that a key of SDES is for, as is told to the far end; 0: as many as the suite bears
	Addr         netip.Addr     // of this side: bound and told to the far end
	Advertised   netip.Addr     // told instead of Addr, behind a NAT with a known address
	Ports        PortRange      // zero means any
	SeparateRTCP bool           // do not offer rtcp-mux
	PTime        time.Duration  // 0 means 20 ms
	DTX          bool           // nothing but comfort noise is sent in pauses, if the far end agrees
	Redundancy   int            // packets that each repeats when many get lost, if the far end agrees: 0, 1 or 2
	MinDelay     time.Duration  // of the jitter buffer; 0 means as little as possible
	MaxDelay     time.Duration  // 0 means the jitter buffer's own limit
	DSCP         int            // of the packets; 0 means 46 (EF), negative leaves it
	ICE          ICE            // how a way through NATs is found
	Digits       Digits         // how digits are sent
	Detect       bool           // find digits in the sound received: what sounds like one then is one
	Log          *slog.Logger
}

// Digits is how digits are sent.
type Digits uint8

// The ways.
const (
	DigitsEvents Digits = iota // as telephone-events, or not at all
	DigitsAuto                 // as telephone-events, or as sound where the far end takes none
	DigitsInBand               // as sound
)

// inBand tells whether digits are sound, by what the far end takes.
func (d Digits) inBand(events media.Format) bool {
	return d == DigitsInBand || d == DigitsAuto && events.ClockRate == 0
}

// Session is the control side of one call's audio. The methods of offer and
// answer belong to one goroutine; all others may be called by any.
type Session struct {
	cfg        Config
	local      sdp.Local
	negotiator *sdp.Negotiator
	keys       map[keying.Suite]keying.Crypto // ours, one a suite until Rekey
	nextKeys   map[keying.Suite]keying.Crypto // of the pending offer
	offered    []keying.Crypto
	method     keying.Method // by the last exchange
	answered   bool          // ours was the answer
	role       keying.Setup  // of ours, if that is DTLS
	shaker     *handshaker   // nil: no DTLS
	finder     *finder       // nil: no ICE
	zone       string        // of link-local addresses, as a number
	rekey      atomic.Bool
	suite      atomic.Pointer[keying.Suite] // in use; nil or "": none
	inForce    atomic.Pointer[keyPair]      // as the engine was told last
	codec      media.Format                 // in use
	hold       bool                         // our wish, by the last exchange
	holdNext   bool                         // by the pending offer
	view       atomic.Pointer[view]
	moved      atomic.Pointer[netip.Addr] // by Move
	closed     atomic.Bool
}

// view is what other goroutines may ask for.
type view struct {
	remoteHold bool
	direction  media.Direction
}

// New opens the sockets and the engine's stream.
func New(cfg Config) (*Session, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	sockets, err := listenBoth(cfg.Addr, cfg.Ports, cfg.DSCP, cfg.Log, cfg.ICE.Mode != ice.Off)
	if err != nil {
		return nil, err
	}
	s := &Session{
		cfg: cfg, zone: zoneNumber(cfg.Addr.Zone()),
		negotiator: sdp.NewNegotiator(rand.Uint64()),
		keys:       make(map[keying.Suite]keying.Crypto),
		local: sdp.Local{
			Addr: cfg.Addr.WithZone(""), Port: sockets.LocalAddr().Port(), RTCPPort: sockets.localRTCP().Port(),
			Mux: !cfg.SeparateRTCP, Formats: formats(cfg), PTime: cfg.PTime, Policy: cfg.SRTP,
			Reports: sdp.Reports{VoIPMetrics: true, ReceiverTime: true}, AnyFamily: sockets.both(),
		},
	}
	if cfg.Advertised.IsValid() {
		s.local.Addr = cfg.Advertised
	}
	if err := s.openControl(&sockets); err != nil {
		return nil, errors.Join(err, sockets.Close())
	}
	if err := cfg.Engine.OpenStream(cfg.ID, sockets); err != nil {
		s.closeControl()
		return nil, errors.Join(fmt.Errorf("session: open stream %d: %w", cfg.ID, err), sockets.Close())
	}
	return s, nil
}

// openControl makes who makes keys, who finds the way, and the way to them.
func (s *Session) openControl(sockets *Sockets) error {
	makes, finds := s.takes(keying.DTLS) && s.cfg.SRTP != sdp.Off, s.cfg.ICE.Mode != ice.Off
	if !makes && !finds {
		return nil
	}
	stream, control, err := handoverPair()
	if err != nil {
		return err
	}
	in := control
	if finds { // it passes on what is DTLS
		in = nil
	}
	if makes {
		if s.shaker, err = newHandshaker(s, in, sockets.RTP); err != nil {
			return errors.Join(err, stream.Close(), control.Close())
		}
	}
	if finds {
		if s.finder, err = newFinder(s, control, sockets.RTP); err != nil {
			s.closeControl()
			return errors.Join(err, stream.Close(), control.Close())
		}
	}
	sockets.Keys = stream
	return nil
}

func (s *Session) closeControl() {
	if s.shaker != nil {
		s.shaker.close()
	}
	if s.finder != nil {
		s.finder.close()
	}
}

// formats lists the codecs' formats, then a telephone-event for each clock
// rate among them (RFC 4733 §2.1), then what goes along with those of 8000 Hz:
// Opus has silence and redundancy of its own.
func formats(cfg Config) []media.Format {
	var all []media.Format
	var rates []int
	for _, codec := range cfg.Codecs {
		for _, f := range codec.Formats() {
			all = append(all, f)
			if !slices.Contains(rates, f.ClockRate) {
				rates = append(rates, f.ClockRate)
			}
		}
	}
	for i, rate := range rates {
		all = append(all, media.Format{
			Encoding: sdp.TelephoneEvent, PayloadType: uint8(101 + i), ClockRate: rate, SampleRate: rate, Channels: 1, FMTP: "0-16",
		})
	}
	if !slices.Contains(rates, 8000) {
		return all
	}
	companion := media.Format{ClockRate: 8000, SampleRate: 8000, Channels: 1}
	if cfg.DTX {
		companion.Encoding, companion.PayloadType = sdp.ComfortNoise, comfortNoise
		all = append(all, companion)
	}
	if cfg.Redundancy > 0 {
		companion.Encoding, companion.PayloadType, companion.FMTP = sdp.Redundancy, 121, strconv.Itoa(min(cfg.Redundancy, 2))
		all = append(all, companion)
	}
	return all
}

// ID is the stream's name in the engine.
func (s *Session) ID() media.StreamID { return s.cfg.ID }

// LocalAddr is where RTP is received.
func (s *Session) LocalAddr() netip.AddrPort {
	addr := s.cfg.Addr
	if moved := s.moved.Load(); moved != nil {
		addr = *moved
	}
	return netip.AddrPortFrom(addr, s.local.Port)
}

// Stats are the stream's figures; the zero value after Close.
func (s *Session) Stats() media.Stats {
	stats, _ := s.cfg.Engine.StreamStats(s.cfg.ID)
	stats.Suite = s.Secure()
	return stats
}

// Idle is the time since the last packet was received, 0 when none ever was.
// What to make of it is the caller's: a held call may be silent for hours.
func (s *Session) Idle() time.Duration {
	stats, _ := s.cfg.Engine.StreamStats(s.cfg.ID)
	if stats.LastReceived.IsZero() {
		return 0
	}
	return time.Since(stats.LastReceived)
}

// SendDigit sends a digit as telephone-event; a duration of 0 means 160 ms.
func (s *Session) SendDigit(digit rune, duration time.Duration) error {
	return s.cfg.Engine.SendDigit(s.cfg.ID, digit, duration)
}

// Secure is the crypto suite in use, "" for RTP in the clear and while keys are
// waited for.
func (s *Session) Secure() string {
	if suite := s.suite.Load(); suite != nil {
		return string(*suite)
	}
	return ""
}

// Rekey has the next Offer bring a new key of this side.
func (s *Session) Rekey() { s.rekey.Store(true) }

// RemoteHold tells whether the far end holds us, by the last description.
func (s *Session) RemoteHold() bool {
	v := s.view.Load()
	return v != nil && v.remoteHold
}

// Early tells whether a description was accepted, so that media may come.
func (s *Session) Early() bool { return s.view.Load() != nil }

// Direction is the direction agreed, Inactive before that.
func (s *Session) Direction() media.Direction {
	if v := s.view.Load(); v != nil {
		return v.direction
	}
	return media.Inactive
}

// Close ends the stream.
func (s *Session) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	s.closeControl()
	return s.cfg.Engine.CloseStream(s.cfg.ID)
}
