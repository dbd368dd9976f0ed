package locate

import (
	"slices"
	"testing"
	"time"

	"offhook/ua"
)

// A name server that lied, or was wrong, said for how long: a day.
func TestLocate_asks_again_what_was_to_hold_for_a_day(t *testing.T) {
	d := newFakeDNS(t, "pbx.example 86400 A 192.0.2.99", "_sips._tcp.pbx.example 86400 SRV 0 0 5061 pbx.example")
	r, now := newResolver(t, nil, d.address)
	q := Query{Host: "pbx.example", Transport: ua.TLS}
	asks := func() bool { // for the address; of what there is not it asks sooner
		t.Helper()
		d.questions()
		if _, err := r.Locate(t.Context(), q); err != nil {
			t.Fatal(err)
		}
		return slices.Contains(d.questions(), "udp pbx.example A")
	}
	if !asks() {
		t.Fatal("nobody was asked")
	}
	now.move(ttlMost - time.Second)
	if asks() {
		t.Error("asked before")
	}
	now.move(2 * time.Second)
	if !asks() {
		t.Error("nobody was asked anew")
	}
}
