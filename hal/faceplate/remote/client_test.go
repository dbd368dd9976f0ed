package remote

import (
	"context"
	"errors"
	"image"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"offhook/hal"
	"offhook/hal/faceplate"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDialSaysWhatIsWrong(t *testing.T) {
	for name, c := range map[string]struct{ url, want string }{
		"not an address -> said so":  {"workbench", "is not a page's address"},
		"another scheme -> said so":  {"ftp://127.0.0.1/", "is not a page's address"},
		"nobody listens -> a remedy": {"http://127.0.0.1:1/", "is the agent running?"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Dial(t.Context(), c.url)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q", err, c.want)
			}
		})
	}
}

func TestAPanelThatGoes(t *testing.T) {
	p := faceplate.New(faceplate.Config{})
	if _, err := p.Drivers().Audio["faceplate-audio"].Open(t.Context(), nil, nil); err != nil {
		t.Fatal(err)
	}
	c, err := Dial(t.Context(), p.URL())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Audio(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, ok := c.MicPosition(0); ok {
		t.Error("a position of what nobody said")
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.ReadSpeaker(make([]int16, 160)); !errors.Is(err, ErrClosed) {
		t.Errorf("ReadSpeaker: %v", err)
	}
	if err := c.WaitScreen(t.Context(), func(image.Image) bool { return false }); !errors.Is(err, ErrClosed) {
		t.Errorf("WaitScreen: %v", err)
	}
	for range 2 {
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.Tap(hal.Key1); !errors.Is(err, ErrClosed) {
		t.Errorf("Tap: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Dial(ctx, p.URL()); err == nil {
		t.Error("a panel that has gone answers")
	}
}
