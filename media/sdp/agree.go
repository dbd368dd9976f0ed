package sdp

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"offhook/media"
)

// Agreed is what an offer and its answer came to, as seen from here.
type Agreed struct {
	Remote        Remote
	Direction     media.Direction
	Send          media.Format   // with the far end's payload type and packet time
	SendEvents    media.Format   // zero ClockRate: none
	Receive       []media.Format // with this side's payload types
	ReceiveEvents media.Format   // zero ClockRate: none
	// What goes along with the codec, if both sides have it: comfort noise in
	// pauses (RFC 3389), redundancy (RFC 2198). Zero ClockRate: none.
	SendNoise, ReceiveNoise         media.Format
	SendRedundant, ReceiveRedundant media.Format
}

// choose finds the codec of an answer, with the offer's payload type.
// RFC 3264 §6.1 recommends the offerer's order; one codec in the answer keeps
// the far end from changing it in mid-stream.
func (l Local) choose(remote Remote) media.Format {
	for _, theirs := range remote.Formats {
		for _, ours := range l.Formats {
			if SameCodec(theirs, ours) && !auxiliary(theirs) {
				ours.PayloadType = theirs.PayloadType
				return ours
			}
		}
	}
	return media.Format{}
}

// agree finds the codecs in common; formats are ours as described.
func agree(remote Remote, local Local, formats []media.Format) (Agreed, error) {
	a := Agreed{Remote: remote, Direction: remote.Direction.Reverse() & local.Direction}
	if theirs := remote.Addr.Addr(); !theirs.IsUnspecified() && local.Addr.IsValid() && !local.AnyFamily && theirs.Is4() != local.Addr.Unmap().Is4() {
		return a, fmt.Errorf("%w: it is at %s, this telephone at %s", ErrFamily, theirs, local.Addr)
	}
	for _, theirs := range remote.Formats {
		for _, ours := range formats {
			if !SameCodec(theirs, ours) || auxiliary(theirs) {
				continue
			}
			if !slices.Contains(a.Receive, ours) { // theirs may list it twice
				a.Receive = append(a.Receive, ours)
			}
			if a.Send.Encoding == "" {
				a.Send = ours
				a.Send.PayloadType, a.Send.FMTP = theirs.PayloadType, theirs.FMTP
				a.Send.PTime = packable(a.Send, packetTime(remote, local))
			}
		}
	}
	if a.Send.Encoding == "" {
		return a, noCodec(remote, local)
	}
	a.SendEvents = events(remote.Formats, formats, a.Send.ClockRate)
	a.ReceiveEvents = events(formats, remote.Formats, a.Send.ClockRate)
	a.SendNoise, a.ReceiveNoise = companions(ComfortNoise, remote.Formats, formats, a.Send.ClockRate)
	a.SendRedundant, a.ReceiveRedundant = companions(Redundancy, remote.Formats, formats, a.Send.ClockRate)
	return a, nil
}

// events picks the telephone-event that both sides know, with the codec's
// clock rate if there is one (RFC 4733 §2.1 wants them equal).
func events(from, other []media.Format, clockRate int) (found media.Format) {
	for _, f := range from {
		for _, o := range other {
			if f.Encoding == TelephoneEvent && SameCodec(f, o) && (found.ClockRate == 0 || f.ClockRate == clockRate) {
				found = f
			}
		}
	}
	return found
}

// packetTime is the far end's wish, else ours, within what it bears and what
// the engine makes: 10 to 60 ms in steps of 10.
func packetTime(remote Remote, local Local) time.Duration {
	const step = 10 * time.Millisecond
	wish := remote.PTime
	if wish == 0 {
		wish = local.PTime
	}
	if wish == 0 {
		wish = 20 * time.Millisecond
	}
	if remote.MaxPTime > 0 {
		wish = min(wish, remote.MaxPTime)
	}
	return min(max(wish.Truncate(step), step), 6*step)
}

// packable is the packet time of a format that comes next to a wish: Opus has no
// frames of 30 and 50 ms (RFC 6716 §2.1.4), and L16 is to fit an Ethernet frame.
func packable(f media.Format, wish time.Duration) time.Duration {
	const step = 20 * time.Millisecond
	if f.Encoding == encodingOpus && wish > step {
		return wish.Truncate(step)
	}
	if f.Encoding == encodingL16 {
		bytesPerSecond := 2 * max(f.ClockRate, 1) * max(f.Channels, 1)
		fits := time.Second * l16Payload / time.Duration(bytesPerSecond)
		return min(wish, max(fits.Truncate(10*time.Millisecond), 10*time.Millisecond))
	}
	return wish
}

func noCodec(remote Remote, local Local) error {
	return fmt.Errorf("%w: it offers %s, this telephone has %s", ErrNoCodec, names(remote.Formats), names(local.Formats))
}

// unexplained gives meaning to dynamic payload types that an answer lists
// without an rtpmap: they are the offer's.
func unexplained(m Media, remote Remote, offered []media.Format) []media.Format {
	var formats []media.Format
	for _, text := range m.Formats {
		for _, f := range offered {
			if text != strconv.Itoa(int(f.PayloadType)) || f.PayloadType < 96 || explained(remote.Formats, f.PayloadType) {
				continue
			}
			f.FMTP = ""
			formats = append(formats, f)
		}
	}
	return formats
}

func explained(formats []media.Format, payloadType uint8) bool {
	for _, f := range formats {
		if f.PayloadType == payloadType {
			return true
		}
	}
	return false
}
