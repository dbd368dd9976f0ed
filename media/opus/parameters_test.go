package opus_test

import (
	"errors"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/mediatest"
	"offhook/media/opus"
)

func TestFormats(t *testing.T) {
	for _, test := range []struct {
		cfg  opus.Config
		rate int
		fmtp string
	}{
		{opus.Config{}, 16000, "maxplaybackrate=16000;sprop-maxcapturerate=16000;useinbandfec=1"},
		{opus.Config{SampleRate: 8000, Bitrate: 12000, DTX: true}, 8000,
			"maxplaybackrate=8000;sprop-maxcapturerate=8000;maxaveragebitrate=12000;useinbandfec=1;usedtx=1"},
		{opus.Config{SampleRate: 48000, NoFEC: true}, 48000, ""},
	} {
		f := codec(t, test.cfg).Formats()[0]
		want := media.Format{Encoding: "OPUS", PayloadType: 111, ClockRate: 48000, SampleRate: test.rate, Channels: 2, PTime: 20 * ms, FMTP: test.fmtp}
		if f != want {
			t.Errorf("%+v, want %+v", f, want)
		}
	}
}

// What the far end wishes is what the encoder does.
func TestWishes(t *testing.T) {
	said := append(mediatest.Voice(16000, 4*time.Second, 1), make(media.Frame, 16000)...)
	for _, test := range []struct {
		name, fmtp        string
		loss              float64
		least, most       int // bit/s of speech
		fec, silence, cbr bool
		bandwidth         byte // by the configuration (RFC 6716 §3.1)
	}{
		{"nothing", "", 0.1, 15000, 30000, false, false, false, 8},
		{"redundancy", "useinbandfec=1", 0.1, 15000, 30000, true, false, false, 8},
		{"redundancy, no loss", "useinbandfec=1", 0, 15000, 30000, false, false, false, 8},
		{"narrowband", "maxplaybackrate=8000", 0, 8000, 20000, false, false, false, 0},
		{"mediumband", "maxplaybackrate=12000", 0, 10000, 30000, false, false, false, 4},
		{"more than this side has", "maxplaybackrate=48000;stereo=1", 0, 15000, 30000, false, false, false, 8},
		{"few bits", "maxaveragebitrate=12000", 0, 6000, 13500, false, false, false, 8},
		{"fewest bits", "maxaveragebitrate=1", 0, 4000, 9000, false, false, false, 0},
		{"constant", "CBR = 1", 0, 25000, 27000, false, false, true, 8},
		{"pauses", "usedtx=1", 0, 15000, 30000, false, true, false, 8},
		{"rubbish", "maxplaybackrate=-1;maxaveragebitrate=x;usedtx;;=1;cbr=2", 0, 15000, 30000, false, false, false, 8},
	} {
		t.Run(test.name, func(t *testing.T) {
			cfg := opus.Config{Complexity: 5, ExpectedLoss: test.loss}
			f := codec(t, cfg).Formats()[0]
			f.FMTP = test.fmtp
			d := decoder(t, 16000)
			packets := encode(t, encoder(t, cfg, f), said, 320)
			bits, fec, sizes := 0, 0, map[int]bool{}
			for _, p := range packets[:200] {
				bits += 8 * len(p) / 4
				fec += min(d.Recovers(p), 1)
				sizes[len(p)] = true
			}
			silent := 0
			for _, p := range packets[200:] {
				if len(p) == 0 {
					silent++
				}
			}
			if bits < test.least || bits > test.most || fec > 100 != test.fec || silent > 25 != test.silence || len(sizes) == 1 != test.cbr {
				t.Errorf("%d bit/s, %d with redundancy, %d of 50 silent, %d sizes", bits, fec, silent, len(sizes))
			}
			if c := packets[100][0] >> 3; c&^3 != test.bandwidth {
				t.Errorf("configuration %d, want %d", c, test.bandwidth)
			}
		})
	}
}

