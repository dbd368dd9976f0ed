package wire

import (
	"errors"
	"image"
	"image/color"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/hal"
)

func TestDecodeFromPage(t *testing.T) {
	cases := []struct {
		name, in string
		want     Message
		ok       bool
	}{
		{"key down -> taken", `{"type":"key","name":"5","state":"down"}`, Message{Type: TypeKey, Name: "5", State: Down}, true},
		{"off-hook -> taken", `{"type":"hook","state":"off-hook"}`, Message{Type: TypeHook, State: OffHook}, true},
		{"mode -> taken", `{"type":"display","mode":"mono"}`, Message{Type: TypeDisplay, Mode: Mono}, true},
		{"sync audio -> taken", `{"type":"audio","state":"sync"}`, Message{Type: TypeAudio, State: Sync}, true},
		{"unknown key -> refused", `{"type":"key","name":"f13","state":"down"}`, Message{}, false},
		{"key without state -> refused", `{"type":"key","name":"5"}`, Message{}, false},
		{"a lamp from a page -> refused", `{"type":"lamp","name":"message","state":"on"}`, Message{}, false},
		{"unknown field -> refused", `{"type":"hook","state":"on-hook","x":1}`, Message{}, false},
		{"two values -> refused", `{"type":"hook","state":"on-hook"}{}`, Message{}, false},
		{"not JSON -> refused", `hook`, Message{}, false},
		{"empty -> refused", ``, Message{}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := DecodeFromPage([]byte(c.in))
			if (err == nil) != c.ok || (err != nil && !errors.Is(err, ErrMessage)) {
				t.Fatalf("error %v, want ok %v", err, c.ok)
			}
			if c.ok && !cmp.Equal(got, c.want) {
				t.Error(cmp.Diff(c.want, got))
			}
		})
	}
}

func TestPatternsHaveWords(t *testing.T) {
	for p := hal.LampOff; p <= hal.LampFlutter; p++ {
		name, ok := PatternName(p)
		back, known := ParsePattern(name)
		if !ok || !known || back != p {
			t.Errorf("pattern %d: %q, %v, back %d, %v", p, name, ok, back, known)
		}
	}
	if _, ok := PatternName(hal.LampFlutter + 1); ok {
		t.Error("a pattern beyond the last has a word")
	}
	if _, ok := ParsePattern("disco"); ok {
		t.Error("disco is a pattern")
	}
}

func TestScreenRoundTrip(t *testing.T) {
	rect := image.Rect(3, 4, 14, 7) // 11 wide: not whole bytes
	for _, mono := range []bool{false, true} {
		s := Screen{Mono: mono, Rect: rect, Pixels: make([]RGB565, rect.Dx()*rect.Dy())}
		for i := range s.Pixels {
			s.Pixels[i] = RGB565(i * 1999)
			if mono {
				s.Pixels[i] = RGB565(i%3/2) * 0xffff
			}
		}
		got, err := DecodeScreen(AppendScreen(nil, s))
		if err != nil || !cmp.Equal(got, s) {
			t.Errorf("mono %v: %v %s", mono, err, cmp.Diff(s, got))
		}
	}
}

func TestAudioRoundTrip(t *testing.T) {
	a := Audio{Kind: KindSpeaker, Number: 1 << 40, Mic: 7, Samples: []int16{0, -1, 32767, -32768}}
	got, err := DecodeAudio(AppendAudio(nil, a), nil)
	if err != nil || !cmp.Equal(got, a) {
		t.Errorf("%v %s", err, cmp.Diff(a, got))
	}
	if _, err := DecodeAudio(AppendAudio(nil, a)[:27], nil); !errors.Is(err, ErrMessage) {
		t.Errorf("a truncated message: %v", err)
	}
}

func TestRGB565Model(t *testing.T) {
	for _, c := range []color.Color{color.Black, color.White, color.RGBA{R: 255, A: 255}, color.RGBA{G: 4, B: 8, A: 255}} {
		p := RGB565Model.Convert(c)
		r, g, b, _ := c.RGBA()
		pr, pg, pb, pa := p.RGBA()
		if !slices.Equal([]uint32{pr >> 11, pg >> 10, pb >> 11, pa}, []uint32{r >> 11, g >> 10, b >> 11, 0xffff}) {
			t.Errorf("%v -> %v", c, p)
		}
		if RGB565Model.Convert(p) != p {
			t.Errorf("%v is not itself in its model", p)
		}
	}
}

func FuzzMessage(f *testing.F) {
	f.Add([]byte(`{"type":"key","name":"5","state":"down"}`))
	f.Add([]byte(`{"type":"audio","state":"sync","rate":-1}`))
	f.Add([]byte(`[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := DecodeFromPage(data)
		if err != nil {
			return
		}
		again, err := DecodeFromPage(m.Encode())
		if err != nil || !cmp.Equal(m, again) {
			t.Errorf("%q: %v %v", data, err, cmp.Diff(m, again))
		}
	})
}

func FuzzBinary(f *testing.F) {
	f.Add(AppendAudio(nil, Audio{Kind: KindMic, Number: 1, Samples: []int16{1, 2}}))
	f.Add(AppendScreen(nil, Screen{Rect: image.Rect(0, 0, 2, 1), Pixels: make([]RGB565, 2)}))
	f.Add(AppendScreen(nil, Screen{Mono: true, Rect: image.Rect(0, 0, 9, 2), Pixels: make([]RGB565, 18)}))
	f.Fuzz(func(t *testing.T, data []byte) {
		if a, err := DecodeAudio(data, nil); err == nil && len(AppendAudio(nil, a)) != len(data) {
			t.Errorf("audio of %d bytes comes back as another length", len(data))
		}
		if s, err := DecodeScreen(data); err == nil && len(AppendScreen(nil, s)) != len(data) {
			t.Errorf("screen of %d bytes comes back as another length", len(data))
		}
	})
}
