package boardbox

import (
	"image"
	"image/color"
	"strings"
	"testing"
)

func TestSameFrame(t *testing.T) {
	cases := []struct {
		name   string
		change func(*image.RGBA)
		want   string // "" for the same
	}{
		{"nothing changed -> the same", func(*image.RGBA) {}, ""},
		{"within the mask -> the same", func(m *image.RGBA) { m.Set(1, 1, color.White) }, ""},
		{"a shade off -> the same", func(m *image.RGBA) { m.Set(9, 9, color.RGBA{3, 0, 3, 255}) }, ""},
		{"more than a shade -> told where", func(m *image.RGBA) { m.Set(9, 8, color.RGBA{0, 4, 0, 255}) }, "1 pixels differ, within (9,8)-(10,9)"},
		{"beside the mask -> told", func(m *image.RGBA) { m.Set(2, 1, color.White); m.Set(7, 5, color.White) }, "2 pixels differ, within (2,1)-(8,6)"},
		{"another size -> told", func(m *image.RGBA) { m.Rect.Max.Y-- }, "it is (0,0)-(10,9), want (0,0)-(10,10)"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			black := func() *image.RGBA {
				m := image.NewRGBA(image.Rect(0, 0, 10, 10))
				for i := 3; i < len(m.Pix); i += 4 {
					m.Pix[i] = 255
				}
				return m
			}
			got := black()
			c.change(got)
			err := sameFrame(got, black(), shade, []image.Rectangle{image.Rect(0, 0, 2, 2)})
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

// The goldens are different from each other where they are not masked: a screen that
// stays as it was is noticed.
func TestGoldens_differ(t *testing.T) {
	for _, all := range [][]frame{
		{oledIdle, oledDialling, oledCall, oledRinging}, {screenIdle, screenDialled, screenCall, screenRinging},
	} {
		for _, a := range all {
			for _, b := range all {
				one, err := a.golden()
				if err != nil {
					t.Fatal(err)
				}
				other, err := b.golden()
				if err != nil {
					t.Fatal(err)
				}
				if err := sameFrame(one, other, shade, b.masked); (err == nil) != (a.name == b.name) {
					t.Errorf("%s as %s: %v", a.name, b.name, err)
				}
			}
		}
	}
}
