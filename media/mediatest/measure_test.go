package mediatest_test

import (
	"bytes"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/g711"
	"offhook/media/mediatest"
)

// delayed is f later by d, at another gain, coded in A-law and with the ends cut.
func delayed(t *testing.T, f media.Frame, rate int, d time.Duration, gain float64) media.Frame {
	t.Helper()
	out := make(media.Frame, int(d*time.Duration(rate)/time.Second), len(f)+rate)
	for _, s := range f {
		out = append(out, int16(gain*float64(s)))
	}
	format := g711.PCMA.Formats()[0]
	e, err := g711.PCMA.NewEncoder(format)
	if err != nil {
		t.Fatal(err)
	}
	dec, err := g711.PCMA.NewDecoder(format)
	if err != nil {
		t.Fatal(err)
	}
	codes := make([]byte, len(out))
	e.Encode(codes, out)
	dec.Decode(out, codes)
	return out
}

func TestDelay(t *testing.T) {
	for _, rate := range []int{8000, 16000, 48000} {
		voice := mediatest.Voice(rate, 4*time.Second, 9)
		delays := []time.Duration{0, 35 * ms, 700 * ms, 2 * time.Second}
		if rate > 8000 {
			delays = delays[1:2]
		}
		for _, d := range delays {
			got, corr := mediatest.Delay(voice, delayed(t, voice, rate, d, 0.3), rate)
			if diff := got - d; diff > time.Second/time.Duration(rate) || diff < -time.Second/time.Duration(rate) || corr < 0.97 {
				t.Errorf("%d Hz: %v found as %v, correlation %.3f", rate, d, got, corr)
			}
		}
		if got, corr := mediatest.Delay(voice[rate/2:], voice, rate); got != 500*ms || corr < 0.99 {
			t.Errorf("what begins later: %v, %.3f", got, corr)
		}
		if got, corr := mediatest.Delay(voice, voice[rate/2:], rate); got != -500*ms || corr < 0.99 {
			t.Errorf("what was heard before: %v, %.3f", got, corr)
		}
	}
	voice := mediatest.Voice(8000, 4*time.Second, 9)
	if _, corr := mediatest.Delay(voice, mediatest.Voice(8000, 4*time.Second, 10), 8000); corr > 0.5 {
		t.Errorf("another voice correlates with %.2f", corr)
	}
	if lag, corr := mediatest.Delay(voice, make(media.Frame, 8000), 8000); lag != 0 || corr != 0 {
		t.Errorf("silence: %v, %v", lag, corr)
	}
	if _, corr := mediatest.Delay(nil, voice, 8000); corr != 0 {
		t.Errorf("nothing: %v", corr)
	}
}

func TestVoice(t *testing.T) {
	for _, rate := range []int{8000, 16000, 48000} {
		v := mediatest.Voice(rate, 10*time.Second, 1)
		if len(v) != 10*rate || !slices.Equal(v, mediatest.Voice(rate, 10*time.Second, 1)) {
			t.Error("not the same again")
		}
		if l := mediatest.Level(v); l < -32 || l > -15 {
			t.Errorf("%d Hz: %.1f dBov", rate, l)
		}
		silent, loud := 0, 0
		for at := 0; at+rate/50 <= len(v); at += rate / 50 {
			switch l := mediatest.Level(v[at : at+rate/50]); {
			case l < -60:
				silent++
			case l > -30:
				loud++
			}
		}
		if silent < 50 || loud < 200 {
			t.Errorf("%d Hz: %d pieces silent, %d loud, of 500", rate, silent, loud)
		}
		if slices.Max(v) == 32767 {
			t.Errorf("%d Hz: clipped", rate)
		}
	}
}

func TestLevels(t *testing.T) {
	f := make(media.Frame, 1600)
	for i := range f {
		f[i] = int16(16384 * math.Sin(2*math.Pi*1000*float64(i)/8000))
	}
	near(t, "tone", mediatest.ToneLevel(f, 8000, 1000), -6.02, 0.1)
	near(t, "level", mediatest.Level(f), -9.03, 0.1)
	if l := mediatest.ToneLevel(f, 8000, 1200); l > -60 {
		t.Errorf("another frequency: %.1f dB", l)
	}
	if mediatest.ToneLevel(nil, 8000, 1) != -127 || mediatest.Level(make(media.Frame, 9)) != -127 || mediatest.Level(nil) != -127 {
		t.Error("silence is not silent")
	}
	half := make(media.Frame, len(f))
	for i := range half {
		half[i] = f[i] / 2
	}
	near(t, "SNR", mediatest.SNR(f, half), 6.02, 0.1)
	near(t, "SNR of the same", mediatest.SNR(f, f), 99, 0)
}

