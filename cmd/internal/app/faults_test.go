package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/hal"
)

func TestSound_unplugged_in_mid_call(t *testing.T) {
	w := newWorld(t, boardFile)
	w.registered()
	w.talking("600")
	w.parts.card.unplug()
	w.view("what is wrong with the sound", func(v phone.View) bool { return v.Status.AudioGone && v.Kind == phone.KindInCall })
	s := w.until("the sound's state", func(s localapi.Status) bool { return strings.Contains(s.Audio.State, hal.ErrGone.Error()) })
	if s.Calls[0].State != "confirmed" {
		t.Errorf("the call is %+v", s.Calls[0])
	}
	before := s.Calls[0].Media.Sent
	w.until("packets that go on", func(s localapi.Status) bool { return s.Calls[0].Media.Sent > before+25 })
	if n := w.parts.card.inUse(); n != 0 {
		t.Errorf("%d devices of a card that is gone are open", n)
	}
	mixer := w.parts.mixer
	mixer.mu.Lock()
	routed := mixer.route
	mixer.route = "" // as of a fresh card
	mixer.mu.Unlock()
	w.parts.card.plug()
	w.view("the sound's return", func(v phone.View) bool { return !v.Status.AudioGone && v.Kind == phone.KindInCall })
	mixer.mu.Lock()
	if mixer.route != routed || routed == "" {
		t.Errorf("the mixer of the card that is back is routed to %q, before to %q", mixer.route, routed)
	}
	mixer.mu.Unlock()
	w.heard()
	w.replace()
	w.quiet()
}

func TestBoard_broken_parts_leave_the_phone_working(t *testing.T) {
	broken := strings.NewReplacer("display: {compatible: fake}", "display: {compatible: broken}",
		"audio: {compatible: fake}", "audio: {compatible: broken}", "door: {compatible: fake}", "door: {compatible: broken}").Replace(boardFile)
	w := newWorld(t, broken)
	_ = errors.Join(w.parts.screen.Close(), w.parts.relay.Close()) // never opened
	s := w.registered()
	var parts []string
	for _, d := range s.Devices {
		parts = append(parts, d.Part)
		if d.Error != errBroken.Error() {
			t.Errorf("%+v", d)
		}
	}
	if got := strings.Join(parts, " "); got != "display relays.door audio" {
		t.Errorf("broken parts: %s", got)
	}
	if s.Audio.State != "the board's sound device did not open" {
		t.Errorf("%+v", s.Audio)
	}
	if _, err := w.control.Screen(t.Context()); err == nil || err.Error() != "this board has no screen" {
		t.Errorf("screenshot: %v", err)
	}
	w.lift()
	w.parts.keys.tap("6", "0", "0")
	w.callIn("confirmed")
	w.until("sound on the network", func(s localapi.Status) bool { return s.Calls[0].Media != nil && s.Calls[0].Media.Received > 20 })
	w.replace()
	w.quiet()
}

func TestKeypad_breaks_the_hook_goes_on(t *testing.T) {
	w := newWorld(t, boardFile)
	w.registered()
	close(w.parts.keys.events)
	w.until("the broken part", func(s localapi.Status) bool { return len(s.Devices) == 1 && s.Devices[0].Part == "keypads[0]" })
	w.lift()
	w.view("a dial tone", kind(phone.KindDialling))
	w.replace()
	w.view("the idle screen", kind(phone.KindIdle))
}

func TestStart_refused(t *testing.T) {
	t.Run("state that cannot be written: said, with the way out", func(t *testing.T) {
		w := newWorld(t, boardFile)
		file := filepath.Join(filepath.Dir(w.cfg.Agent.State), "file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		w.cfg.Agent.State = filepath.Join(file, "state")
		err := Run(t.Context(), w.cfg)
		if err == nil || !strings.Contains(err.Error(), "state directory cannot be written") || !strings.Contains(err.Error(), "--state") {
			t.Errorf("got %v", err)
		}
		if _, err := os.Stat(w.cfg.Socket); !os.IsNotExist(err) {
			t.Errorf("the socket was left behind: %v", err)
		}
		if w.parts.card.opens != 0 {
			t.Error("devices were opened")
		}
	})
	t.Run("socket in use: said, and the other phone goes on", func(t *testing.T) {
		w := newWorld(t, boardFile)
		w.boot()
		second := w.cfg
		other := newParts(t)
		second.Drivers = other.drivers()
		err := Run(t.Context(), second)
		if err == nil || !strings.Contains(err.Error(), w.cfg.Socket+" is in use") || strings.Count(err.Error(), "control socket") != 1 {
			t.Errorf("got %v", err)
		}
		if other.card.opens != 0 {
			t.Error("the second phone opened devices")
		}
		if _, err := w.control.Status(t.Context()); err != nil {
			t.Errorf("the first phone: %v", err)
		}
	})
	t.Run("socket left by a power cut: replaced", func(t *testing.T) {
		w := newWorld(t, boardFile)
		if err := os.WriteFile(w.cfg.Socket, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		w.boot()
		if _, err := w.control.Status(t.Context()); err != nil {
			t.Error(err)
		}
	})
	t.Run("context that has ended: ends at once", func(t *testing.T) {
		w := newWorld(t, boardFile)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if err := Run(ctx, w.cfg); err != nil {
			t.Error(err)
		}
		if left := w.parts.open(); len(left) > 0 {
			t.Errorf("left open: %v", left)
		}
	})
}

func TestWorn(t *testing.T) {
	for err, want := range map[error]bool{
		syscall.EROFS: true, syscall.ENOSPC: true, syscall.EIO: true, syscall.EDQUOT: true,
		syscall.EACCES: false, syscall.ENOTDIR: false, nil: false,
	} {
		if err != nil {
			err = &os.PathError{Op: "open", Path: "/x", Err: err}
		}
		if got := worn(err); got != want {
			t.Errorf("%v: %v", err, got)
		}
	}
}
