package benchmedia

import (
	"math"
	"runtime"
	"time"

	"offhook/media"
	"offhook/media/g711"
	"offhook/media/jitter"
	"offhook/media/mediatest"
)

// curve is the Bark spectral distortion (mediatest.Bark) at a share of lost packets, by
// what is played in place of them.
type curve struct {
	loss                    float64
	ours, repeated, silence float64
}

// quality measures speech by G.711 with more and more loss, in bursts of 1.5 packets.
func quality(voice media.Frame) ([]curve, error) {
	var curves []curve
	for _, loss := range []float64{0, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2} {
		n := Network{"loss", true, func(p *path) { p.lose(loss, 1.5) }}
		t := n.Record(103)
		h, err := Ours(t, voice)
		if err != nil {
			return nil, err
		}
		c := curve{loss: loss, ours: h.distortion(t, voice)}
		c.repeated, c.silence = simple(t, voice)
		curves = append(curves, c)
	}
	return curves, nil
}

// distortion compares each period with what was said, wherever it is played. In a
// pause of play-out, and where sound was left out, place is that of the period before.
func (h *Heard) distortion(t *Trace, voice media.Frame) float64 {
	bark := mediatest.NewBark(8000)
	n, w := samples(period), bark.Window()
	delay := time.Duration(0)
	for k, d := range h.Delays {
		if d >= 0 {
			delay = d
		}
		said := samples(h.Start + time.Duration(k)*period - delay - t.Base)
		if said >= 0 && said+w <= len(voice) && k*n+w <= len(h.Sound) {
			bark.Add(voice[said:said+w], h.Sound[k*n:k*n+w])
		}
	}
	return bark.Distortion()
}

// simple is what the same losses do when the last packet is repeated, or nothing
// is played.
func simple(t *Trace, voice media.Frame) (repeated, silence float64) {
	n := samples(ptime)
	again, none := make(media.Frame, len(t.Sent)*n), make(media.Frame, len(t.Sent)*n)
	for i := range t.Sent {
		last := again[max(0, i-1)*n:][:n]
		if !t.Lost(i) {
			last = voice[i*n : (i+1)*n]
			copy(none[i*n:], last)
		}
		copy(again[i*n:], last)
	}
	compare := func(heard media.Frame) float64 {
		bark := mediatest.NewBark(8000)
		for at := 0; at+bark.Window() <= len(heard); at += samples(period) {
			bark.Add(voice[at:at+bark.Window()], heard[at:at+bark.Window()])
		}
		return bark.Distortion()
	}
	return compare(again), compare(none)
}

// allocations is how often a step of the buffer allocates: a packet put and its sound got,
// with jitter and loss.
func allocations(voice media.Frame) (float64, error) {
	format := g711.PCMA.Formats()[0]
	decoder, err := g711.PCMA.NewDecoder(format)
	if err != nil {
		return 0, err
	}
	encoder, err := g711.PCMA.NewEncoder(format)
	if err != nil {
		return 0, err
	}
	const steps = 5000
	n := samples(ptime)
	payload := make([]byte, steps*n)
	if _, err := encoder.Encode(payload, voice[:steps*n]); err != nil {
		return 0, err
	}
	b := jitter.New(jitter.Config{Format: format, Decoder: decoder})
	frame := make(media.Frame, samples(period))
	link := mediatest.NewLink(mediatest.Impairment{Jitter: 30 * ms, Loss: 0.02, Seed: 1})
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for i := range steps {
		now := time.Duration(i) * ptime
		if drop, late, _ := link.Fate(uint64(i)); !drop {
			b.Put(&jitter.Packet{Sequence: uint16(i), Timestamp: uint32(i * n), Payload: payload[i*n : (i+1)*n], Arrival: now + late})
		}
		b.Get(frame, now)
		b.Get(frame, now+period)
	}
	runtime.ReadMemStats(&after)
	// The runtime itself may do something meanwhile: hundredths count.
	return math.Floor(100*float64(after.Mallocs-before.Mallocs)/steps) / 100, nil
}
