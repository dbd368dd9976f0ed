package peer

import "time"

// Packet is one to be sent: its sound is the next of the mark.
type Packet struct {
	Sequence  uint16
	Timestamp uint32
	SSRC      uint32
	Marker    bool
	Pause     time.Duration // of the sender, before it
	Sent      time.Duration // by the far end, since the beginning
	Arrival   time.Duration // when it is to come; below 0: never
}

// Played is what a program made of the packets.
type Played struct {
	Delays  []time.Duration // from sent to heard, of each 10 ms that were heard; below 0: not of the mark
	Start   time.Duration   // when the first of them was heard
	Damaged time.Duration   // made up, repeated or left out
	Stretch time.Duration   // put in or taken out by pitch periods
	Sound   time.Duration   // that was sent between the first that was heard and the last
}

// Heard is the sound that came back, and when its first sample was heard.
type Heard struct {
	Arrival []time.Duration // of each packet, indeed: the machine may have been late
	sound   []byte
	start   time.Duration
}

const (
	step = 10 * time.Millisecond
	// A change of length by a pitch period: at most so much, blended over so much.
	longestPitch = 16 * rate / 1000
	seam         = 12 * rate / 1000
)

// Judge finds out what was played. It takes the processor for a while: no sound should be under way.
func (t *Trace) Judge(h Heard) Played {
	n, packets := t.samples(), t.Packets
	places := t.Mark.Places(h.sound)
	p := Played{Start: h.start}
	first, last, next, other := -1, -1, -1, 0
	for k, at := range places {
		if at < 0 || at/n >= len(packets) {
			other++
			continue
		}
		switch {
		case first < 0:
			first = at
		case at != next && other <= seam && max(at-next, next-at) <= longestPitch:
			p.Stretch += span(max(at-next, next-at))
		case at != next || other > 0:
			p.Damaged += span(damage(max(0, other-t.pause(next/n, at/n)), at-next, at%n))
		}
		next, last, other = at+1, max(last, at), 0
		if k%(rate/100) == 0 {
			p.note(k/(rate/100), h.start+span(k)-packets[at/n].Sent-span(at%n))
		}
	}
	if first >= 0 {
		p.Sound = span(last + 1 - first)
	}
	return p
}

// pause is how many samples of a sender's pause may be heard between packets from and to; it may
// come some packets too early.
func (t *Trace) pause(from, to int) (samples int) {
	const early = 10
	for i := from; i <= min(to+early, len(t.Packets)-1); i++ {
		samples += int(t.Packets[i].Pause * rate / time.Second)
	}
	return samples
}

// damage is what is wrong with samples of another sound, after which so many are left out (below 0:
// repeated). If what follows begins within a packet, its beginning is blended, and no damage.
func damage(other, left, within int) int {
	if within <= seam && left >= within {
		other, left = max(0, other-within), left-within
	}
	return max(other, left, -left)
}

// note notes a delay at a step.
func (p *Played) note(at int, delay time.Duration) {
	for len(p.Delays) < at {
		p.Delays = append(p.Delays, -1)
	}
	p.Delays = append(p.Delays, delay)
}

func span(samples int) time.Duration { return time.Duration(samples) * time.Second / rate }
