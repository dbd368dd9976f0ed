package session

import (
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"

	"offhook/media"
)

// rtcpInterval is the least mean interval of RFC 3550 §6.2; two parties of one
// audio stream never need a longer one.
const rtcpInterval = 5 * time.Second

var errNoKeys = errors.New("session: RTCP before there are keys for it")

// rtcpState is shared by the goroutines that report, receive and run errands, at a
// packet every few seconds; nothing is called that waits while it is held.
type rtcpState struct {
	mutex     sync.Mutex
	spec      Spec
	out, in   *cipher
	before    *cipher        // in, until a new key came
	since     time.Duration  // when that was
	heardFrom netip.AddrPort // of the far end's RTCP
	lastSR    uint32         // middle of its NTP time
	lastSRAt  time.Duration
	sentAt    uint64 // packets sent by the last report

	theirSSRC    uint32 // of who asks for its round trip
	theirClock   uint32 // middle of its NTP time; 0: nobody asked
	theirClockAt time.Duration
	answered     time.Duration // theirClockAt of the last answer
	remote       remoteQuality
	said         bool // something was reported

	roundTrip time.Duration
	lost      float64
	jitter    uint32
	reports   uint64
	last      reported      // of what we receive
	reported  atomic.Uint64 // reports<<8 | 256ths lost, for the engine's thread
}

func (r *rtcpState) update(spec Spec, now time.Duration) error {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	out, err := renew(r.out, spec.LocalKey)
	if err != nil {
		return err
	}
	in, err := renew(r.in, spec.RemoteKey)
	if err != nil {
		return err
	}
	if spec.RemoteRTCP != r.spec.RemoteRTCP {
		r.heardFrom = netip.AddrPort{}
	}
	if in != r.in {
		r.before, r.since = r.in, now
	}
	r.spec, r.out, r.in = spec, out, in
	return nil
}

func (r *rtcpState) stats(stats *media.Stats) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	stats.RoundTrip, stats.RemoteLost, stats.RemoteReports = r.roundTrip, r.lost, r.reports
	stats.RemoteR, stats.RemoteMOSListening, stats.RemoteMOSConversational = r.remote.r, r.remote.listening, r.remote.conversational
	if rate := r.spec.Send.ClockRate; rate > 0 {
		stats.RemoteJitter = time.Duration(r.jitter) * time.Second / time.Duration(rate)
	}
}

// RemoteLoss is the fraction of our packets that the far end missed by its last
// report, and the number of that report, 0 for none. It waits for nobody.
func (s *Stream) RemoteLoss() (fraction float64, report uint64) {
	reported := s.rtcp.reported.Load()
	return float64(reported&0xff) / 256, reported >> 8
}

// report sends reports until the stream is closed.
func (s *Stream) report() {
	timer := time.NewTimer(spread(s.cfg.RTCPInterval / 2)) // RFC 3550 §6.2: the first comes sooner
	defer timer.Stop()
	for {
		select {
		case <-s.done:
			return
		case <-timer.C:
			s.sendReport(false)
			timer.Reset(spread(s.cfg.RTCPInterval))
		}
	}
}

// spread is RFC 3550 §6.3.1: between half and one and a half of the interval.
func spread(interval time.Duration) time.Duration {
	return time.Duration(float64(interval) * (0.5 + rand.Float64()))
}

// sendReport sends SR or RR, SDES, XR and, at the end, BYE as one packet, in the
// order of RFC 3550 §6.1.
func (s *Stream) sendReport(bye bool) {
	ssrc := s.ssrc()
	to, send := s.rtcpTarget()
	if ssrc == 0 || send == nil || bye && s.unheard() {
		return
	}
	first, sender := s.senderOrReceiver(ssrc)
	packets := []rtcp.Packet{first, &rtcp.SourceDescription{Chunks: []rtcp.SourceDescriptionChunk{{
		Source: ssrc,
		Items:  []rtcp.SourceDescriptionItem{{Type: rtcp.SDESCNAME, Text: s.name}},
	}}}}
	if x := s.extended(ssrc, sender); x != nil {
		packets = append(packets, x)
	}
	if bye {
		packets = append(packets, &rtcp.Goodbye{Sources: []uint32{ssrc}})
	}
	raw, err := rtcp.Marshal(packets)
	if err == nil {
		raw, err = s.rtcp.protect(raw)
	}
	if err == nil {
		err = send(raw, to)
	}
	if err != nil {
		s.cfg.Log.Debug("RTCP report not sent", slog.Uint64("stream", uint64(s.cfg.ID)), slog.Any("error", err))
	}
}

