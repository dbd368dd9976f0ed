package session

import (
	"testing"

	"offhook/media/sdp"
)

// TestPair_sdes_rekey: a new key in a re-INVITE loses no packet, and no source.
func TestPair_sdes_rekey(t *testing.T) {
	edit := func(c *Config) { c.SRTP = sdp.Mandatory }
	a, b := newSide(t, loopback, edit), newSide(t, loopback, edit)
	exchange(t, a.Session, b.Session, false)
	talk(t, a, b)
	for _, from := range []*side{a, b} {
		to := map[*side]*side{a: b, b: a}[from]
		ssrc, key := from.engine.stream.ssrc(), from.engine.last().LocalKey
		from.Rekey()
		if _, err := from.Offer(false); err != nil {
			t.Fatal(err)
		}
		from.Rollback() // refused: tried again
		offer, err := from.Offer(false)
		if err != nil {
			t.Fatal(err)
		}
		talk(t, a, b)
		answer, err := to.Answer(offer)
		if err != nil {
			t.Fatal(err)
		}
		talk(t, a, b) // the answer is on its way: under the old key still
		if err := from.Accept(answer); err != nil {
			t.Fatal(err)
		}
		talk(t, a, b)
		if from.engine.last().LocalKey == key || from.engine.stream.ssrc() != ssrc {
			t.Errorf("the key is the old one, or the source is another")
		}
	}
	if n := a.Stats().Discarded + b.Stats().Discarded; n > 0 {
		t.Errorf("%d packets lost by it", n)
	}
}
