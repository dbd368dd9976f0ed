package session

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"offhook/media"
)

// Listener hears what a Stream finds out, in a goroutine of the Stream's. Its
// methods must not block.
type Listener interface {
	MediaStarted(media.StreamID)
	DigitReceived(media.StreamID, rune, time.Duration)
}

// StreamConfig says how a Stream is to be.
type StreamConfig struct {
	ID       media.StreamID
	Sockets  Sockets              // the Stream's from OpenStream on
	Now      func() time.Duration // monotonic
	Epoch    time.Time            // wall clock at Now's zero
	Listener Listener
	// Real says that Now goes with real time: packets came when the kernel says that
	// they did. Else they come when they are found.
	Real         bool
	RTCPInterval time.Duration // mean; 0 means 5 s (RFC 3550 §6.2)
	// Resume is where a Stream before this one was; nil for a new source.
	Resume *State
	Log    *slog.Logger
}

// Stream is the packet side of a session. Update and Close belong to control,
// Next, Look, Flush, Played and Send to the engine's thread; Stats may be called by any.
type Stream struct {
	cfg  StreamConfig
	name string // CNAME (RFC 7022 §4.2): for this session only, it tells nothing
	done chan struct{}
	wait sync.WaitGroup
	once sync.Once

	// control's
	spec    Spec
	resumed bool // what Resume says was used

	// published by control; latching replaces remote
	out    atomic.Pointer[outgoing]
	in     atomic.Pointer[incoming]
	remote atomic.Pointer[netip.AddrPort]

	// the engine thread's
	socket *socket
	intake *intake
	sieve  sieve
	reader reader
	writer writer
	sendto *sendto
	// handover is nil where packets of DTLS and STUN are nobody's.
	handover *handover

	errands *errands // from it
	seen    seen     // likewise
	rtcp    rtcpState
	played  played
	count   counters
}

// outgoing is how packets are sent. The cipher is used by the engine's thread
// alone, through every outgoing that holds it.
type outgoing struct {
	ssrc, spare uint32 // spare is taken after a collision
	sends       bool
	cipher      *cipher
	clockRate   int
	position    *atomic.Uint64 // State.Index; shared by all of one source
	channel     channel
}

// incoming is how packets are received.
type incoming struct {
	keys      inbound
	secure    bool
	kinds     [128]kind
	clocks    [128]int        // rates of sound by payload type
	since     time.Duration   // when the key came
	agreed    time.Duration   // when this came
	remote    *netip.AddrPort // by the description; its identity tells a new one
	clockRate int
	sound     media.Format  // sent, and by its like received
	ptime     time.Duration // of a packet
	events    int           // clock rate of telephone-events
	waits     bool          // for keys
	ice       bool          // nothing is taken from anywhere but remote
	channel   channel
}

type kind uint8

const (
	unknown kind = iota
	sound
	event
	redundant // blocks of the kinds above (RFC 2198)
)

// counters are the engine thread's, save as said, and read by any.
type counters struct {
	sent, sentBytes, sendErrors atomic.Uint64
	firstSent                   atomic.Int64  // Now plus 1, as all times here
	clock                       atomic.Uint64 // timestamp<<32 | milliseconds of Now, of the last packet sent
	received, receivedBytes     atomic.Uint64
	discarded                   atomic.Uint64 // by several
	foreign                     atomic.Uint64 // among discarded
	firstReceived, lastReceived atomic.Int64
	collided                    atomic.Bool
}

// OpenStream begins a stream; nothing is taken before Update. After an error the
// sockets are the caller's still.
func OpenStream(cfg StreamConfig) (*Stream, error) {
	if cfg.Log == nil {
		cfg.Log = slog.New(slog.DiscardHandler)
	}
	if cfg.RTCPInterval == 0 {
		cfg.RTCPInterval = rtcpInterval
	}
	s := &Stream{cfg: cfg, name: strconv.FormatUint(rand.Uint64(), 36) + "@offhook", done: make(chan struct{})}
	var err error
	if s.errands, err = newErrands(); err != nil {
		return nil, err
	}
	if s.socket, err = takeSocket(cfg.Sockets.RTP); err != nil {
		return nil, errors.Join(err, s.errands.bell.Close())
	}
	s.intake, s.sendto, s.sieve.raw = newIntake(s.socket), newSendto(s.socket), s.socket.raw
	// RFC 3711 §3.3.1: a first number in the lower half leaves no doubt about
	// the roll-over counter when the first packets are lost.
	s.writer.sequence = uint16(rand.IntN(1 << 15))
	s.writer.offset = rand.Uint32()
	if cfg.Resume != nil && cfg.Resume.Name != "" {
		s.name = cfg.Resume.Name
	}
	if s.handover, err = newHandover(cfg.Sockets.Keys); err != nil {
		cfg.Log.Warn("neither DTLS nor ICE for this stream", slog.Uint64("stream", uint64(cfg.ID)), slog.Any("error", err))
	}
	s.wait.Go(s.runErrands)
	s.wait.Go(s.readRTCP)
	s.wait.Go(s.report)
	return s, nil
}

// rekeys tells that the source may go on under a new key: the roll-over counter is
// 0, whether the far end goes on with it (RFC 3711 §3.3.1) or begins again, as
// many do, and stays so while the change is under way. The suite is the same: to
// one before it a session might come back with the key that it had.
func (o *outgoing) rekeys(next *outgoing) bool {
	const margin = 4096 // packets
	return o.cipher != nil && next.cipher != nil && o.cipher.key.Suite == next.cipher.key.Suite && o.position.Load() < 1<<16-margin
}

