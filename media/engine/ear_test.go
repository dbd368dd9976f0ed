package engine

import (
	"testing"
	"time"

	"offhook/media"
	"offhook/media/dtmf"
	"offhook/media/tone"
)

// Our own digits, come back by the far end's loudspeaker and microphone, are none
// of theirs; what they press after that is.
func TestEar_does_not_hear_what_we_dial(t *testing.T) {
	const rate, period = 8000, 80
	found := make(chan dtmf.Digit, 8)
	e := newEar(Config{SampleRate: rate, Period: period}, func(d dtmf.Digit) { found <- d })
	defer e.close()
	say := func(digit rune, d time.Duration, dialling bool) {
		g := tone.NewGenerator(rate)
		g.Set(tone.DTMFHeld(digit))
		f := make(media.Frame, period)
		for ; d > 0; d -= period * time.Second / rate {
			_ = g.ReadFrame(f)
			e.listen(f, dialling)
		}
	}
	say('7', 100*time.Millisecond, true)
	say('7', 200*time.Millisecond, false) // the room's echo
	say('4', 300*time.Millisecond, false)
	say('1', 100*time.Millisecond, false)
	if d := <-found; d.Digit != '4' || d.Duration > 250*time.Millisecond {
		t.Errorf("found %+v", d)
	}
	if e.pipe.lost.Load() > 0 {
		t.Error("samples lost")
	}
}

func TestPipe(t *testing.T) {
	p := newPipe(6)
	in, out := media.Frame{1, 2, 3, 4, 5}, make(media.Frame, 8)
	for round := range 10 { // over the end, too
		if !p.push(in) || p.push(in) || p.held() != 5 || p.room() != 3 {
			t.Fatalf("round %d: %d held, %d free", round, p.held(), p.room())
		}
		if n := p.pull(out[:2]); n != 2 || out[0] != 1 || out[1] != 2 {
			t.Fatal(n, out)
		}
		if n := p.pull(out); n != 3 || out[0] != 3 || out[2] != 5 {
			t.Fatal(n, out)
		}
		if !p.pushPair(in[:3], in[2:]) || p.pull(out) != 6 || out[0] != 1 || out[1] != 3 || out[4] != 3 || out[5] != 5 {
			t.Fatal(out)
		}
	}
	if p.lost.Load() != 50 {
		t.Error(p.lost.Load())
	}
}
