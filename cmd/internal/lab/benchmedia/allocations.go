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