// waits tells that there is nothing to encrypt by yet.
func (s Spec) waits() bool { return s.DTLS && (s.LocalKey.IsZero() || s.RemoteKey.IsZero()) }

// Update takes what was negotiated. After an error all is as before.
func (s *Stream) Update(spec Spec) error {
	out, in := s.out.Load(), s.in.Load()
	newOut := &outgoing{ssrc: rand.Uint32(), spare: rand.Uint32(), sends: spec.Direction.Sends() && !spec.waits(), clockRate: spec.Send.ClockRate, position: new(atomic.Uint64), channel: spec.channel()}
	newIn := &incoming{secure: !spec.RemoteKey.IsZero(), waits: spec.waits(), clockRate: spec.Send.ClockRate, sound: spec.Send, ptime: packetTime(spec.Send),
		ice: spec.ICE, channel: spec.channel()}
	var err error
	if out != nil {
		newOut.cipher = out.cipher
	}
	if newOut.cipher, err = renew(newOut.cipher, spec.LocalKey); err != nil {
		return err
	}
	if in != nil {
		newIn.keys = in.keys
	}
	if newIn.keys, err = newIn.keys.renew(spec.RemoteKey); err != nil {
		return err
	}
	newIn.agreed = s.cfg.Now()
	newIn.since = newIn.agreed
	if in != nil && in.keys.current == newIn.keys.current {
		newIn.since = in.since
	}
	if err := s.rtcp.update(spec, newIn.agreed); err != nil {
		return err
	}
	// Another clock rate is a new source (RFC 7160 §4.1), and so is a new key, unless
	// no receiver has to guess a roll-over counter for it.
	if out != nil && (out.cipher == newOut.cipher || out.rekeys(newOut)) && out.clockRate == newOut.clockRate {
		newOut.ssrc, newOut.spare, newOut.position = out.ssrc, out.spare, out.position
	} else {
		s.count.collided.Store(false)
		if out == nil { // nobody sends yet
			newOut.position.Store(uint64(s.writer.sequence))
		}
	}
	for _, f := range spec.Receive {
		newIn.kinds[f.PayloadType&127], newIn.clocks[f.PayloadType&127] = sound, f.ClockRate
	}
	if spec.ReceiveEvents.ClockRate > 0 {
		newIn.kinds[spec.ReceiveEvents.PayloadType&127] = event
		newIn.events = spec.ReceiveEvents.ClockRate
	}
	newIn.accompany(spec)
	if in != nil && spec.Remote == s.spec.Remote {
		newIn.remote = in.remote
	} else {
		newIn.remote = &spec.Remote
		s.remote.Store(newIn.remote)
	}
	if s.cfg.Resume != nil && !s.resumed {
		s.resumed = true
		s.resume(*s.cfg.Resume, spec, newOut, newIn)
	}
	s.spec = spec
	s.in.Store(newIn)
	s.out.Store(newOut)
	s.sieve.lift()
	return nil
}

// accompany takes what goes along with the codecs. Comfort noise comes from many
// who have not said that it would.
func (in *incoming) accompany(spec Spec) {
	if spec.ReceiveNoise.ClockRate > 0 {
		in.kinds[spec.ReceiveNoise.PayloadType&127] = sound
	} else if in.kinds[comfortNoise] == unknown && in.clockRate == 8000 {
		in.kinds[comfortNoise] = sound
	}
	if spec.ReceiveRedundant.ClockRate > 0 {
		in.kinds[spec.ReceiveRedundant.PayloadType&127] = redundant
	}
}

// Close says BYE, closes the sockets and waits for the goroutines.
func (s *Stream) Close() error {
	var err error
	s.once.Do(func() {
		s.sendReport(true)
		err = s.end()
	})
	s.wait.Wait()
	return err
}

// end closes all; it is for once.
func (s *Stream) end() error {
	close(s.done)
	return errors.Join(s.socket.close(), s.cfg.Sockets.closeOthers(), s.errands.bell.Close())
}

// ssrc is the one in use for sending, 0 before Update.
func (s *Stream) ssrc() uint32 {
	out := s.out.Load()
	switch {
	case out == nil:
		return 0
	case s.count.collided.Load():
		return out.spare
	}
	return out.ssrc
}

// Idle is the time since the last packet was received, since Open when none was.
func (s *Stream) Idle() time.Duration {
	return s.cfg.Now() - time.Duration(max(s.count.lastReceived.Load()-1, 0))
}

// Stats are the figures of the network's side.
func (s *Stream) Stats() media.Stats {
	stats := media.Stats{
		Sent: s.count.sent.Load(), SentBytes: s.count.sentBytes.Load(),
		Received: s.count.received.Load(), ReceivedBytes: s.count.receivedBytes.Load(),
		Discarded: s.count.discarded.Load(), Foreign: s.count.foreign.Load(),
		FirstSent: s.wall(s.count.firstSent.Load()), FirstReceived: s.wall(s.count.firstReceived.Load()),
		LastReceived: s.wall(s.count.lastReceived.Load()),
	}
	s.seen.look().stats(&stats)
	s.rtcp.stats(&stats)
	s.qualityStats(&stats)
	if out := s.out.Load(); out != nil && out.cipher != nil {
		stats.Suite, stats.KeySent = string(out.cipher.key.Suite), out.cipher.count()
	}
	if in := s.in.Load(); in != nil {
		stats.KeyReceived = in.keys.current.count()
	}
	return stats
}

// wall turns a counter of time, which is Now plus 1, into the wall clock's.
func (s *Stream) wall(at int64) time.Time {
	if at == 0 {
		return time.Time{}
	}
	return s.cfg.Epoch.Add(time.Duration(at - 1))
}
