package benchmedia

import "time"

// Fixed is a buffer of one delay, on the same device as the others: a packet has to be
// there when the period in which it begins is asked for.
func Fixed(t *Trace, delay time.Duration) Outcome {
	start := t.Base + delay
	start += (period - (start-t.Phase)%period) % period // the device's next period
	o := Outcome{Path: make([]time.Duration, len(t.Arrival))}
	made := 0
	for i := range t.Arrival {
		play := start + t.Media[i]
		o.Path[i] = play - t.Sent[i] - t.Base
		if t.Lost(i) || t.Arrival[i] > play {
			o.Path[i] = -1
			made++
		}
	}
	o.Delay = mean(o.Path)
	o.MadeUp = float64(made) / float64(len(t.Arrival))
	return o.rated()
}

// BestFixed is the fixed buffer of the least delay that makes up no more than a share
// of the sound; of the greatest delay, if none does.
func BestFixed(t *Trace, madeUp float64) Outcome {
	o := Fixed(t, 0)
	for d := period; d <= time.Second && o.MadeUp > madeUp; d += period {
		o = Fixed(t, d)
	}
	return o
}

// lossShare is the share of packets that are lost, whatever the buffer.
func (t *Trace) lossShare() float64 {
	n := 0
	for i := range t.Arrival {
		if t.Lost(i) {
			n++
		}
	}
	return float64(n) / float64(len(t.Arrival))
}
