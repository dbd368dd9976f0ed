package screen

import (
	"image"
	"image/color"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"offhook/cmd/internal/phone"
	"offhook/hal"

	"pgregory.net/rapid"
)

// A second picture of the same kind costs next to nothing but the text that
// is cut to fit: letters, icons and the picture itself are kept.
func TestPaint_again_allocates_little(t *testing.T) {
	most := map[string]float64{"320x240": 60, "480x272": 60, "128x64": 30}
	for _, p := range panels() {
		painter := New(image.Rectangle{Max: p.size}, p.model)
		for _, s := range scenes() {
			if s.name != "in-call-secure" && s.name != "idle" {
				continue
			}
			painter.Paint(s.view)
			if got := testing.AllocsPerRun(20, func() { painter.Paint(s.view) }); got > most[p.name] {
				t.Errorf("%s %s: %v allocations, want at most %v", p.name, s.name, got, most[p.name])
			}
		}
	}
}

func TestPaint_twice_is_the_same_picture(t *testing.T) {
	painter := New(image.Rect(0, 0, 320, 240), color.RGBAModel)
	all := scenes()
	first := append([]byte(nil), painter.Paint(all[5].view).(*image.RGBA).Pix...)
	painter.Paint(all[20].view)
	again := painter.Paint(all[5].view).(*image.RGBA).Pix
	if string(first) != string(again) {
		t.Error("something of the picture between is left")
	}
}

// On a panel of small pixels the compact layout is that of a panel of large ones.
func TestPaint_compact_is_enlarged(t *testing.T) {
	for _, c := range []struct {
		panel, layout image.Point
		zoom          int
	}{
		{image.Pt(240, 135), image.Pt(120, 67), 2}, {image.Pt(296, 128), image.Pt(148, 64), 2}, {image.Pt(400, 300), image.Pt(133, 100), 3},
		{image.Pt(128, 64), image.Pt(128, 64), 1}, {image.Pt(239, 135), image.Pt(239, 135), 1}, {image.Pt(135, 240), image.Pt(135, 240), 1}, {image.Pt(256, 64), image.Pt(256, 64), 1},
	} {
		painter, plain := New(image.Rectangle{Max: c.panel}, color.ModelFunc(bit)), New(image.Rectangle{Max: c.layout}, color.ModelFunc(bit))
		plain.zoomed, plain.small = nil, &compact{dst: image.NewGray(image.Rectangle{Max: c.layout}), small: newBitmapFont(smallFont), w: c.layout.X, h: c.layout.Y}
		for _, s := range scenes() {
			got, want := painter.Paint(s.view).(*image.Gray), plain.Paint(s.view).(*image.Gray)
			for y := range c.panel.Y {
				for x := range c.panel.X {
					if got.GrayAt(x, y) != want.GrayAt(x/c.zoom, y/c.zoom) {
						t.Fatalf("%s on %v: another dot at %d,%d", s.name, c.panel, x, y)
					}
				}
			}
		}
	}
}

// A panel that stands has letters of the size of one that lies.
func TestPaint_roomy_upright_is_measured_by_its_width(t *testing.T) {
	for _, c := range []struct{ size, like image.Point }{{image.Pt(240, 320), image.Pt(320, 240)}, {image.Pt(272, 480), image.Pt(480, 272)}} {
		a, b := canvas{dst: image.NewRGBA(image.Rectangle{Max: c.size})}, canvas{dst: image.NewRGBA(image.Rectangle{Max: c.like})}
		if got, want := newRoomy(&a).style(bold, 40), newRoomy(&b).style(bold, 40); got != want {
			t.Errorf("%v: %v, lying %v", c.size, got, want)
		}
	}
}

func TestNew_layout_by_panel(t *testing.T) {
	cases := []struct {
		name  string
		size  image.Point
		model color.Model
		small bool
	}{
		{"320x240 colour -> roomy", image.Pt(320, 240), color.RGBAModel, false},
		{"240x240 grey -> roomy", image.Pt(240, 240), color.GrayModel, false},
		{"128x64 one bit -> compact", image.Pt(128, 64), color.ModelFunc(bit), true},
		{"400x240 one bit -> compact", image.Pt(400, 240), color.ModelFunc(bit), true},
		{"160x128 colour -> compact", image.Pt(160, 128), color.RGBAModel, true},
		{"nothing -> compact", image.Point{}, nil, true},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := New(image.Rectangle{Max: c.size}, c.model)
			if (p.small != nil) != c.small {
				t.Errorf("compact is %v", p.small != nil)
			}
			p.Paint(phone.View{})
		})
	}
}

