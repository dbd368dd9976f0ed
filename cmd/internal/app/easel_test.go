package app

import (
	"bytes"
	"image/png"
	"slices"
	"strings"
	"sync"
	"testing"

	"offhook/hal"
)

// fakeLetters is a display of 20×4 characters.
type fakeLetters struct {
	latch
	mu    sync.Mutex
	lines []string
}

func (*fakeLetters) Size() (cols, rows int)      { return 20, 4 }
func (*fakeLetters) Shows(r rune) bool           { return r >= ' ' && r <= '~' || r == '🔒' }
func (*fakeLetters) Backlight(percent int) error { return nil }

func (l *fakeLetters) Write(lines []string) error {
	if l.isClosed() {
		return hal.ErrClosed
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.lines = slices.Clone(lines)
	return nil
}

func (l *fakeLetters) page() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.lines
}

// reads waits until a person would read each of these in its line.
func (w *world) reads(what string, want ...string) {
	w.t.Helper()
	w.wait(what, func() bool {
		lines := w.parts.letters.page()
		for i, part := range want {
			if i >= len(lines) || !strings.Contains(lines[i], part) {
				return false
			}
		}
		return true
	}, func() any { return w.parts.letters.page() })
}

// The whole way on a display of characters: what a person does is read there.
func TestJourney_on_a_display_of_characters(t *testing.T) {
	w := newWorld(t, strings.Replace(boardFile, "display: {compatible: fake}", "display: {compatible: letters}", 1))
	_ = w.parts.screen.Close() // no part of this board
	w.registered()
	w.reads("the idle screen", "Workbench 1001", ", ", "", "Calls")
	w.lift()
	w.parts.keys.tap("6", "0")
	w.reads("the number", "Enter a number", "60_", "", "Dial")
	w.parts.keys.tap("0")
	w.callIn("confirmed")
	w.heard()
	w.reads("the call with its time", "In call", "600", "", "Hold")
	w.wait("the time of the call", func() bool { return !strings.Contains(w.parts.letters.page()[0], "0:00") }, func() any { return w.parts.letters.page() })
	w.reads("that nobody else hears", "🔒 0:")
	if picture, err := w.control.Screen(t.Context()); err != nil {
		t.Error(err)
	} else if img, err := png.Decode(bytes.NewReader(picture)); err != nil || img.Bounds().Dx() != 148 || img.Bounds().Dy() != 72 {
		t.Errorf("screenshot: %v", err)
	}
	w.replace()
	w.quiet()
	if err := w.lab.Ring("1001"); err != nil {
		t.Fatal(err)
	}
	w.reads("who rings", "Incoming call", "Workbench", "600", "Answer Reject Silenc")
	w.lift()
	w.callIn("confirmed")
	w.reads("the call", "In call")
	w.replace()
	w.quiet()
	w.stop()
	if !w.parts.letters.isClosed() {
		t.Error("the display was left open")
	}
}
