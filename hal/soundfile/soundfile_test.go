package soundfile

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"offhook/hal"
	"offhook/hal/haltest"
)

// dial is a clock that moves when it is slept on, or told to.
type dial struct{ at time.Duration }

func (d *dial) now() time.Duration              { return d.at }
func (d *dial) beat(_, _ time.Duration) error   { return nil }
func (d *dial) rest() error                     { return nil }
func (d *dial) close() error                    { return nil }
func (d *dial) sleep(until time.Duration) error { d.at = max(d.at, until); return nil }

var quiet = slog.New(slog.DiscardHandler)

// count is a sound whose samples tell their place.
func count(n int) []int16 {
	out := make([]int16, n)
	for i := range out {
		out[i] = int16(i%30000 + 1)
	}
	return out
}

func store(t *testing.T, rate int, sound []int16) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "sound.wav")
	r, err := openRecorder(name, rate)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.record(sound, 0); err != nil {
		t.Fatal(err)
	}
	if err := r.close(); err != nil {
		t.Fatal(err)
	}
	return name
}

func load(t *testing.T, name string) []int16 {
	t.Helper()
	p, err := openPlayer(name, 8000)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	out := make([]int16, p.samples)
	if err := p.play(out, 0); err != nil {
		t.Fatal(err)
	}
	return out
}

func TestConformance(t *testing.T) {
	dir := t.TempDir()
	p := hal.Params{"microphone": store(t, 16000, count(1000)), "loudspeaker": filepath.Join(dir, "heard.wav"), "period-ms": 5}
	driver := Drivers().Audio["file"]
	if err := driver.Check(p); err != nil {
		t.Fatal(err)
	}
	haltest.AudioIO(t, func(t testing.TB) hal.AudioIO {
		d, err := driver.Open(t.Context(), p, quiet)
		if err != nil {
			t.Fatal(err)
		}
		return d
	})
}