func TestFidelity(t *testing.T) {
	v := mediatest.Voice(8000, 5*time.Second, 2)
	later := append(make(media.Frame, 400), v...)
	intact, snr := mediatest.Fidelity(v, later, 8000, 0, 100*ms)
	near(t, "intact", intact, 1, 0)
	near(t, "segmental SNR", snr, 35, 0.01)
	clear(later[400+8000 : 400+16000])
	if intact, _ = mediatest.Fidelity(v, later, 8000, 0, 100*ms); intact > 0.95 || intact < 0.5 {
		t.Errorf("a fifth is missing, and %.2f intact", intact)
	}
	if intact, _ := mediatest.Fidelity(nil, nil, 8000, 0, 0); intact != 0 {
		t.Error("nothing is intact")
	}
}

func TestWAV(t *testing.T) {
	name := filepath.Join(t.TempDir(), "v.wav")
	v := mediatest.Voice(16000, time.Second, 2)
	if err := mediatest.SaveWAV(name, v, 16000); err != nil {
		t.Fatal(err)
	}
	got, rate, err := mediatest.LoadWAV(name)
	if err != nil || rate != 16000 || !slices.Equal(got, v) {
		t.Errorf("%d samples of %d at %d Hz, %v", len(got), len(v), rate, err)
	}
	if _, _, err := mediatest.LoadWAV(name + "x"); err == nil {
		t.Error("there is no such file")
	}
	if err := mediatest.SaveWAV(filepath.Join(name, "x"), v, 8000); err == nil {
		t.Error("written below a file")
	}
	if err := mediatest.WriteWAV(&bytes.Buffer{}, v, 0); err == nil {
		t.Error("written at 0 Hz")
	}
}

func wav(parts ...string) []byte {
	return []byte("RIFF\x00\x00\x00\x00WAVE" + string(bytes.Join(toBytes(parts), nil)))
}

func toBytes(s []string) (out [][]byte) {
	for _, p := range s {
		out = append(out, []byte(p))
	}
	return out
}

const (
	stereo = "fmt \x10\x00\x00\x00\x01\x00\x02\x00\x40\x1f\x00\x00\x00\x7d\x00\x00\x04\x00\x10\x00"
	float  = "fmt \x10\x00\x00\x00\x03\x00\x01\x00\x40\x1f\x00\x00\x00\x7d\x00\x00\x04\x00\x20\x00"
	odd    = "LIST\x03\x00\x00\x00abc\x00"
	data   = "data\x08\x00\x00\x00\x0a\x00\x14\x00\x00\x80\x00\x80"
)

func TestReadWAV(t *testing.T) {
	got, rate, err := mediatest.ReadWAV(bytes.NewReader(wav(odd, stereo, odd, data)))
	if err != nil || rate != 8000 || !slices.Equal(got, media.Frame{15, -32768}) {
		t.Errorf("stereo: %v at %d Hz, %v", got, rate, err)
	}
	for name, b := range map[string][]byte{
		"empty": {}, "not RIFF": []byte("RIFX\x00\x00\x00\x00WAVE"), "no data": wav(stereo), "floats": wav(float, data),
		"data first": wav(data), "cut in the format": wav(stereo[:15]), "cut in a chunk": wav(odd[:9]), "format too long": wav("fmt \xff\xff\xff\xff"),
	} {
		if _, _, err := mediatest.ReadWAV(bytes.NewReader(b)); !errors.Is(err, mediatest.ErrWAV) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzReadWAV(f *testing.F) {
	f.Add(wav(odd, stereo, data))
	f.Add(wav(float, data))
	f.Fuzz(func(t *testing.T, b []byte) {
		sound, rate, err := mediatest.ReadWAV(bytes.NewReader(b))
		if err == nil && (rate < 1 || len(sound) > len(b)) {
			t.Fatalf("%d samples at %d Hz from %d bytes", len(sound), rate, len(b))
		}
	})
}
