package board

import (
	"context"
	"image"
	"log/slog"
	"strings"
	"testing"

	"offhook/hal"
	"offhook/hal/haltest"
)

func TestDisplay_of_pixels_or_of_characters(t *testing.T) {
	check := func(hal.Params) error { return nil }
	drivers := hal.Drivers{
		Displays: map[string]hal.Driver[hal.Display]{"pixels": {Check: check, Open: func(context.Context, hal.Params, *slog.Logger) (hal.Display, error) {
			return haltest.NewDisplay(t, image.Pt(20, 20), nil), nil
		}}},
		Texts: map[string]hal.Driver[hal.TextDisplay]{"letters": {Check: check, Open: func(context.Context, hal.Params, *slog.Logger) (hal.TextDisplay, error) {
			return haltest.NewTextDisplay(t, 20, 4), nil
		}}},
	}
	for _, name := range []string{"pixels", "letters"} {
		b, err := Load("b.yaml", []byte("offhook-board: 1\nname: x\ndisplay: {compatible: "+name+"}\n"))
		if err != nil || b.Validate(drivers) != nil {
			t.Fatal(err, b.Validate(drivers))
		}
		d, err := b.Open(t.Context(), drivers, slog.New(slog.DiscardHandler))
		if err != nil || (d.Display != nil) != (name == "pixels") || (d.Text != nil) != (name == "letters") {
			t.Errorf("%s: display %v, text %v, %v", name, d.Display, d.Text, err)
		}
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	}
	b, err := Load("b.yaml", []byte("offhook-board: 1\nname: x\ndisplay: {compatible: paper}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Validate(drivers); err == nil || !strings.Contains(err.Error(), `no driver "paper" for display (there are: letters, pixels)`) {
		t.Errorf("got %v", err)
	}
}
