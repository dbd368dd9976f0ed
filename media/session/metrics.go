package session

import (
	"math"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"

	"offhook/media"
)

// played is what the engine's thread lays out of its jitter buffer.
type played struct {
	late           atomic.Uint64 // packets that arrived and were not played
	delay, longest atomic.Int64  // of the buffer: now, and at most
	levels         atomic.Uint32 // of speech and background, by RFC 3611: speech<<8 | background; 0: not known
}

// Played tells how many packets arrived and were not played in all, and the
// jitter buffer's delay. The engine's thread calls it now and then; it waits for
// nobody.
func (s *Stream) Played(late uint64, delay time.Duration) {
	s.played.late.Store(late)
	s.played.delay.Store(int64(delay))
	s.played.longest.Store(max(s.played.longest.Load(), int64(delay)))
}

// Heard tells the level of the speech received, and of the background in its pauses,
// in dBov. The engine's thread calls it now and then.
func (s *Stream) Heard(speech, noise float64) {
	s.played.levels.Store(1<<16 | uint32(relative(speech))<<8 | uint32(relative(noise)))
}

// relative is a level in dB above 0 dBm0, as a signed octet (RFC 3611 §4.7.4); a
// full-scale square wave, 0 dBov, is 6.15 dB above it (ITU-T G.100.1).
func relative(dBov float64) uint8 {
	return uint8(int8(math.Round(min(max(dBov+6.15, -127), unavailable-1))))
}

// fewest packets make a figure.
const fewest = 50

// quality is how the call is, by what is received: reports and statistics ask.
func (s *Stream) quality(roundTrip time.Duration) (burstFigures, ratings) {
	in := s.in.Load()
	if in == nil {
		return burstFigures{}, ratings{}
	}
	sight := s.seen.look()
	if sight.arrivals.all.packets < fewest {
		return burstFigures{}, ratings{}
	}
	f := sight.arrivals.figures(in.ptime)
	r := rate(in.sound, f, roundTrip/2+s.endDelay(in.ptime))
	if roundTrip == 0 { // nobody knows how long the way is
		r.r, r.conversational = 0, 0
	}
	return f, r
}

// endDelay is from the network to the ear, and from the mouth to the network.
func (s *Stream) endDelay(ptime time.Duration) time.Duration {
	return time.Duration(s.played.delay.Load()) + ptime
}

func (s *Stream) qualityStats(stats *media.Stats) {
	f, r := s.quality(stats.RoundTrip)
	stats.BurstDensity, stats.GapDensity = f.burstDensity, f.gapDensity
	stats.BurstDuration, stats.GapDuration = f.burstDuration, f.gapDuration
	stats.R, stats.MOSListening, stats.MOSConversational = r.r, r.listening, r.conversational
}

// unavailable is how a block says that it has no figure (RFC 3611 §4.7).
const unavailable = 127

// extended makes the blocks that the far end asks for, nil when there are none.
func (s *Stream) extended(ssrc uint32, sender bool) *rtcp.ExtendedReport {
	now := s.cfg.Now()
	var blocks []rtcp.ReportBlock
	s.rtcp.mutex.Lock()
	spec, trip := s.rtcp.spec, s.rtcp.roundTrip
	if s.rtcp.theirClock != 0 && s.rtcp.theirClockAt != s.rtcp.answered {
		s.rtcp.answered = s.rtcp.theirClockAt
		blocks = append(blocks, &rtcp.DLRRReportBlock{Reports: []rtcp.DLRRReport{{
			SSRC: s.rtcp.theirSSRC, LastRR: s.rtcp.theirClock, DLRR: uint32((now - s.rtcp.theirClockAt).Seconds() * 65536),
		}}})
	}
	s.rtcp.mutex.Unlock()
	if spec.ReceiverTime && !sender { // who sends sound has its round trip by SR and RR
		blocks = append(blocks, &rtcp.ReceiverReferenceTimeReportBlock{NTPTimestamp: s.ntp(now)})
	}
	if block := s.voip(spec, trip); spec.VoIPMetrics && block != nil {
		blocks = append(blocks, block)
	}
	if len(blocks) == 0 {
		return nil
	}
	return &rtcp.ExtendedReport{SenderSSRC: ssrc, Reports: blocks}
}

