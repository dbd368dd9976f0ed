package engine

import (
	"testing"
	"time"

	"offhook/media"
	"offhook/media/cn"
	"offhook/media/jitter"
	"offhook/media/mediatest"
	"offhook/media/opus"
	"offhook/media/session"
)

// Packets of Opus without sound are silence, which sounds as before.
func TestReceiver_Opus_without_sound(t *testing.T) {
	const rate, n = 16000, 320
	codec, err := opus.New(opus.Config{Complexity: 2})
	if err != nil {
		t.Fatal(err)
	}
	f := codec.Formats()[0]
	r, err := newReceiver([]media.Format{f}, session.Spec{}, Config{SampleRate: rate, Period: n, Codecs: []media.Codec{codec}})
	if err != nil {
		t.Fatal(err)
	}
	encoder, err := codec.NewEncoder(f)
	if err != nil {
		t.Fatal(err)
	}
	said := mediatest.Voice(rate, time.Second, 1)
	room := make(media.Frame, len(said))
	g := cn.NewGenerator(rate, 5)
	g.Set(cn.Noise{Level: 52})
	_ = g.ReadFrame(room)
	clear(said[len(said)/2:])
	for i, s := range room {
		said[i] += s
	}
	payload, heard := make([]byte, 1200), make(media.Frame, 0, 4*rate)
	frame := make(media.Frame, n)
	for k := range 150 {
		size := 1
		if k < 50 {
			if size, err = encoder.Encode(payload, said[k*n:(k+1)*n]); err != nil {
				t.Fatal(err)
			}
		}
		now := time.Duration(k) * 20 * time.Millisecond
		r.put(&jitter.Packet{Sequence: uint16(k), Timestamp: uint32(k * 960), SSRC: 1, PayloadType: f.PayloadType, Payload: payload[:size], Arrival: now})
		r.read(frame, now)
		heard = append(heard, frame...)
	}
	want := mediatest.Level(heard[45*n : 50*n])
	for k := 54; k < 95; k += 5 {
		if level := mediatest.Level(heard[k*n : (k+5)*n]); level < want-6 || level > want+4 {
			t.Errorf("%d ms: noise of %.1f dB, %.1f dB before", k*20, level, want)
		}
	}
	if c := r.buffer.Counters(); c.Lost+c.Discarded+c.Late > 0 || c.Concealed > 0 {
		t.Errorf("%+v", c)
	}
	if level := mediatest.Level(heard[140*n:]); level > -100 { // it refreshes its noise at least each 400 ms, or is gone
		t.Errorf("noise of %.1f dB two seconds after the last sound", level)
	}
}

// What is loud before it stops was no pause.
func TestNoise_of_no_pause(t *testing.T) {
	const rate, n = 16000, 160
	for _, test := range []struct {
		level uint8
		want  bool
	}{{20, false}, {50, true}, {90, false}} {
		filler := newNoise(rate, n, true)
		g := cn.NewGenerator(rate, 1)
		g.Set(cn.Noise{Level: test.level})
		chunk := make(media.Frame, n)
		for range 30 {
			_ = g.ReadFrame(chunk)
			filler.fill(chunk, jitter.Played)
		}
		for range 10 {
			clear(chunk)
			filler.fill(chunk, jitter.Empty)
		}
		if level := mediatest.Level(chunk); (level > -100) != test.want {
			t.Errorf("after sound of -%d dB: %.1f dB", test.level, level)
		}
	}
}

// A description that is malformed changes nothing; the next sound ends the noise.
func TestNoise_described(t *testing.T) {
	const rate, n = 8000, 80
	filler := newNoise(rate, n, false)
	chunk := make(media.Frame, n)
	fill := func(kind jitter.Playout, chunks int) float64 {
		for range chunks {
			clear(chunk)
			filler.fill(chunk, kind)
		}
		return mediatest.Level(chunk)
	}
	filler.describe(nil)
	if level := fill(jitter.Empty, 5); level > -127 {
		t.Errorf("%.1f dB of no description", level)
	}
	filler.describe([]byte{50})
	if level := fill(jitter.Empty, 5); level < -53 || level > -47 {
		t.Errorf("%.1f dB, want -50", level)
	}
	if level := fill(jitter.Played, 3); level > -127 {
		t.Errorf("%.1f dB of noise in speech", level)
	}
}