// unheard tells that we never sent anything: who did not must not say goodbye
// (RFC 3550 §6.3.7).
func (s *Stream) unheard() bool {
	s.rtcp.mutex.Lock()
	defer s.rtcp.mutex.Unlock()
	return !s.rtcp.said && s.count.sent.Load() == 0
}

func (r *rtcpState) protect(raw []byte) ([]byte, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.said = true; r.out == nil {
		return raw, nil
	}
	return r.out.report(raw)
}

// unprotect decrypts a packet, also one that was under way when the key changed;
// the mutex is held.
func (r *rtcpState) unprotect(raw []byte, now time.Duration) ([]byte, error) {
	plain, err := r.in.context.DecryptRTCP(nil, raw, nil)
	if err != nil && r.before != nil && now-r.since < keyGrace {
		return r.before.context.DecryptRTCP(nil, raw, nil)
	}
	return plain, err
}

// rtcpTarget is where reports go: with RTP, or where the far end's come from,
// or where the description says, beside where RTP really comes from.
func (s *Stream) rtcpTarget() (to netip.AddrPort, send func([]byte, netip.AddrPort) error) {
	remote := s.remote.Load()
	if remote == nil || !remote.IsValid() || remote.Addr().IsUnspecified() {
		return netip.AddrPort{}, nil
	}
	s.rtcp.mutex.Lock()
	defer s.rtcp.mutex.Unlock()
	switch spec := s.rtcp.spec; {
	case spec.waits():
		return netip.AddrPort{}, nil
	case spec.Mux:
		return *remote, spec.channel().through(newSendto(s.socket).write)
	case s.rtcp.heardFrom.IsValid():
		return s.rtcp.heardFrom, s.sendRTCP
	case remote.Addr() != spec.Remote.Addr():
		return netip.AddrPortFrom(remote.Addr(), remote.Port()+1), s.sendRTCP
	default:
		return spec.RemoteRTCP, s.sendRTCP
	}
}

func (s *Stream) sendRTCP(packet []byte, to netip.AddrPort) error {
	_, err := s.cfg.Sockets.RTCP.WriteToUDPAddrPort(packet, to)
	return err
}

func (s *Stream) senderOrReceiver(ssrc uint32) (report rtcp.Packet, sender bool) {
	now := s.cfg.Now()
	reports := s.receptionReports(now)
	sent, octets := s.count.sent.Load(), s.count.sentBytes.Load()
	s.rtcp.mutex.Lock()
	active := sent > s.rtcp.sentAt
	s.rtcp.sentAt = sent
	s.rtcp.mutex.Unlock()
	out := s.out.Load()
	if !active || out == nil {
		return &rtcp.ReceiverReport{SSRC: ssrc, Reports: reports}, false
	}
	clock := s.count.clock.Load()
	since := time.Duration(uint32(now/time.Millisecond)-uint32(clock)) * time.Millisecond
	return &rtcp.SenderReport{
		SSRC: ssrc, NTPTime: s.ntp(now), RTPTime: uint32(clock>>32) + uint32(since*time.Duration(out.clockRate)/time.Second),
		PacketCount: uint32(sent), OctetCount: uint32(octets), Reports: reports,
	}, true
}

