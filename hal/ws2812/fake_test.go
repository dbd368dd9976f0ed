package ws2812

import (
	"errors"
	"sync"
	"testing"
	"time"

	"periph.io/x/conn/v3"
	"periph.io/x/conn/v3/physic"
	"periph.io/x/conn/v3/spi"
)

// lights is a strip at the other end of the wire, strict: it measures every high
// and low, and a time that the datasheet does not allow fails the test.
type lights struct {
	t *testing.T

	mu     sync.Mutex
	rate   physic.Frequency
	shown  [][3]byte // as they came: green, red, blue
	frames int
	closed bool
	broken error
}

var errBroken = errors.New("input/output error")

func (l *lights) String() string      { return "fake" }
func (l *lights) Duplex() conn.Duplex { return conn.Full }

func (l *lights) Connect(f physic.Frequency, mode spi.Mode, bits int) (spi.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.rate != 0 || mode != spi.Mode0 || bits != 8 {
		l.t.Errorf("connected with %s, %s, %d bits", f, mode, bits)
	}
	l.rate = f
	return l, l.broken
}

func (l *lights) LimitSpeed(physic.Frequency) error {
	l.t.Error("a speed other than that of the bits")
	return nil
}

func (l *lights) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		l.t.Error("closed twice")
	}
	l.closed = true
	return nil
}

func (l *lights) TxPackets([]spi.Packet) error {
	return errors.New("a pause between two packets is a wrong bit")
}

func (l *lights) Tx(w, r []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || l.rate == 0 || len(r) > 0 || len(w) > 4096 {
		l.t.Errorf("closed %v, at %s: %d bytes out, %d in", l.closed, l.rate, len(w), len(r))
	}
	if l.broken != nil {
		return l.broken
	}
	l.receive(w)
	l.frames++
	return nil
}

// run is how long the line stays at a level.
type run struct {
	high bool
	long time.Duration
}

func (l *lights) runs(w []byte) (all []run) {
	for i := range 8 * len(w) {
		high := w[i/8]>>(7-i%8)&1 == 1
		if len(all) == 0 || all[len(all)-1].high != high {
			all = append(all, run{high: high})
		}
		all[len(all)-1].long += l.rate.Period()
	}
	return all
}

func near(d, want time.Duration) bool {
	return d >= want-150*time.Nanosecond && d <= want+150*time.Nanosecond
}

// receive reads the line as the lights do (WS2812B datasheet).
func (l *lights) receive(w []byte) {
	const reset = 280 * time.Microsecond
	all := l.runs(w)
	if len(all) < 3 {
		l.t.Errorf("no bits: %v", all)
		return
	}
	if all[0].high || all[0].long < reset || all[len(all)-1].high || all[len(all)-1].long < reset {
		l.t.Errorf("no rest before or after the bits: %v, %v", all[0], all[len(all)-1])
		return
	}
	var bits []byte
	for i := 1; i < len(all); i += 2 {
		high, low := all[i].long, all[i+1].long
		last := i+2 == len(all)
		switch {
		case near(high, 400*time.Nanosecond) && (last || near(low, 850*time.Nanosecond)):
			bits = append(bits, 0)
		case near(high, 800*time.Nanosecond) && (last || near(low, 450*time.Nanosecond)):
			bits = append(bits, 1)
		default:
			l.t.Errorf("high for %s and low for %s is no bit", high, low)
		}
	}
	if len(bits)%24 != 0 {
		l.t.Errorf("%d bits", len(bits))
		return
	}
	for n := range len(bits) / 24 {
		var light [3]byte
		for i, b := range bits[24*n : 24*n+24] {
			light[i/8] = light[i/8]<<1 | b
		}
		if n == len(l.shown) {
			l.shown = append(l.shown, light)
		}
		l.shown[n] = light // what is not sent to goes on as it was
	}
}

func (l *lights) at(n int) [3]byte {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n >= len(l.shown) {
		return [3]byte{}
	}
	return l.shown[n]
}
