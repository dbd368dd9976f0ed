//go:build interop

package interop

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/dsp"
	"offhook/media/g711"
	"offhook/media/g722"
	"offhook/media/l16"
	"offhook/media/mediatest"
	"offhook/media/mediatest/pesq"
	"offhook/media/opus"
)

// sentence is how long speech is that is said again and again: short enough for
// many rows, and long enough for P.862.
const sentence = 6 * time.Second

// voices say what differs, so that none is taken for the other.
var (
	ourVoice   = mediatest.Speakers()[0]
	theirVoice = mediatest.Speakers()[1]
)

// codecCase is a codec with what each program calls it.
type codecCase struct {
	name string // on offhook's and on the wire's side, as in a table
	ours string // in an account
	bare string // baresip's
	bank string // Asterisk's
	pj   string // pjsua's, whose L16 has 44.1 kHz
	line string // Linphone's, whose L16 is the same
	card int    // Hz of offhook's sound card
	far  int    // Hz of the far end's
	self media.Codec
}

// wide tells which scale of P.862 judges it.
func (c codecCase) wide() bool { return c.card > 8000 }

func codecCases(t *testing.T) []codecCase {
	t.Helper()
	voice, err := opus.New(opus.Config{SampleRate: 16000, Complexity: 5})
	must(t, err)
	return []codecCase{
		{"PCMA", "pcma", "PCMA/8000/1", "alaw", "PCMA/8000/1", "PCMA", 8000, 8000, g711.PCMA},
		{"PCMU", "pcmu", "PCMU/8000/1", "ulaw", "PCMU/8000/1", "PCMU", 8000, 8000, g711.PCMU},
		{"G722", "g722", "G722/16000/1", "g722", "G722/16000/1", "G722", 16000, 16000, g722.Rate64},
		{"opus", "opus", "opus/48000/1", "opus", "opus/48000/2", "opus", 16000, 48000, voice},
		{"L16", "l16", "L16/16000/1", "slin16", "", "", 16000, 16000, l16.Wide},
	}
}

// modeCase is a way to protect sound, from both sides.
type modeCase struct {
	name    string
	account []string // fields of offhook's
	bare    string   // of baresip's account
	calling string   // suites: of calls that offhook makes
	called  string   // and of those that it gets
}

func modeCases() []modeCase {
	return []modeCase{
		{"RTP", []string{"srtp: off"}, "", "", ""},
		{"SDES mandatory", []string{"srtp: mandatory"}, ";mediaenc=srtp-mand", gcm, cm},
		{"SDES optional", []string{"srtp: optional"}, ";mediaenc=srtp", gcm, cm},
		{"DTLS", []string{"srtp: mandatory", "srtp-keying: [dtls]"}, ";mediaenc=dtls_srtp", gcm, cm},
	}
}

// said is one round of a voice, at a rate.
var said = func() func(v mediatest.Speaker, rate int) media.Frame {
	var mu sync.Mutex
	kept := map[string]media.Frame{}
	return func(v mediatest.Speaker, rate int) media.Frame {
		mu.Lock()
		defer mu.Unlock()
		key := fmt.Sprint(v, rate)
		if _, ok := kept[key]; !ok {
			kept[key] = resampled(v.Say(48000, sentence), 48000, rate)
		}
		return kept[key]
	}
}()

func resampled(f media.Frame, from, to int) media.Frame {
	if from == to {
		return f
	}
	r := dsp.NewResampler(from, to)
	out := make(media.Frame, len(f)*to/from+to)
	out = out[:r.Process(out, f)]
	want := int(int64(len(f)) * int64(to) / int64(from))
	for len(out) < want { // what the filter still holds
		out = append(out, 0)
	}
	return out[:want]
}

// verdict is what became of speech on its way.
type verdict struct {
	MOS   float64
	Lag   time.Duration // later than the reference, 0 to a sentence
	Level float64       // dB louder
	Alike float64       // correlation within the telephone's band
	From  int           // where it is in all that was heard
	Bent  time.Duration // of it, moved or made up by our play-out

	Pieces float64 // how alike they are, where it is bent
}