// The microphone goes round without a seam, and what is captured and played at
// once is recorded two periods later.
func TestLoopback(t *testing.T) {
	said := count(25000) // more than a block, and no whole number of periods
	heard := filepath.Join(t.TempDir(), "heard.wav")
	d, err := open(config{Microphone: store(t, 8000, said), Loudspeaker: heard, SampleRate: 8000, Period: 10 * time.Millisecond}, &dial{at: time.Hour}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	p := make([]int16, d.Format().Period)
	for range 700 {
		if err := d.ReadPeriod(p); err != nil {
			t.Fatal(err)
		}
		if err := d.WritePeriod(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	got := load(t, heard)
	if len(got) != (700+ahead)*len(p) {
		t.Fatalf("%d samples are recorded", len(got))
	}
	for i, s := range got {
		want := int16(0)
		if n := i - ahead*len(p); n >= 0 {
			want = said[n%len(said)]
		}
		if s != want {
			t.Fatalf("sample %d is %d, want %d", i, s, want)
		}
	}
	if c, p := d.Xruns(); c+p > 0 {
		t.Errorf("%d and %d xruns", c, p)
	}
}

func TestLateness(t *testing.T) {
	const period = 10 * time.Millisecond
	for _, tt := range []struct {
		name              string
		late              time.Duration // after the tenth period was captured, before it is played
		capture, playback uint64
		silent            int // periods in what is recorded, besides the first two
	}{
		{"by less than what is ahead: nothing is lost", period, 0, 0, 0},
		{"by more: silence is heard", period + 1, 1, 1, 1},
		{"by four periods: four are silent", 4*period + 1, 1, 1, 4},
		{"by more than capture holds: an overrun too", 20 * period, 1, 1, 20},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k := &dial{}
			heard := filepath.Join(t.TempDir(), "heard.wav")
			d, err := open(config{Microphone: store(t, 8000, count(8000)), Loudspeaker: heard, SampleRate: 8000, Period: period}, k, quiet)
			if err != nil {
				t.Fatal(err)
			}
			p := make([]int16, d.Format().Period)
			for i := range 100 {
				if err := d.ReadPeriod(p); err != nil {
					t.Fatal(err)
				}
				if i == 9 {
					k.at += tt.late
				}
				if err := d.WritePeriod(p); err != nil {
					t.Fatal(err)
				}
			}
			if err := d.Close(); err != nil {
				t.Fatal(err)
			}
			if c, p := d.Xruns(); c != tt.capture || p != tt.playback {
				t.Errorf("%d and %d xruns, want %d and %d", c, p, tt.capture, tt.playback)
			}
			got := load(t, heard)
			last := len(got) - 1
			if want := count(8000)[(last-ahead*len(p))%8000]; got[last] != want {
				t.Errorf("the last sample is %d, want %d: that of two periods ago", got[last], want)
			}
			silent := 0
			for period := range slices.Chunk(got[ahead*len(p):], len(p)) {
				if !slices.ContainsFunc(period, func(s int16) bool { return s != 0 }) {
					silent++
				}
			}
			if silent != tt.silent {
				t.Errorf("%d periods are silent, want %d", silent, tt.silent)
			}
		})
	}
}

func TestWithoutFiles(t *testing.T) {
	d, err := open(config{SampleRate: 8000, Period: 20 * time.Millisecond}, &dial{}, quiet)
	if err != nil {
		t.Fatal(err)
	}
	p := count(160)
	if err := d.WritePeriod(p); err != nil {
		t.Fatal(err)
	}
	if err := d.ReadPeriod(p); err != nil || slices.Max(p) != 0 || slices.Min(p) != 0 {
		t.Errorf("%v and %v, want silence", p[:4], err)
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
}

// A writer that is ahead waits for the clock, as on a card that is full.
func TestFull(t *testing.T) {
	k := &dial{}
	d, err := open(config{SampleRate: 8000, Period: 10 * time.Millisecond}, k, quiet)
	if err != nil {
		t.Fatal(err)
	}
	for range buffer + 4 {
		if err := d.WritePeriod(make([]int16, 80)); err != nil {
			t.Fatal(err)
		}
	}
	// The first of them was over when the clock started.
	if want := (4 + ahead - 1) * 10 * time.Millisecond; k.at != want {
		t.Errorf("the clock is at %s, want %s", k.at, want)
	}
}

// A rest has no place in the files: the sound goes on where it was.
func TestRest(t *testing.T) {
	k, said := &dial{}, count(8000)
	heard := filepath.Join(t.TempDir(), "heard.wav")
	d, err := open(config{Microphone: store(t, 8000, said), Loudspeaker: heard, SampleRate: 8000, Period: 10 * time.Millisecond}, k, quiet)
	if err != nil {
		t.Fatal(err)
	}
	p := make([]int16, 80)
	for i := range 20 {
		if i == 10 {
			d.Rouse()
			if err := d.Rest(false); err != nil {
				t.Fatal(err)
			}
			k.at += time.Hour
		}
		before := k.at
		if err := d.ReadPeriod(p); err != nil {
			t.Fatal(err)
		}
		if waited := k.at - before; waited > 0 != (i%10 > 0) {
			t.Errorf("period %d was waited for %v", i, waited)
		}
		if !slices.Equal(p, said[i*80:(i+1)*80]) {
			t.Fatalf("period %d begins with %d", i, p[0])
		}
		if err := d.WritePeriod(p); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.Close(); err != nil {
		t.Fatal(err)
	}
	if got := len(load(t, heard)); got != (20+ahead)*80 {
		t.Errorf("%d samples are recorded", got)
	}
	if c, p := d.Xruns(); c+p > 0 {
		t.Errorf("%d and %d xruns", c, p)
	}
}

func TestParams(t *testing.T) {
	for _, tt := range []struct {
		name string
		p    hal.Params
		want string // of the error; "" is none
	}{
		{"nothing: defaults", hal.Params{}, ""},
		{"everything", hal.Params{"microphone": "/a.wav", "loudspeaker": "/b.wav", "sample-rate": 48000, "period-ms": 5}, ""},
		{"a name that depends on the folder", hal.Params{"microphone": "a.wav"}, `microphone: "a.wav" is not a full path`},
		{"one file for both", hal.Params{"microphone": "/a.wav", "loudspeaker": "/a.wav"}, "loudspeaker: /a.wav is the microphone too"},
		{"a rate that no stage has", hal.Params{"sample-rate": 44100}, "sample-rate: 44100 is none of"},
		{"a long period", hal.Params{"period-ms": 30}, "period-ms: 30ms is none of"},
		{"a card", hal.Params{"card": 1}, "card: is not a parameter here"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := Drivers().Audio["file"].Check(tt.p)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("%v, want %q", err, tt.want)
			}
		})
	}
}

func TestOpenFaults(t *testing.T) {
	dir := t.TempDir()
	text := filepath.Join(dir, "text")
	if err := os.WriteFile(text, []byte("hello"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name string
		p    hal.Params
		want string
	}{
		{"no such file", hal.Params{"microphone": filepath.Join(dir, "none")}, "microphone: open"},
		{"no sound file", hal.Params{"microphone": text}, "not a WAV file"},
		{"another rate", hal.Params{"microphone": store(t, 8000, count(80))}, "it has 8000 Hz, the board file says sample-rate: 16000"},
		{"empty", hal.Params{"microphone": store(t, 16000, nil)}, "it holds no sound"},
		{"no folder", hal.Params{"loudspeaker": filepath.Join(dir, "none", "a.wav")}, "loudspeaker: open"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			d, err := Drivers().Audio["file"].Open(t.Context(), tt.p, quiet)
			if err == nil || !strings.Contains(err.Error(), tt.want) || d != nil {
				t.Errorf("%v and %v, want %q", d, err, tt.want)
			}
		})
	}
}

// Several channels become their mean; chunks that are not known are passed by,
// and a size that is too large ends with the file.
func TestParse(t *testing.T) {
	h := header(16000, 1000)
	h[22] = 2 // channels
	file := slices.Concat(h[:12], []byte("junk\x03\x00\x00\x00abc\x00"), h[12:], []byte{1, 0, 3, 0, 5, 0, 7, 0})
	name := filepath.Join(t.TempDir(), "stereo.wav")
	if err := os.WriteFile(name, file, 0o600); err != nil {
		t.Fatal(err)
	}
	p, err := openPlayer(name, 16000)
	if err != nil {
		t.Fatal(err)
	}
	defer p.close()
	out := make([]int16, 4)
	if err := p.play(out, 0); err != nil || !slices.Equal(out, []int16{2, 6, 2, 6}) {
		t.Errorf("%v and %v", out, err)
	}
}

func FuzzParseWAV(f *testing.F) {
	h := header(8000, 2)
	f.Add(append(h[:], 1, 2, 3, 4))
	f.Add(h[:20])
	f.Add([]byte("RIFF....WAVEdata\xff\xff\xff\xff"))
	f.Fuzz(func(t *testing.T, b []byte) {
		w, err := parseWAV(bytes.NewReader(b), int64(len(b)))
		if err == nil && (w.channels < 1 || w.start+w.size > int64(len(b)) || w.size < 0) {
			t.Errorf("%+v of %d bytes", w, len(b))
		}
	})
}
