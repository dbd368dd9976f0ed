package g722

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/jitter"
	"offhook/media/mediatest"
	"offhook/media/mediatest/pesq"
)

// After a loss the decoder's state is not the encoder's: how much louder than
// anything near it is the sound then, and how soon is it right again?
func TestLost(t *testing.T) {
	for _, packets := range []int{1, 2, 3, 5} {
		t.Run(fmt.Sprint(packets), func(t *testing.T) {
			for seed := range uint64(2) {
				voice := mediatest.Voice(16000, 8*time.Second, 11+seed)
				code := encoded(t, voice)
				clean := decoded(t, Rate64, code)
				for at := 5 * 160; at < 340*160; at += 11 * 160 {
					lose(t, code, clean, at, packets)
				}
			}
		})
	}
}

// lose has packets lost from octet at on, and judges the 100 ms after them, and
// what comes half a second later.
func lose(t *testing.T, code []byte, clean media.Frame, at, packets int) {
	t.Helper()
	d, heard := newDecoder(Rate64), make(media.Frame, len(clean))
	next := at + packets*160
	end := next + 35*160
	for from := max(0, at-50*160); from < end; from += 160 {
		if from >= at && from < next {
			continue
		}
		if from == next {
			d.Lost(packets)
		}
		if _, err := d.Decode(heard[2*from:], code[from:from+160]); err != nil {
			t.Fatal(err)
		}
	}
	loudest := max(-40, mediatest.Level(clean[2*at-640:2*at]))
	for k := range 5 {
		piece := func(f media.Frame) float64 { return mediatest.Level(f[2*next+320*k:][:320]) }
		loudest = max(loudest, piece(clean))
		if l := piece(heard); l > loudest+8 {
			t.Errorf("loss of %d at %d: %d ms after it the level is %.1f dBov, %.1f dB above all near it", packets, at, 20*k, l, l-loudest)
		}
	}
	late := 2 * (next + 25*160)
	if snr := mediatest.SNR(clean[late:2*end], heard[late:2*end]); snr < 20 && mediatest.Level(clean[late:2*end]) > -45 {
		t.Errorf("loss of %d at %d: half a second later the SNR to what it should be is %.1f dB", packets, at, snr)
	}
}

// The jitter buffer conceals at 16 kHz around this decoder.
func TestConcealed(t *testing.T) {
	voice := mediatest.Voice(16000, 10*time.Second, 5)
	for name, want := range map[string]struct {
		every  int
		intact float64
	}{"no loss": {1 << 30, 0.99}, "2 %": {50, 0.9}, "10 %": {10, 0.6}} {
		heard, err := mediatest.Call{Codec: Rate64, Speech: voice, Edit: func(n int, _ *jitter.Packet) bool { return n%want.every != want.every-1 }}.Run()
		if err != nil {
			t.Fatal(err)
		}
		intact, snr := mediatest.Fidelity(voice, heard.Sound, 16000, 0, 60*time.Millisecond)
		t.Logf("%s: intact %.3f, SNR %.1f dB", name, intact, snr)
		if intact < want.intact {
			t.Errorf("%s: %.3f of the sound is intact, want %v (SNR %.1f dB)", name, intact, want.intact, snr)
		}
		if l := mediatest.Level(heard.Sound) - mediatest.Level(voice); l > 1 {
			t.Errorf("%s: %.1f dB louder than it was said", name, l)
		}
	}
}

// deaf is the codec with a decoder that nobody tells of losses.
type deaf struct{ media.Codec }

func (d deaf) NewDecoder(f media.Format) (media.Decoder, error) {
	decoder, err := d.Codec.NewDecoder(f)
	return struct{ media.Decoder }{decoder}, err
}

// What is done against a loud end of a loss costs nothing of how speech is judged.
func TestLost_quality(t *testing.T) {
	judged := func(codec media.Codec) (sum float64) {
		for i, s := range mediatest.Speakers() {
			voice := s.Say(16000, 8*time.Second)
			random := rand.New(rand.NewPCG(1, uint64(i)))
			heard, err := mediatest.Call{Codec: codec, Speech: voice, Edit: func(int, *jitter.Packet) bool { return random.IntN(20) > 0 }}.Run()
			if err != nil {
				t.Fatal(err)
			}
			score, err := pesq.WideBand(voice, heard.Sound)
			if err != nil {
				t.Fatal(err)
			}
			sum += score.MOS / float64(len(mediatest.Speakers()))
		}
		return sum
	}
	told, untold := judged(Rate64), judged(deaf{Rate64})
	t.Logf("5 %% lost: MOS %.2f, of a decoder that is not told %.2f", told, untold)
	if told < untold-0.03 {
		t.Errorf("MOS %.2f, and %.2f of a decoder that is not told of losses", told, untold)
	}
}

// After Restart the decoder is a new one.
func TestRestart(t *testing.T) {
	said := mediatest.Voice(16000, time.Second, 1)
	e, err := Rate64.NewEncoder(Rate64.Formats()[0])
	if err != nil {
		t.Fatal(err)
	}
	payload := make([]byte, len(said)/2)
	if _, err := e.Encode(payload, said); err != nil {
		t.Fatal(err)
	}
	d := newDecoder(Rate64)
	once, again := make(media.Frame, len(said)), make(media.Frame, len(said))
	if _, err := d.Decode(once, payload); err != nil {
		t.Fatal(err)
	}
	d.Restart()
	if _, err := d.Decode(again, payload); err != nil || !slices.Equal(once, again) {
		t.Error("another sound than of a new decoder", err)
	}
}