func TestErrors(t *testing.T) {
	for _, cfg := range []opus.Config{
		{SampleRate: 44100}, {SampleRate: -1}, {Complexity: 11}, {Complexity: -1}, {Bitrate: 5999}, {Bitrate: 1e6}, {ExpectedLoss: 1.1}, {ExpectedLoss: -1},
	} {
		if _, err := opus.New(cfg); err == nil {
			t.Errorf("%+v was taken", cfg)
		}
	}
	c := codec(t, opus.Config{})
	for name, change := range map[string]func(*media.Format){
		"another encoding":    func(f *media.Format) { f.Encoding = "PCMU" },
		"another clock":       func(f *media.Format) { f.ClockRate = 8000 },
		"another sample rate": func(f *media.Format) { f.SampleRate = 44100 },
		"packets of 30 ms":    func(f *media.Format) { f.PTime = 30 * ms },
	} {
		f := c.Formats()[0]
		change(&f)
		if _, err := c.NewEncoder(f); err == nil {
			t.Errorf("%s: an encoder", name)
		}
		if _, err := c.NewDecoder(f); err == nil && f.PTime == 20*ms {
			t.Errorf("%s: a decoder", name)
		}
	}
	e, d := encoder(t, opus.Config{}, c.Formats()[0]), decoder(t, 16000)
	if _, err := e.Encode(make([]byte, 1200), make(media.Frame, 319)); err == nil {
		t.Error("a frame of 319 samples was coded")
	}
	if _, err := e.Encode(nil, make(media.Frame, 320)); err == nil {
		t.Error("coded into nothing")
	}
	packet := packetFile(t, "wideband")[0]
	for _, test := range []struct {
		payload []byte
		room    int
	}{{nil, 1920}, {[]byte{}, 1920}, {packet, 319}, {[]byte{0x4b, 0}, 1920}, {[]byte{0x4b, 63}, 1920}, {make([]byte, 2000), 1920}} {
		if _, err := d.Decode(make(media.Frame, test.room), test.payload); !errors.Is(err, media.ErrPayload) {
			t.Errorf("%d bytes into %d samples: %v", len(test.payload), test.room, err)
		}
	}
	if d.Conceal(make(media.Frame, 39)) == nil {
		t.Error("39 samples concealed")
	}
	redundant := packetFile(t, "wideband")[10]
	if n := d.Recovers(redundant); n != 320 {
		t.Fatalf("the packet repeats %d samples", n)
	}
	for _, n := range []int{0, 319, 321, 4000} {
		if _, err := d.Recover(make(media.Frame, n), redundant); err == nil {
			t.Errorf("%d samples recovered", n)
		}
	}
	if n, err := d.Recover(make(media.Frame, 320), packet[:1]); n != 0 || err != nil {
		t.Errorf("a packet without redundancy: %d, %v", n, err)
	}
}

// Before the first packet there is silence, and any length is concealed.
func TestConceal(t *testing.T) {
	d := decoder(t, 16000)
	frame := make(media.Frame, 16000)
	frame[0] = 1
	if err := d.Conceal(frame); err != nil || mediatest.Level(frame) > -120 {
		t.Errorf("%v, %.1f dB", err, mediatest.Level(frame))
	}
	packets := packetFile(t, "wideband")
	decode(t, d, packets[:30])
	if err := d.Conceal(frame[:4800]); err != nil {
		t.Fatal(err)
	}
	begin, end := mediatest.Level(frame[:320]), mediatest.Level(frame[4480:4800])
	if t.Logf("%.1f dB, after 300 ms %.1f dB", begin, end); begin < -50 || end > begin-20 {
		t.Errorf("%.1f dB, after 300 ms %.1f dB", begin, end)
	}
}

// Stereo is heard in one channel; what the library cannot conceal it says.
func TestStereo(t *testing.T) {
	d := decoder(t, 16000)
	decode(t, d, packetFile(t, "fullband-stereo")[:20])
	if d.Conceal(make(media.Frame, 320)) == nil {
		t.Error("stereo music was concealed")
	}
	decode(t, d, packetFile(t, "wideband")[:20])
	if err := d.Conceal(make(media.Frame, 320)); err != nil {
		t.Error(err)
	}
}