func TestPaint_any_view_on_any_panel_does_not_panic(t *testing.T) {
	painters := map[image.Point]*Painter{}
	text := rapid.OneOf(rapid.String(), rapid.Just(strings.Repeat("Wörter ", 40)), rapid.Just(strings.Repeat("x", 300)), rapid.Just(""), rapid.StringMatching("[0-9+*#]{0,30}"))
	rapid.Check(t, func(t *rapid.T) {
		v := anyView(t, text)
		size := rapid.SampledFrom([]image.Point{{320, 240}, {480, 272}, {240, 320}, {128, 64}, {128, 32}, {20, 10}, {1, 1}}).Draw(t, "size")
		if painters[size] == nil {
			painters[size] = New(image.Rectangle{Max: size}, color.RGBAModel)
		}
		if got := painters[size].Paint(v).Bounds().Size(); got != size {
			t.Fatalf("size %v", got)
		}
		cols, rows := rapid.IntRange(1, 40).Draw(t, "cols"), rapid.IntRange(1, 4).Draw(t, "rows")
		shows := rapid.SampledFrom([]func(rune) bool{nil, european}).Draw(t, "shows")
		lines := Cells(v, cols, rows, shows)
		if len(lines) != rows {
			t.Fatalf("%d lines", len(lines))
		}
		for _, l := range lines {
			if utf8.RuneCountInString(l) != cols || shows == nil && len(l) != cols {
				t.Fatalf("line %q of %d", l, cols)
			}
		}
	})
}

func anyView(t *rapid.T, text *rapid.Generator[string]) phone.View {
	draw := func(name string) string { return text.Draw(t, name) }
	v := phone.View{
		Kind: phone.Kind(rapid.IntRange(0, int(phone.KindList)).Draw(t, "kind")), Title: draw("title"), Entry: draw("entry"),
		Text: rapid.SliceOfN(text, 0, 3).Draw(t, "text"), Party: phone.Party{Name: draw("name"), Number: draw("number"), Initials: draw("initials")},
		Account: draw("account"), Elapsed: time.Duration(rapid.Int64().Draw(t, "elapsed")), Notice: draw("notice"),
		Progress: rapid.IntRange(-5, 200).Draw(t, "progress"),
		Status: phone.Status{Clock: draw("clock"), Date: draw("date"), Name: draw("phone"), Messages: rapid.IntRange(-1, 200).Draw(t, "messages"),
			Missed: rapid.IntRange(0, 200).Draw(t, "missed"), Muted: true, Output: hal.Speaker},
		Volume: phone.VolumeBar{Shown: rapid.Bool().Draw(t, "volume"), Label: draw("output"), Percent: rapid.IntRange(-10, 200).Draw(t, "percent")},
	}
	if rapid.Bool().Draw(t, "timer") {
		v.Since = time.Unix(1, 0)
	}
	for i := range v.Soft {
		v.Soft[i].Label = draw("soft")
	}
	for range rapid.IntRange(0, 4).Draw(t, "others") {
		v.Others = append(v.Others, phone.Other{Party: phone.Party{Number: draw("other")}, Label: draw("state")})
		v.List.Items = append(v.List.Items, phone.Item{Icon: phone.IconMissed, Title: draw("item"), Detail: draw("detail")})
		v.Lines = append(v.Lines, phone.LineView{Label: draw("line")})
	}
	v.List.Selected = rapid.IntRange(0, 4).Draw(t, "selected")
	return v
}

func BenchmarkPaint(b *testing.B) {
	for _, p := range panels() {
		for _, s := range scenes() {
			if s.name != "in-call-secure" && s.name != "idle" {
				continue
			}
			b.Run(p.name+"/"+s.name, func(b *testing.B) {
				b.ReportAllocs()
				painter := New(image.Rectangle{Max: p.size}, p.model)
				for b.Loop() {
					painter.Paint(s.view)
				}
			})
		}
	}
}
