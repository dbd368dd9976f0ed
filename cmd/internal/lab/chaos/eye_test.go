package chaos

import (
	"bytes"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// TestLook reads the pictures that the screen's own tests hold to be right.
func TestLook(t *testing.T) {
	for name, want := range map[string]claim{
		"booting": {}, "idle": {registered: true}, "idle-registering": {}, "idle-unregistered": {},
		"ringing": {registered: true, call: true}, "calling": {registered: true, call: true}, "in-call": {registered: true, call: true},
		"hold": {registered: true, call: true}, "two-calls": {registered: true, call: true}, "ended": {registered: true}, "menu": {registered: true}, "trouble-everywhere": {},
		"idle-lines": {registered: true}, "failed-network": {registered: true}, "ringing-de": {registered: true, call: true}, "in-call-secure": {registered: true, call: true},
	} {
		t.Run(name, func(t *testing.T) {
			picture, err := os.ReadFile(filepath.Join("..", "..", "screen", "testdata", "320x240", name+".png"))
			if err != nil {
				t.Fatal(err)
			}
			if got, err := look(picture); err != nil || got != want {
				t.Errorf("%+v, %v; want %+v", got, err, want)
			}
		})
	}
}

func TestLook_at_what_cannot_be_read(t *testing.T) {
	if _, err := look([]byte("no picture")); err == nil {
		t.Error("no error")
	}
	var small bytes.Buffer
	if err := png.Encode(&small, image.NewGray(image.Rect(0, 0, 128, 64))); err != nil {
		t.Fatal(err)
	}
	if _, err := look(small.Bytes()); err == nil {
		t.Error("a screen of another size is read")
	}
}
