package haltest

import (
	"testing"

	"offhook/hal"
)

// Reader tests a hal.Reader; show holds a card to it, which is read as code, of
// a frame of so many bits.
func Reader(t testing.TB, bits int, code uint64, open func(testing.TB) (r hal.Reader, show func())) {
	t.Helper()
	r, show := open(t)
	var last hal.Credential
	for i := range 3 {
		show()
		c, err := r.ReadCredential()
		if err != nil {
			t.Fatalf("ReadCredential: %v", err)
		}
		if c.Bits != bits || c.Code != code {
			t.Errorf("card %d: %d bits, %#x, want %d, %#x", i, c.Bits, c.Code, bits, code)
		}
		if c.Time.IsZero() || c.Time.Before(last.Time) {
			t.Errorf("card %d: at %s, after one at %s", i, c.Time, last.Time)
		}
		last = c
	}
	closing(t, "reader", r)
	_, err := r.ReadCredential()
	wantClosed(t, "ReadCredential", err)

	r, _ = open(t)
	wakes(t, "ReadCredential", r, func() error { _, err := r.ReadCredential(); return err })

	r, show = open(t)
	show()
	closing(t, "reader", r)
	_, err = r.ReadCredential()
	wantClosed(t, "ReadCredential of a card that was shown before", err)
}