func (s *Stream) receptionReports(now time.Duration) []rtcp.ReceptionReport {
	sight := s.seen.look()
	r := &sight.reception
	if !r.started {
		return nil
	}
	s.rtcp.mutex.Lock()
	defer s.rtcp.mutex.Unlock()
	report := rtcp.ReceptionReport{
		SSRC: r.ssrc, FractionLost: s.rtcp.last.fraction(r), TotalLost: uint32(min(r.lost(), 1<<23-1)),
		LastSequenceNumber: r.high, Jitter: uint32(r.jitter),
	}
	if s.rtcp.lastSR != 0 {
		report.LastSenderReport = s.rtcp.lastSR
		report.Delay = uint32((now - s.rtcp.lastSRAt).Seconds() * 65536)
	}
	return []rtcp.ReceptionReport{report}
}

// ntp is the 64-bit NTP time of a moment (RFC 3550 §4).
func (s *Stream) ntp(at time.Duration) uint64 {
	t := s.cfg.Epoch.Add(at)
	const toUnix = 2_208_988_800 // seconds from 1900 to 1970
	return uint64(t.Unix()+toUnix)<<32 | uint64(t.Nanosecond())<<32/1_000_000_000
}

// A far end reports a few times a second. What a flood brings beyond so many in so
// long stays with the kernel, and is lost there.
const (
	mostReports = 32
	reportsTime = 100 * time.Millisecond
)

// readRTCP receives on the socket of its own until that is closed.
func (s *Stream) readRTCP() {
	buffer := make([]byte, packetSize)
	for n, began := 1, s.cfg.Now(); ; n++ {
		if n > mostReports {
			if wait := began + reportsTime - s.cfg.Now(); wait > 0 && s.rest(wait) {
				return
			}
			n, began = 1, s.cfg.Now()
		}
		n, from, err := s.cfg.Sockets.RTCP.ReadFromUDPAddrPort(buffer)
		if err != nil {
			if s.fatal(err) {
				return
			}
			continue
		}
		s.takeRTCP(buffer[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port()))
	}
}

// takeRTCP reads a compound packet.
func (s *Stream) takeRTCP(raw []byte, from netip.AddrPort) {
	now := s.cfg.Now()
	remote := s.remote.Load()
	s.rtcp.mutex.Lock()
	secure := s.rtcp.in != nil
	var err error
	if s.rtcp.spec.waits() {
		err = errNoKeys
	} else if secure {
		raw, err = s.rtcp.unprotect(raw, now)
	}
	s.rtcp.mutex.Unlock()
	if err != nil || remote == nil || !secure && from.Addr() != remote.Addr() {
		s.count.discarded.Add(1)
		return
	}
	packets, err := rtcp.Unmarshal(raw)
	if err != nil {
		s.count.discarded.Add(1)
		return
	}
	ours, ntp := s.ssrc(), s.ntp(now)
	s.rtcp.mutex.Lock()
	defer s.rtcp.mutex.Unlock()
	s.rtcp.heardFrom = from
	for _, packet := range packets {
		switch p := packet.(type) {
		case *rtcp.SenderReport:
			s.rtcp.lastSR, s.rtcp.lastSRAt = uint32(p.NTPTime>>16), now
			s.rtcp.blocks(p.Reports, ours, ntp)
		case *rtcp.ReceiverReport:
			s.rtcp.blocks(p.Reports, ours, ntp)
		case *rtcp.ExtendedReport:
			s.rtcp.takeExtended(p, ours, now, ntp)
		}
	}
}

// blocks reads what the far end tells of our packets (RFC 3550 §6.4.1).
func (r *rtcpState) blocks(reports []rtcp.ReceptionReport, ours uint32, ntp uint64) {
	for _, report := range reports {
		if report.SSRC != ours {
			continue
		}
		r.reports++
		r.lost, r.jitter = float64(report.FractionLost)/256, report.Jitter
		r.reported.Store(r.reports<<8 | uint64(report.FractionLost))
		if report.LastSenderReport == 0 {
			continue
		}
		r.tripped(uint32(ntp>>16) - report.LastSenderReport - report.Delay)
	}
}
