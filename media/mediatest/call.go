package mediatest

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"offhook/media"
	"offhook/media/jitter"
)

// Call is one direction of a call in virtual time: Speech is cut into packets,
// carried, and played by a jitter.Buffer. There is no clock: it is a pure function.
type Call struct {
	Codec  media.Codec
	Speech media.Frame   // at the codec's sample rate
	Link   *Link         // nil: perfect
	Period time.Duration // of the device that plays; 0 means 10 ms
	Phase  time.Duration // of its first frame after the first packet was sent
	Skew   float64       // of the sender's clock: 1e-4 is 100 ppm too slow

	// Edit may change, drop (by false) or delay packet n before it is put; nil: none does.
	Edit func(n int, p *jitter.Packet) bool
	// Buffer's format and decoder are filled in.
	Buffer jitter.Config
}

// Heard is what came of a Call.
type Heard struct {
	Sound    media.Frame
	Kinds    []jitter.Playout // of each period
	Delays   []time.Duration  // of the buffer, at each period
	Counters jitter.Counters
}

// Run plays the call to the end of the speech.
func (c Call) Run() (Heard, error) {
	format := c.Codec.Formats()[0]
	packets, err := c.packets(format)
	if err != nil {
		return Heard{}, err
	}
	cfg := c.Buffer
	cfg.Format = format
	if cfg.Decoder, err = c.Codec.NewDecoder(format); err != nil {
		return Heard{}, err
	}
	return c.play(jitter.New(cfg), format, packets), nil
}

func (c Call) play(b *jitter.Buffer, format media.Format, packets []jitter.Packet) Heard {
	period := cmp.Or(c.Period, 10*time.Millisecond)
	n := int(period * time.Duration(format.SampleRate) / time.Second)
	frames := len(c.Speech)/n + 1
	h := Heard{Sound: make(media.Frame, frames*n)}
	for i := range frames {
		now := format.PTime + c.Phase + time.Duration(i)*period
		for len(packets) > 0 && packets[0].Arrival <= now {
			b.Put(&packets[0])
			packets = packets[1:]
		}
		h.Kinds = append(h.Kinds, b.Get(h.Sound[i*n:(i+1)*n], now))
		h.Delays = append(h.Delays, b.Counters().Delay)
	}
	h.Counters = b.Counters()
	return h
}

// packets makes what arrives, in the order of arrival.
func (c Call) packets(format media.Format) ([]jitter.Packet, error) {
	encoder, err := c.Codec.NewEncoder(format)
	if err != nil {
		return nil, err
	}
	link := c.Link
	if link == nil {
		link = new(Link)
	}
	path := Path{Link: link}
	n := int(format.PTime * time.Duration(format.SampleRate) / time.Second)
	ticks := uint32(n * format.ClockRate / format.SampleRate)
	var packets []jitter.Packet
	for i := 0; (i+1)*n <= len(c.Speech); i++ {
		payload := make([]byte, 2*n)
		size, err := encoder.Encode(payload, c.Speech[i*n:(i+1)*n])
		if err != nil {
			return nil, fmt.Errorf("packet %d: %w", i, err)
		}
		sent := time.Duration(float64(i+1) * float64(format.PTime) * (1 + c.Skew))
		arrival, copies := path.Carry(uint64(i), sent)
		p := jitter.Packet{
			Sequence: uint16(i) + 65500, Timestamp: uint32(i)*ticks - 16000, SSRC: 0x0ff1ce,
			PayloadType: format.PayloadType, Marker: i == 0, Payload: payload[:size], Arrival: arrival,
		}
		if copies > 0 && c.Edit != nil && !c.Edit(i, &p) {
			continue
		}
		for range copies {
			packets = append(packets, p)
		}
	}
	slices.SortStableFunc(packets, func(a, b jitter.Packet) int { return cmp.Compare(a.Arrival, b.Arrival) })
	return packets, nil
}

// Quantile is the q-th (0..1) of some durations.
func Quantile(d []time.Duration, q float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	s := slices.Clone(d)
	slices.Sort(s)
	return s[int(q*float64(len(s)-1)+0.5)]
}
