// Package haltest has what the tests of drivers and of their users need:
// conformance tests that every driver must pass, named for the interface they
// hold it to (Keypad, Hook, …), and strict fakes (FakeKeypad, FakeHook, …).
//
// A conformance test opens the device several times by the function it is
// given. It neither sleeps nor measures time; a driver that keeps time itself
// (debouncing, blinking, a relay's pulse) is tested in a synctest bubble, where
// its waiting takes none.
package haltest

import (
	"errors"
	"io"
	"testing"

	"offhook/hal"
)

// closing closes twice: both must do, at most the first may take time.
func closing(t testing.TB, what string, d io.Closer) {
	t.Helper()
	for i := range 2 {
		if err := d.Close(); err != nil {
			t.Errorf("%s: Close number %d: %v", what, i+1, err)
		}
	}
}

func wantClosed(t testing.TB, what string, err error) {
	t.Helper()
	if !errors.Is(err, hal.ErrClosed) {
		t.Errorf("%s after Close: %v, want hal.ErrClosed", what, err)
	}
}

// wakes holds a driver to its Close ending a read that blocks, then to later
// reads ending at once.
func wakes(t testing.TB, what string, d io.Closer, read func() error) {
	t.Helper()
	ended := make(chan error)
	go func() {
		for {
			if err := read(); err != nil {
				ended <- err
				return
			}
		}
	}()
	closing(t, what, d)
	wantClosed(t, what+" that was blocked", <-ended)
	wantClosed(t, what, read())
}
