package l16_test

import (
	"bytes"
	"errors"
	"slices"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/l16"
)

func codec(t *testing.T, r l16.Rate) (media.Encoder, media.Decoder) {
	t.Helper()
	e, err := r.NewEncoder(r.Formats()[0])
	if err != nil {
		t.Fatal(err)
	}
	d, err := r.NewDecoder(r.Formats()[0])
	if err != nil {
		t.Fatal(err)
	}
	return e, d
}

func TestCodes(t *testing.T) {
	e, d := codec(t, l16.Wide)
	in := media.Frame{0, 1, -1, 258, -32768, 32767}
	want := []byte{0, 0, 0, 1, 0xff, 0xff, 1, 2, 0x80, 0, 0x7f, 0xff}
	payload := make([]byte, 64)
	n, err := e.Encode(payload, in)
	if err != nil || !bytes.Equal(payload[:n], want) {
		t.Fatalf("% x, %v", payload[:n], err)
	}
	out := make(media.Frame, 6)
	if n, err := d.Decode(out, want); n != 6 || err != nil || !slices.Equal(in, out) {
		t.Fatal(out, n, err)
	}
	if n := d.Samples(want); n != 6 {
		t.Error(n)
	}
}

func TestNewEncoder_packets_that_fit(t *testing.T) {
	for _, c := range []struct {
		rate  l16.Rate
		ptime time.Duration
		fits  bool
	}{
		{l16.Narrow, 60 * time.Millisecond, true}, {l16.Wide, 30 * time.Millisecond, true},
		{l16.Wide, 60 * time.Millisecond, false}, {l16.Disc, 20 * time.Millisecond, false},
	} {
		f := c.rate.Formats()[0]
		f.PTime = c.ptime
		if _, err := c.rate.NewEncoder(f); (err == nil) != c.fits {
			t.Errorf("%d Hz, %v: %v", c.rate, c.ptime, err)
		}
	}
}

func TestFormats(t *testing.T) {
	for rate, want := range map[l16.Rate]media.Format{
		l16.Narrow: {Encoding: "L16", PayloadType: 97, ClockRate: 8000, SampleRate: 8000, Channels: 1, PTime: 20 * time.Millisecond},
		l16.Wide:   {Encoding: "L16", PayloadType: 97, ClockRate: 16000, SampleRate: 16000, Channels: 1, PTime: 20 * time.Millisecond},
		l16.Disc:   {Encoding: "L16", PayloadType: 11, ClockRate: 44100, SampleRate: 44100, Channels: 1, PTime: 10 * time.Millisecond},
	} {
		if f := rate.Formats(); len(f) != 1 || f[0] != want {
			t.Errorf("%d: %+v", rate, f)
		}
	}
}

func TestErrors(t *testing.T) {
	e, d := codec(t, l16.Wide)
	if _, err := e.Encode(make([]byte, 639), make(media.Frame, 320)); err == nil {
		t.Error("encoded into too small a buffer")
	}
	for _, payload := range [][]byte{nil, {1}, make([]byte, 639), make([]byte, 642)} {
		if _, err := d.Decode(make(media.Frame, 320), payload); !errors.Is(err, media.ErrPayload) {
			t.Errorf("%d bytes into 320 samples: %v", len(payload), err)
		}
	}
	f := l16.Wide.Formats()[0]
	if _, err := l16.Narrow.NewDecoder(f); err == nil {
		t.Error("8000 Hz took 16000 Hz")
	}
	if _, err := l16.Rate(11025).NewEncoder(l16.Rate(11025).Formats()[0]); err == nil {
		t.Error("took a rate that is none of the three")
	}
	f.Channels = 2
	if _, err := l16.Wide.NewEncoder(f); err == nil {
		t.Error("took two channels")
	}
}

func TestAllocations(t *testing.T) {
	e, d := codec(t, l16.Wide)
	frame, payload := make(media.Frame, 320), make([]byte, 640)
	if n := testing.AllocsPerRun(100, func() {
		_, _ = e.Encode(payload, frame)
		_, _ = d.Decode(frame, payload)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4})
	f.Fuzz(func(t *testing.T, payload []byte) {
		d, _ := l16.Wide.NewDecoder(l16.Wide.Formats()[0])
		e, _ := l16.Wide.NewEncoder(l16.Wide.Formats()[0])
		out, again := make(media.Frame, 2000), make([]byte, 4000)
		n, err := d.Decode(out, payload)
		if err != nil {
			return
		}
		if m, err := e.Encode(again, out[:n]); err != nil || !bytes.Equal(again[:m], payload) || n != d.Samples(payload) {
			t.Fatal(n, m, err)
		}
	})
}
