package app

import (
	"errors"
	"testing"

	"offhook/cmd/internal/phone"
	"offhook/hal"
)

// scriptedHook is a cradle that tells what stands in it.
type scriptedHook []hal.HookState

func (h *scriptedHook) ReadHook() (hal.HookState, error) {
	if len(*h) == 0 {
		return hal.OnHook, hal.ErrClosed
	}
	s := (*h)[0]
	*h = (*h)[1:]
	return s, nil
}

func (h *scriptedHook) Close() error { return nil }

func TestReadHook_a_flash_is_the_hold_key(t *testing.T) {
	inbox := make(chan phone.Input, 8)
	if err := readHook(t.Context(), &scriptedHook{hal.OffHook, hal.HookFlash, hal.OnHook}, inbox); !errors.Is(err, hal.ErrClosed) {
		t.Fatal(err)
	}
	close(inbox)
	got := ""
	for in := range inbox {
		switch in := in.(type) {
		case phone.Hook:
			got += map[hal.HookState]string{hal.OnHook: "on ", hal.OffHook: "off "}[in.State]
		case phone.Key:
			got += map[hal.KeyAction]string{hal.KeyPress: "press ", hal.KeyRelease: "release "}[in.Action] + string(in.Key) + " "
		}
	}
	if got != "off press hold release hold on " {
		t.Errorf("the phone heard %q", got)
	}
}
