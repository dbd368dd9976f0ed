package benchmedia

import (
	"encoding/binary"
	"fmt"
	"time"

	"offhook/media"
	"offhook/media/g711"
	"offhook/media/jitter"
)

// Heard is what media/jitter made of a trace.
type Heard struct {
	Outcome
	Delays   []time.Duration // at each period; below 0: nothing that was said was heard
	Made     []time.Duration // of each period, made up
	Kinds    []jitter.Playout
	Sound    media.Frame
	Counters jitter.Counters
	Start    time.Duration // of the first period
}

// numbered is a G.711 decoder of payloads that begin with their packet's number, and
// adds up what was not heard as it was said. Sound made up for sound that was left
// out is one damage, not two.
type numbered struct {
	media.Decoder
	buffer  *jitter.Buffer
	trace   *Trace
	next    uint32        // packet
	before  time.Duration // made up up to the last packet
	damaged time.Duration
}

func (d *numbered) Decode(dst media.Frame, payload []byte) (int, error) {
	i := binary.BigEndian.Uint32(payload)
	now := madeUp(d.buffer.Counters())
	if d.next > 0 {
		made := now - d.before
		if d.trace.Pause(int(i)) > 0 { // what is heard in a pause stands for nothing
			made = 0
		}
		d.damaged += max(made, time.Duration(i-d.next)*d.trace.PTime)
	}
	d.next, d.before = i+1, now
	return d.Decoder.Decode(dst, payload[4:])
}

func madeUp(c jitter.Counters) time.Duration { return c.Concealed + c.Waited + c.Silent }

// Ours plays a trace of speech by media/jitter.
func Ours(t *Trace, speech media.Frame) (Heard, error) {
	law := g711.PCMA
	format := law.Formats()[0]
	decoder, err := law.NewDecoder(format)
	if err != nil {
		return Heard{}, err
	}
	encoder, err := law.NewEncoder(format)
	if err != nil {
		return Heard{}, err
	}
	n := samples(t.PTime)
	if len(speech) < n*len(t.Arrival) {
		return Heard{}, fmt.Errorf("%d samples of speech for %d packets", len(speech), len(t.Arrival))
	}
	listener := &numbered{Decoder: decoder, trace: t}
	listener.buffer = jitter.New(jitter.Config{Format: format, Decoder: listener})
	o := ours{t: t, listener: listener, buffer: listener.buffer}
	payload := make([]byte, 4+2*n)
	put := func(i int) error {
		binary.BigEndian.PutUint32(payload, uint32(i))
		size, err := encoder.Encode(payload[4:], speech[i*n:(i+1)*n])
		p := t.header(i)
		p.Payload, p.Arrival = payload[:4+size], t.Arrival[i]
		o.buffer.Put(&p)
		return err
	}
	return o.play(put)
}

// otherStart is what the timestamps of another source are ahead: more than any trace is long.
const otherStart = 1 << 30

// header is packet i without its sound.
func (t *Trace) header(i int) jitter.Packet {
	p := jitter.Packet{Sequence: uint16(i), Timestamp: uint32(samples(t.Media[i])), SSRC: 1, Marker: i == 0 || t.Pause(i) > 0}
	if t.Source > 0 && i >= t.Source {
		p.SSRC, p.Sequence, p.Timestamp = 2, p.Sequence+40000, p.Timestamp+otherStart
	}
	return p
}

func samples(d time.Duration) int { return int(d * 8000 / time.Second) }

// ours is a run of media/jitter.
type ours struct {
	t        *Trace
	buffer   *jitter.Buffer
	listener *numbered
	run      Heard
	made     time.Duration // so far
}

func (o *ours) play(put func(int) error) (Heard, error) {
	order := o.t.Order()
	n := samples(period)
	frame := make(media.Frame, n)
	now := o.t.Phase
	end := o.t.Sent[len(o.t.Sent)-1] + o.t.Base
	for ; now < end; now += period {
		for len(order) > 0 && o.t.Arrival[order[0]] <= now {
			if err := put(order[0]); err != nil {
				return Heard{}, err
			}
			order = order[1:]
		}
		kind := o.buffer.Get(frame, now)
		if len(o.run.Kinds) == 0 && kind == jitter.Empty {
			continue
		}
		if len(o.run.Kinds) == 0 {
			o.run.Start = now
		}
		o.run.Kinds = append(o.run.Kinds, kind)
		made := madeUp(o.buffer.Counters()) - o.made
		o.made += made
		o.run.Made = append(o.run.Made, made)
		o.run.Sound = append(o.run.Sound, frame...)
		delay := time.Duration(-1)
		if position, heard := o.buffer.Position(); heard && made == 0 && kind != jitter.Empty {
			delay = o.delay(now+period, position)
		}
		o.run.Delays = append(o.run.Delays, delay)
	}
	return o.judge(), nil
}

// delay is that of the sound before a position, which is heard up to a time, beyond the fastest packet.
func (o *ours) delay(now time.Duration, position uint32) time.Duration {
	const sample = time.Second / 8000
	at := int(int32(position))
	if at >= otherStart/2 {
		at -= otherStart
	}
	place := time.Duration(at) * sample
	i := o.t.packetAt(place - sample)
	if i < 0 {
		return -1
	}
	return now - o.t.Sent[i] - (place - o.t.Media[i]) - o.t.Base
}

func (o *ours) judge() Heard {
	r := &o.run
	c := o.buffer.Counters()
	played := min(o.t.spoken(), time.Duration(len(r.Kinds))*period)
	r.Counters = c
	r.Delay = mean(r.Delays)
	r.MadeUp = float64(o.listener.damaged) / float64(played)
	r.Stretched = float64(c.Expanded-c.Waited+c.Accelerated) / float64(played)
	r.Outcome = r.rated()
	return *r
}
