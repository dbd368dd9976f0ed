package link

import (
	"time"

	"offhook/media"
	"offhook/media/dsp/biquad"
	"offhook/media/engine"
	"offhook/media/keying"
	"offhook/media/session"
	"offhook/media/tone"
)

// Bounds that no real format is beyond.
const (
	maxRate  = 768_000
	maxPTime = time.Second
)

func (c *coder) id(v *media.StreamID) { c.u32((*uint32)(v)) }

func (c *coder) format(f *media.Format) {
	c.text(&f.Encoding)
	c.u8(&f.PayloadType)
	c.small(&f.ClockRate, 0, maxRate)
	c.small(&f.SampleRate, 0, maxRate)
	c.small(&f.Channels, 0, 8)
	c.duration(&f.PTime)
	c.text(&f.FMTP)
	if f.PTime < 0 || f.PTime > maxPTime {
		c.fail("a packet time out of bounds")
	}
}

// crypto goes as the attribute of a description, which is bounded and strict.
func (c *coder) crypto(k *keying.Crypto) {
	tag, attribute := uint32(k.Tag), ""
	if !c.reading && !k.IsZero() {
		own := *k
		own.Tag = 1
		attribute = own.Attribute()
	}
	c.u32(&tag)
	c.text(&attribute)
	if !c.reading || c.err != nil {
		return
	}
	if attribute == "" {
		*k = keying.Crypto{}
		return
	}
	parsed, err := keying.Parse(attribute)
	if err != nil || parsed.Tag != 1 {
		c.fail("not a key") // never what it is
		return
	}
	parsed.Tag = int(tag & 0x7fffffff)
	*k = parsed
}

func (c *coder) spec(s *session.Spec) {
	c.address(&s.Remote)
	c.address(&s.RemoteRTCP)
	c.bool(&s.Mux)
	c.u8((*uint8)(&s.Direction))
	c.format(&s.Send)
	c.format(&s.SendEvents)
	sequence(c, &s.Receive, c.format)
	c.format(&s.ReceiveEvents)
	for _, f := range []*media.Format{&s.SendNoise, &s.ReceiveNoise, &s.SendRedundant, &s.ReceiveRedundant} {
		c.format(f)
	}
	c.u8(&s.Redundancy)
	c.crypto(&s.LocalKey)
	c.crypto(&s.RemoteKey)
	c.bool(&s.VoIPMetrics)
	c.bool(&s.ReceiverTime)
	c.bool(&s.DTLS)
	c.bool(&s.InBand)
	c.bool(&s.Detect)
	c.bool(&s.ICE)
	c.address(&s.Relay)
	c.u16(&s.Channel)
	c.duration(&s.MinDelay)
	c.duration(&s.MaxDelay)
	if s.Direction > media.SendRecv {
		c.fail("not a direction")
	}
}

func (c *coder) patch(p *engine.Patch) {
	sequence(c, &p.Streams, c.id)
	c.bool(&p.Mic)
	c.bool(&p.HandsFree)
	c.u8((*uint8)(&p.Route))
	if p.Route > engine.Speaker {
		c.fail("not a route")
	}
	c.float(&p.CaptureGain)
	c.float(&p.PlaybackGain)
	c.cadence(&p.Tone)
	c.float(&p.ToneGain)
	c.bool(&p.Ring)
	c.cadence(&p.Announce)
	c.clip(&p.Clip)
	c.bool(&p.ClipNear)
	c.bool(&p.ClipFar)
	sequence(c, &p.Held, c.id)
	c.clip(&p.Music)
	c.cadence(&p.MusicTone)
	c.text(&p.Record.File)
	c.duration(&p.Record.Longest)
	c.i64(&p.Record.Spare)
}

func (c *coder) handsFree(h *engine.HandsFree) {
	c.bool(&h.Echo)
	c.duration(&h.Tail)
	c.duration(&h.Late)
	c.bool(&h.Noise)
	c.bool(&h.Gain)
}

// profile goes without being judged: the engine knows what it can have.
func (c *coder) profile(p *engine.Profile) {
	c.handsFree(&p.Clean)
	for _, path := range []*engine.Path{&p.Microphone, &p.Loudspeaker} {
		sequence(c, &path.Equaliser, func(b *biquad.Band) {
			c.text(&b.Kind)
			c.float(&b.Frequency)
			c.float(&b.Gain)
			c.float(&b.Q)
		})
		c.float(&path.Gain)
	}
	c.float(&p.Sidetone)
	c.text(&p.Duplex)
	c.float(&p.Ambient.Range)
	c.float(&p.Ambient.Quiet)
}

func (c *coder) clip(p *engine.Clip) {
	c.text(&p.File)
	c.bool(&p.Loop)
	c.u32(&p.Take)
}

func (c *coder) i64(v *int64) {
	u := uint64(*v)
	c.u64(&u)
	*v = int64(u)
}

func (c *coder) cadence(t *tone.Cadence) {
	sequence(c, &t.Parts, func(p *tone.Part) {
		for i := range p.Freqs {
			c.float(&p.Freqs[i])
		}
		c.float(&p.Mod)
		c.duration(&p.On)
		c.duration(&p.Off)
		if p.On < 0 || p.Off < 0 {
			c.fail("a time before now")
		}
	})
	c.small(&t.Loop, 0, 1<<20)
	c.small(&t.Repeat, 0, 1<<20)
	c.float(&t.LevelDB)
}

func (c *coder) state(s *session.State) {
	c.duration(&s.At)
	c.text(&s.Name)
	c.u32(&s.SSRC)
	c.u32(&s.Spare)
	c.u64(&s.Index)
	c.u32(&s.Timestamp)
	c.duration(&s.SentAt)
	c.u32(&s.Reports)
	c.address(&s.Remote)
	c.u32(&s.Source)
	c.u64(&s.Received)
	c.u64(&s.KeySent)
	c.u64(&s.KeyReceived)
	if s.Index > 1<<48 || s.Received > 1<<48 { // RFC 3711 §3.3.1: 48 bits
		c.fail("a packet index out of bounds")
	}
}

func (c *coder) stats(s *media.Stats) {
	for _, v := range []*uint64{&s.Sent, &s.Received, &s.SentBytes, &s.ReceivedBytes, &s.Lost, &s.Late, &s.Discarded, &s.Foreign, &s.RemoteReports, &s.KeySent, &s.KeyReceived} {
		c.u64(v)
	}
	for _, v := range []*time.Duration{&s.Concealed, &s.Recovered, &s.Expanded, &s.Accelerated, &s.Jitter, &s.PlayoutDelay, &s.RoundTrip, &s.RemoteJitter, &s.BurstDuration, &s.GapDuration} {
		c.duration(v)
	}
	for _, v := range []*time.Time{&s.FirstSent, &s.FirstReceived, &s.LastReceived} {
		c.time(v)
	}
	for _, v := range []*float64{&s.RemoteLost, &s.LevelSent, &s.LevelReceived, &s.BurstDensity, &s.GapDensity,
		&s.R, &s.MOSListening, &s.MOSConversational, &s.RemoteR, &s.RemoteMOSListening, &s.RemoteMOSConversational} {
		c.float(v)
	}
	c.text(&s.Suite)
	c.text(&s.Encoding)
}
