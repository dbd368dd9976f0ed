package jitter

import "offhook/media"

// recover puts at the line's end what p repeats of the sound before it, if that
// is what is missing, or the end of one missing packet: one of several frames may
// repeat the last of them alone, and the decoder makes up those before.
func (b *Buffer) recover(p *slot, gap int64) bool {
	payload := b.store.payload(p)
	n := b.repeats(payload)
	if n == 0 || int64(n) != gap && (int64(n) > gap || gap != int64(b.out.packet)) {
		return false
	}
	sound := b.scratch[:gap]
	if got, err := b.recoverer.Recover(sound, payload); err != nil || got != len(sound) {
		return false
	}
	b.merge(sound)
	b.append(sound)
	b.out.ts += b.ticks(len(sound))
	b.out.waited, b.out.made, b.out.foreign = 0, false, false
	b.count.Recovered += span(int64(n), b.clock.rate)
	b.count.Concealed += span(gap-int64(n), b.clock.rate)
	b.laid(Played)
	return true
}

// repeats is how many samples of the sound before it a payload repeats.
func (b *Buffer) repeats(payload []byte) int {
	if b.recoverer == nil || len(payload) == 0 {
		return 0
	}
	if n := b.recoverer.Recovers(payload); n <= len(b.scratch) {
		return n
	}
	return 0
}

// merge blends made-up sound at the line's end into what follows it; a decoder
// does that itself.
func (b *Buffer) merge(sound media.Frame) {
	if b.out.made && !b.out.foreign {
		b.plc.Conceal(nil) // if nothing was made up: what would have been
		b.plc.Merge(sound)
	}
}

// observeRepeat learns from a packet that repeats the missing one before it:
// that one's sound has come now, late, and waiting for it is worth as much as
// for any late packet.
func (b *Buffer) observeRepeat(p *Packet, seq, ts int64) {
	if seq <= b.in.highest+1 {
		return
	}
	n := b.repeats(p.Payload)
	if n == 0 {
		return
	}
	offset := p.Arrival - b.time(ts-b.ticks(n))
	if b.cast.add(arrived{offset: offset, at: p.Arrival, overtaken: span(int64(n), b.clock.rate), jitter: b.count.Jitter}, b.cfg.MaxDelay) {
		b.target, b.base = b.cast.target(b.cfg.MinDelay, b.cfg.MaxDelay)
	}
}