// voip is the VoIP metrics block (RFC 3611 §4.7); nil until there is something
// to tell.
func (s *Stream) voip(spec Spec, trip time.Duration) *rtcp.VoIPMetricsReportBlock {
	f, r := s.quality(trip)
	if !f.known {
		return nil
	}
	ptime := packetTime(spec.Send)
	sight := s.seen.look()
	source, lost, expected := sight.reception.ssrc, sight.reception.lost(), sight.reception.expected()
	ms := func(d time.Duration) uint16 { return uint16(min(max(d, 0)/time.Millisecond, math.MaxUint16)) }
	part := func(x float64) uint8 { return uint8(min(max(x, 0)*256, 255)) }
	buffer := time.Duration(s.played.delay.Load())
	b := &rtcp.VoIPMetricsReportBlock{
		SSRC: source, BurstDensity: part(f.burstDensity), GapDensity: part(f.gapDensity),
		BurstDuration: ms(f.burstDuration), GapDuration: ms(f.gapDuration), RoundTripDelay: ms(trip), EndSystemDelay: ms(s.endDelay(ptime)),
		SignalLevel: unavailable, NoiseLevel: unavailable, RERL: unavailable, Gmin: gmin,
		RFactor: unavailable, ExtRFactor: unavailable, MOSLQ: unavailable, MOSCQ: unavailable,
		RXConfig:  concealed | adaptive,
		JBNominal: ms(buffer), JBMaximum: ms(time.Duration(s.played.longest.Load())), JBAbsMax: ms(max(spec.MaxDelay, time.Duration(s.played.longest.Load()))),
	}
	if levels := s.played.levels.Load(); levels != 0 {
		b.SignalLevel, b.NoiseLevel = uint8(levels>>8), uint8(levels)
	}
	if expected > 0 {
		b.LossRate = part(float64(lost) / float64(expected))
		b.DiscardRate = part(float64(s.played.late.Load()) / float64(expected))
	}
	if r.r > 0 {
		b.RFactor, b.MOSLQ, b.MOSCQ = uint8(r.r+0.5), uint8(10*r.listening+0.5), uint8(10*r.conversational+0.5)
	}
	return b
}

// What the receiver does (RFC 3611 §4.7.6): standard concealment, an adaptive buffer.
const (
	concealed = 3 << 6
	adaptive  = 3 << 4
)

// takeExtended reads what the far end tells; the mutex is held.
func (r *rtcpState) takeExtended(p *rtcp.ExtendedReport, ours uint32, now time.Duration, ntp uint64) {
	for _, block := range p.Reports {
		switch b := block.(type) {
		case *rtcp.ReceiverReferenceTimeReportBlock:
			r.theirSSRC, r.theirClock, r.theirClockAt = p.SenderSSRC, uint32(b.NTPTimestamp>>16), now
		case *rtcp.DLRRReportBlock:
			for _, d := range b.Reports {
				if d.SSRC == ours && d.LastRR != 0 {
					r.tripped(uint32(ntp>>16) - d.LastRR - d.DLRR)
				}
			}
		case *rtcp.VoIPMetricsReportBlock:
			if b.SSRC != ours {
				continue
			}
			if r.remote = (remoteQuality{}); b.RFactor <= 100 {
				r.remote.r = float64(b.RFactor)
			}
			if b.MOSLQ >= 10 && b.MOSLQ <= 50 {
				r.remote.listening = float64(b.MOSLQ) / 10
			}
			if b.MOSCQ >= 10 && b.MOSCQ <= 50 {
				r.remote.conversational = float64(b.MOSCQ) / 10
			}
		}
	}
}

// remoteQuality is how the far end hears us; zero: not told.
type remoteQuality struct{ r, listening, conversational float64 }

// tripped takes a round trip, in 65536ths of a second.
func (r *rtcpState) tripped(units uint32) {
	if trip := int32(units); trip >= 0 {
		r.roundTrip = time.Duration(max(trip, 1)) * time.Second / 65536 // 0 would be: not measured
	}
}
