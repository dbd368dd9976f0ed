package app

import (
	"context"

	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/media"
)

// meter tells the phone, once a second while both hands are free, how its echo is doing.
func (d *desk) meter(ctx context.Context) {
	text := ""
	if at := d.sound.where; at.Call != 0 && at.Output == hal.Speaker {
		if s, ok := d.calls.session(at.Call); ok {
			text = echoFigures(s.Stats().HandsFree)
		}
	}
	if text != d.metered {
		d.metered = text
		d.take(ctx, phone.Echo{Figures: text})
	}
}

// echoFigures begins with what a person asks for: how much is taken out, how late it came.
func echoFigures(h media.HandsFree) (text string) {
	for _, f := range []struct {
		name, unit string
		media.Measured
	}{{"", " dB", h.ERLE}, {"", " ms", h.Delay}, {"ERL ", " dB", h.ERL}, {"double talk ", " %", h.DoubleTalk}, {"noise -", " dB", h.Noise}, {"gain ", " dB", h.Gain}} {
		if f.Known {
			text += ", " + f.name + f.String() + f.unit
		}
	}
	if text == "" {
		return h.Canceller
	}
	return text[2:]
}
