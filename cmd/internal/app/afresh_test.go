package app

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"offhook/hal"

	"offhook/cmd/internal/localapi"
)

func TestScreen_that_comes_late_has_the_phone_start_anew(t *testing.T) {
	w := newWorld(t, boardFile)
	var there atomic.Bool
	w.cfg.Drivers.Displays = one(func() (hal.Display, error) {
		if !there.Load() {
			return nil, errBroken
		}
		return w.parts.screen, nil
	})
	if s := w.registered(); len(s.Devices) != 1 || s.Devices[0].Part != "display" {
		t.Fatalf("broken parts: %+v", s.Devices)
	}
	w.app.reopen(t.Context())
	if w.app.reboot.Load() {
		t.Fatal("a screen that is not there has the phone start anew")
	}
	w.lift()
	w.parts.keys.tap("6", "0", "0")
	w.callIn("confirmed")
	there.Store(true)
	w.app.reopen(t.Context())
	if !w.parts.screen.isClosed() {
		t.Error("the screen that was looked for was left open")
	}
	w.until("the call, which goes on", func(s localapi.Status) bool { return len(s.Calls) == 1 && s.Calls[0].Ended.IsZero() })
	w.replace()
	w.await(patience)
	if !errors.Is(w.result, ErrRestart) {
		t.Errorf("the phone ended with %v", w.result)
	}
}

func TestReopen_parts_that_have_come(t *testing.T) {
	for _, part := range []string{"display", "lamps.registered", "relays.door", "mixer"} {
		t.Run(part, func(t *testing.T) {
			p := newParts(t)
			a := newApp(Config{Board: loadBoard(t, boardFile), Drivers: p.drivers(), Log: slog.New(slog.DiscardHandler)})
			a.health.note(part, errBroken)
			if a.reopen(t.Context()); !a.reboot.Load() {
				t.Error("the phone does not start anew")
			}
			_ = errors.Join(p.screen.Close(), p.relay.Close(), p.lamp.Close(), p.mixer.Close()) // one of them is
		})
	}
}

func TestReopen_leaves_alone_what_is_opened_elsewhere(t *testing.T) {
	w := newWorld(t, boardFile)
	_ = errors.Join(w.parts.screen.Close(), w.parts.relay.Close(), w.parts.lamp.Close()) // never opened
	a := newApp(w.cfg)
	for _, part := range []string{"audio", "hook", "keypads[0]", "watchdog", "state", ""} {
		a.health.note(part, errBroken)
	}
	opens := w.parts.card.opens
	a.reopen(t.Context())
	if a.reboot.Load() || w.parts.card.opens != opens {
		t.Error("a part was opened that is another's")
	}
}

func TestAfresh_looks_once_a_minute(t *testing.T) {
	file := loadBoard(t, boardFile)
	synctest.Test(t, func(t *testing.T) {
		looks := 0
		cfg := Config{Board: file, Log: slog.New(slog.DiscardHandler), Drivers: hal.Drivers{Displays: one(func() (hal.Display, error) { looks++; return nil, errBroken })}}
		a := newApp(cfg)
		a.health.note("display", errBroken)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute+time.Second)
		defer cancel()
		if err := a.afresh(ctx); err != nil || looks != 10 {
			t.Errorf("%d looks in ten minutes, %v", looks, err)
		}
	})
}