func (v verdict) String() string {
	if v.Bent > bent {
		return fmt.Sprintf("bent by %v, pieces %.0f %% alike, MOS %.2f, %+.1f dB", v.Bent, 100*v.Pieces, v.MOS, v.Level)
	}
	return fmt.Sprintf("MOS %.2f, %+.1f dB, %.0f %% alike", v.MOS, v.Level, 100*v.Alike)
}

var errNothing = errors.New("nothing of the speech is heard")

// judge compares one round of what was heard with the voice that goes round and
// round: heard begins anywhere in it.
func judge(v mediatest.Speaker, heard media.Frame, rate int, wide bool) (verdict, error) {
	to := 8000
	if wide {
		to = 16000
	}
	heard = resampled(heard, rate, to)
	round := said(v, to)
	twice := slices.Repeat(round, 2)
	lag, alike := mediatest.Delay(heard, twice, to) // heard begins so far into the round
	if alike < 0.3 {
		return verdict{Alike: alike}, fmt.Errorf("%w: it is %.0f %% alike, at %.0f dB", errNothing, 100*alike, mediatest.Level(heard))
	}
	at := ((samples(lag, to) % len(round)) + len(round)) % len(round)
	reference := twice[at:min(len(twice), at+len(heard))]
	out := verdict{Lag: time.Duration(at) * time.Second / time.Duration(to), Alike: alike, Level: mediatest.Level(heard) - mediatest.Level(reference)}
	var score pesq.Score
	var err error
	if wide {
		score, err = pesq.WideBand(reference, heard)
	} else {
		score, err = pesq.NarrowBand(reference, heard, to)
	}
	out.MOS = score.MOS
	return out, err
}

// alone is what the codec does to the voice with no network and no clock: the
// best that a call can be.
func (c codecCase) alone(t *testing.T, v mediatest.Speaker) float64 { return c.after(t, v, 1) }

// after is what is left when it was coded so often, one time after another.
func (c codecCase) after(t *testing.T, v mediatest.Speaker, times int) float64 {
	t.Helper()
	rate := c.self.Formats()[0].SampleRate
	sound := slices.Repeat(said(v, rate), 2)
	for range times {
		sound = c.coded(t, sound)
	}
	from := len(sound) / 4
	verdict, err := judge(v, sound[from:from+samples(sentence, rate)], rate, c.wide())
	must(t, err)
	return verdict.MOS
}

// coded is the sound when it was coded and decoded.
func (c codecCase) coded(t *testing.T, sound media.Frame) media.Frame {
	t.Helper()
	format := c.self.Formats()[0]
	encoder, err := c.self.NewEncoder(format)
	must(t, err)
	decoder, err := c.self.NewDecoder(format)
	must(t, err)
	frame := samples(format.PTime, format.SampleRate)
	packet, block := make([]byte, 4096), make(media.Frame, 4*frame)
	var out media.Frame
	for ; len(sound) >= frame; sound = sound[frame:] {
		n, err := encoder.Encode(packet, sound[:frame])
		must(t, err)
		n, err = decoder.Decode(block, packet[:n])
		must(t, err)
		out = append(out, block[:n]...)
	}
	return out
}

// worseBy is how much below the codec alone a call may be judged: play-out that
// adapts a little in the six seconds that are heard costs up to 0.2.
const worseBy = 0.3

// bent is how much of a sentence play-out moves before P.862 has no say of it:
// 40 ms cost Opus 0.2, 360 ms 2.2, with no word lost. A far end that waited for a
// processor sends so late; whether play-out did right is for its own benchmark.
// Such a sentence must have pieces as like as this; the codecs have 0.98, a wrong
// key, rate or byte order less than 0.6.
const (
	bent     = 25 * time.Millisecond
	alikeAll = 0.9
)

// check is the verdict's verdict; louder is by how many dB a far end is.
func (v verdict) check(alone, louder float64) error {
	switch {
	case v.Bent > bent && v.Pieces < alikeAll:
		return fmt.Errorf("its pieces are %.0f %% alike, bent by %v", 100*v.Pieces, v.Bent)
	case v.Bent <= bent && v.MOS < alone-worseBy:
		return fmt.Errorf("it has MOS %.2f; the codec alone has %.2f", v.MOS, alone)
	case math.Abs(v.Level-louder) > levelWithin:
		return fmt.Errorf("it came %+.1f dB louder than it was said", v.Level)
	}
	return nil
}
