package opus_test

import (
	"strings"
	"testing"

	"offhook/media"
	"offhook/media/opus"
)

// Whatever comes is answered with samples or an error, in any order, and never
// with more samples than announced.
func FuzzDecode(f *testing.F) {
	for _, name := range []string{"wideband", "narrowband", "fullband-stereo", "hybrid"} {
		packets := packetFile(f, name)
		for i, p := range packets[:12] {
			f.Add(p, packets[i+1], uint8(i))
		}
	}
	f.Add([]byte{}, []byte{0xff}, uint8(0))
	f.Add([]byte{0x03, 0x00}, []byte{0x07, 0xff, 0xff, 0xff}, uint8(3))
	f.Fuzz(func(t *testing.T, one, two []byte, lost uint8) {
		rate := []int{8000, 16000, 24000, 48000}[lost>>6]
		d, frame := decoder(t, rate), make(media.Frame, rate*120/1000)
		for i, p := range [][]byte{one, two, one, two} {
			if lost>>i&1 != 0 {
				if n := d.Recovers(p); n > 0 {
					k, err := d.Recover(frame[:n], p)
					sane(t, err)
					if err == nil && k != n {
						t.Fatalf("recovered %d of %d", k, n)
					}
				} else {
					sane(t, d.Conceal(frame[:rate/50]))
				}
			}
			n, err := d.Decode(frame, p)
			sane(t, err)
			if err == nil && n != d.Samples(p) {
				t.Fatalf("%d samples of %x, %d announced", n, p, d.Samples(p))
			}
		}
	})
}

// sane fails if the library panicked, which the decoder makes an error of.
func sane(t *testing.T, err error) {
	t.Helper()
	if err != nil && strings.Contains(err.Error(), "the Opus decoder failed") {
		t.Fatal(err)
	}
}

func FuzzParameters(f *testing.F) {
	f.Add("maxplaybackrate=16000; sprop-maxcapturerate=16000;maxaveragebitrate=20000;stereo=1;useinbandfec=1;usedtx=1;cbr=0;;=;x")
	f.Add("maxaveragebitrate=1;MAXPLAYBACKRATE=99999999999999999999")
	f.Fuzz(func(t *testing.T, fmtp string) {
		c := codec(t, opus.Config{})
		format := c.Formats()[0]
		format.FMTP = fmtp
		e, err := c.NewEncoder(format)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := e.Encode(make([]byte, 1200), make(media.Frame, 320)); err != nil {
			t.Fatal(err)
		}
	})
}
