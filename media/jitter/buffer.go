package jitter

import (
	"cmp"
	"time"

	"offhook/media"
	"offhook/media/dsp"
)

const (
	longestDelay    = 512 * time.Millisecond
	defaultMaxDelay = 500 * time.Millisecond
	longestPacket   = 120 * time.Millisecond // of sound; Opus has no longer one
	longestFrame    = 120 * time.Millisecond
	idleAfter       = 100 * time.Millisecond // of waiting: the sender is silent, or gone
)

// Buffer is the play-out buffer of one stream.
type Buffer struct {
	cfg       Config
	concealer media.Concealer // of the decoder; nil if it has none
	recoverer media.Recoverer // likewise
	gaps      media.GapAware  // the decoder; nil if it does not care
	store     *store
	cast      forecast
	clock     clock
	plc       *dsp.Concealer
	stretch   *dsp.Stretcher
	scratch   media.Frame

	// The line is sound: heard before head, to be heard from head to end.
	line      media.Frame
	head, end int
	past      int // what is kept before head

	in  arrivals
	out playout

	target, base time.Duration // offsets
	count        Counters
}

// arrivals is the state of Put.
type arrivals struct {
	started  bool
	ssrc     uint32
	former   uint32 // the source that this one has replaced
	replaced bool
	first    int64  // extended sequence number that the count began with
	highest  int64  // extended sequence number
	unique   uint64 // packets since first
	lost     uint64 // before first
	suspect  uint16 // sequence number that would confirm a jump
	doubted  bool

	last      int64 // extended timestamp of highest
	shift     int64 // added to the stream's timestamps
	arrival   time.Duration
	usual     time.Duration // offset of the latest packets
	gap       time.Duration // when packets were last found missing
	backlog   bool          // what came last had waited for the end of an outage
	overtaken int64         // sequence number of the last that was
	transit   time.Duration // of the packet before, for the interarrival jitter
}

// playout is the state of Get.
type playout struct {
	next    int64   // extended sequence number to be played
	ts      int64   // extended timestamp of the sample after the line's end
	packet  int     // samples of the last packet
	dropped int     // packets before next that were there and are not to be played
	begun   bool    // something was played
	waited  int     // samples made up while time stood still: it may be late, or lost
	idle    bool    // waited for so long that the sender must be silent
	skipped bool    // the last that was received was no sound (telephone-event)
	hole    bool    // a packet could not be decoded
	made    bool    // the end of the line is made up
	foreign bool    // and by the decoder itself
	rest    int     // samples before the next change of length
	refused int     // changes of length wanted and not similar enough
	kind    Playout // of the frame
	tail    Playout // of the line's end
}

// New makes a Buffer; all memory is taken here. A Format without rates is taken for
// 8000 Hz.
func New(cfg Config) *Buffer {
	if cfg.MaxDelay <= 0 {
		cfg.MaxDelay = defaultMaxDelay
	}
	cfg.MaxDelay = min(cfg.MaxDelay, longestDelay)
	cfg.MinDelay = max(0, min(cfg.MinDelay, cfg.MaxDelay))
	cfg.Format.SampleRate = cmp.Or(max(0, cfg.Format.SampleRate), 8000)
	cfg.Format.ClockRate = cmp.Or(max(0, cfg.Format.ClockRate), cfg.Format.SampleRate)
	rate := cfg.Format.SampleRate
	b := &Buffer{
		cfg: cfg, store: newStore(), clock: clock{rate: rate},
		plc: dsp.NewConcealer(rate), stretch: dsp.NewStretcher(rate),
		scratch: make(media.Frame, samplesIn(longestPacket, rate)),
	}
	b.concealer, _ = cfg.Decoder.(media.Concealer)
	b.recoverer, _ = cfg.Decoder.(media.Recoverer)
	b.gaps, _ = cfg.Decoder.(media.GapAware)
	b.past = max(b.plc.History(), b.stretch.Past())
	b.line = make(media.Frame, 2*b.past+3*len(b.scratch)+samplesIn(longestFrame, rate))
	b.head, b.end = b.past, b.past
	b.out.packet = samplesIn(20*time.Millisecond, rate)
	if p := cfg.Format.PTime; p > 0 {
		b.out.packet = min(samplesIn(p, rate), len(b.scratch))
	}
	return b
}

