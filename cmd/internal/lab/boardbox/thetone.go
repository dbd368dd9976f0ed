package boardbox

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"offhook/media"
	"offhook/media/mediatest"
)

const (
	toneHz  = 1004 // no divisor of 8000: 1000 Hz would have the same eight codes again and again
	otherHz = 1700 // nothing of the tone is here but what the codec makes of it
	// toneOff is how far the tone's level may be off on its way through two codecs, and
	// toneClear how far beneath it another is at least.
	toneOff   = 2.0
	toneClear = 30.0
)

// tone speaks a tone into the telephone and measures what comes back from the
// exchange: whatever the way does to it, its level is what it was.
func (x *boxed) tone(ctx context.Context) error {
	said := sine(toneHz, 3*time.Second)
	heard, err := x.converse(ctx, said, 3500*time.Millisecond)
	if err != nil {
		return err
	}
	want := mediatest.ToneLevel(said, rate, toneHz)
	best, other := clearest(heard)
	if math.Abs(best-want) > toneOff || other > best-toneClear {
		return fmt.Errorf("%d Hz came back at %.1f dB instead of %.1f dB, %d Hz at %.1f dB", toneHz, best, want, otherHz, other)
	}
	x.box.tell("      %d Hz at %.1f dB came back at %.1f dB, %d Hz %.0f dB beneath", toneHz, want, best, otherHz, best-other)
	return nil
}

// clearest is the piece in which the tone is clearest of the rest, as its level and
// that of the other. An emulated machine that is stopped for a moment breaks the tone
// off: what is between such holes is what the telephone does.
func clearest(heard media.Frame) (tone, other float64) {
	const piece = rate / 5
	tone, other = math.Inf(-1), 0
	for at := 0; at+piece <= len(heard); at += piece / 4 {
		t, o := mediatest.ToneLevel(heard[at:at+piece], rate, toneHz), mediatest.ToneLevel(heard[at:at+piece], rate, otherHz)
		if t > -40 && t-o > tone-other || math.IsInf(tone, -1) {
			tone, other = t, o
		}
	}
	return tone, other
}

func sine(hz float64, d time.Duration) media.Frame {
	f := make(media.Frame, int(d*rate/time.Second))
	for i := range f {
		f[i] = int16(math.Round(8000 * math.Sin(2*math.Pi*hz*float64(i)/rate)))
	}
	return f
}

// speech is a voice and a tone, there and back.
func (x *boxed) speech(ctx context.Context) error { return errors.Join(x.echo(ctx), x.tone(ctx)) }