// Get fills dst with the next sound. It may be of any length; now is the time at
// which it is asked for, by the clock of Packet.Arrival.
func (b *Buffer) Get(dst media.Frame, now time.Duration) Playout {
	kind := Empty
	longest := samplesIn(longestFrame, b.clock.rate)
	for len(dst) > 0 {
		n := min(len(dst), longest)
		kind = graver(kind, b.get(dst[:n], now))
		dst = dst[n:]
	}
	return kind
}

func (b *Buffer) get(dst media.Frame, now time.Duration) Playout {
	b.clock.tick(now, len(dst))
	if !b.in.started {
		clear(dst)
		return Empty
	}
	b.out.kind = Empty
	if b.left() > 0 {
		b.out.kind = b.out.tail
	}
	b.overrun()
	for b.left() < len(dst) {
		b.extend(len(dst) - b.left())
	}
	b.adapt(len(dst))
	if !b.out.idle {
		b.count.Delay = max(0, b.playOffset(b.left())-b.base)
	}
	copy(dst, b.line[b.head:b.end])
	b.head += len(dst)
	return b.out.kind
}

// Position is the RTP timestamp of the next sample that Get will give; false while
// there is none. In sound that is made up while time stands still it lies before
// the packet that is waited for.
func (b *Buffer) Position() (timestamp uint32, ok bool) {
	if !b.out.begun {
		return 0, false
	}
	return uint32(b.out.ts - b.ticks(b.left()) - b.in.shift), true
}

// left is how much of the line is to be heard yet, in samples.
func (b *Buffer) left() int { return b.end - b.head }

// room makes room for n samples at the line's end.
func (b *Buffer) room(n int) {
	if b.end+n <= len(b.line) {
		return
	}
	from := b.head - b.past
	copy(b.line, b.line[from:b.end])
	b.head, b.end = b.past, b.end-from
}

// append puts sound at the line's end.
func (b *Buffer) append(f media.Frame) {
	b.room(len(f))
	b.end += copy(b.line[b.end:], f)
}

// playOffset is the offset at which the packet after the line's end will be
// heard, if left samples of the line are before it.
func (b *Buffer) playOffset(left int) time.Duration {
	return b.clock.now + span(int64(left), b.clock.rate) - b.time(b.out.ts)
}

// deadline is the offset up to which the packet after the line's end is in time
// for frames of n samples, if left samples of the line are before it.
func (b *Buffer) deadline(left, n int) time.Duration {
	return b.playOffset(left / n * n)
}

// time is that of an extended timestamp.
func (b *Buffer) time(ts int64) time.Duration { return span(ts, b.cfg.Format.ClockRate) }

// ticks is samples in units of the timestamp.
func (b *Buffer) ticks(samples int) int64 {
	if b.cfg.Format.ClockRate == b.clock.rate {
		return int64(samples)
	}
	return int64(samples) * int64(b.cfg.Format.ClockRate) / int64(b.clock.rate)
}

// samples is units of the timestamp in samples.
func (b *Buffer) samples(ticks int64) int64 {
	if b.cfg.Format.ClockRate == b.clock.rate {
		return ticks
	}
	return ticks * int64(b.clock.rate) / int64(b.cfg.Format.ClockRate)
}

// note keeps the most telling kind of the frame.
func (b *Buffer) note(k Playout) { b.out.kind = graver(b.out.kind, k) }

// laid notes the kind of what was put at the line's end.
func (b *Buffer) laid(k Playout) {
	b.out.tail = k
	b.note(k)
}

func graver(a, b Playout) Playout {
	grave := [...]int{Played: 1, Accelerated: 2, Expanded: 3, Concealed: 4, Empty: 0}
	if grave[b] > grave[a] {
		return b
	}
	return a
}

// Counters are the figures so far.
func (b *Buffer) Counters() Counters {
	c := b.count
	c.Lost = b.in.lost + b.in.missing()
	return c
}

func samplesIn(d time.Duration, rate int) int {
	return int(d * time.Duration(rate) / time.Second)
}
