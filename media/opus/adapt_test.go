package opus

import (
	"testing"
	"time"

	"offhook/media"
	"offhook/media/mediatest"
)

func TestAdaption(t *testing.T) {
	var a adaption
	for i, step := range []struct {
		loss             float64
		percent, bitrate int
	}{
		{0, 0, 26000},
		{0.01, 0, 26000},
		{0.02, 2, 32500},
		{0.01, 1, 32500}, // less, but not yet little
		{0.005, 0, 26000},
		{0.1, 10, 32500},
		{0.25, 25, 20800},
		{0.15, 15, 20800},
		{0.1, 10, 32500},
		{2, 100, 20800},
	} {
		a.heed(step.loss, true)
		if p, b := a.percent(step.loss), a.bitrate(26000, 0); p != step.percent || b != step.bitrate {
			t.Errorf("%d: %.3f lost: %d %%, %d bit/s; want %d %%, %d bit/s", i, step.loss, p, b, step.percent, step.bitrate)
		}
	}
	a = adaption{}
	a.heed(0.1, false)
	if a.percent(0.1) != 0 || a.bitrate(26000, 0) != 26000 {
		t.Error("redundancy that nobody makes use of")
	}
	a.heed(0.1, true)
	if b := a.bitrate(26000, 28000); b != 28000 {
		t.Errorf("%d bit/s where the far end bears 28000", b)
	}
	a.heed(0.5, true)
	if b := a.bitrate(leastBitrate, 0); b != leastBitrate {
		t.Errorf("%d bit/s", b)
	}
}

// The bits that go out follow the loss, within what both sides have set.
func TestExpectLoss_bitrate(t *testing.T) {
	said := mediatest.Voice(16000, 3*time.Second, 1)
	payload := make([]byte, 1200)
	for _, test := range []struct {
		name        string
		cfg         Config
		fmtp        string
		loss        float64
		least, most int // bit/s
	}{
		{"none", Config{Complexity: 5}, "useinbandfec=1;cbr=1", 0, 25900, 26100},
		{"some", Config{Complexity: 5}, "useinbandfec=1;cbr=1", 0.05, 32300, 32600},
		{"some, and no use for redundancy", Config{Complexity: 5}, "cbr=1", 0.05, 25900, 26100},
		{"much", Config{Complexity: 5}, "useinbandfec=1;cbr=1", 0.3, 20700, 21000},
		{"some, of a far end that bears little", Config{Complexity: 5}, "useinbandfec=1;cbr=1;maxaveragebitrate=28000", 0.05, 27900, 28100},
		{"some, of a set bitrate", Config{Complexity: 5, Bitrate: 24000}, "useinbandfec=1;cbr=1", 0.05, 23900, 24100},
	} {
		c, err := New(test.cfg)
		if err != nil {
			t.Fatal(err)
		}
		f := c.Formats()[0]
		f.FMTP = test.fmtp
		encoder, err := c.NewEncoder(f)
		if err != nil {
			t.Fatal(err)
		}
		encoder.(media.LossAware).ExpectLoss(test.loss)
		octets := 0
		for at := 0; at < len(said); at += 320 {
			n, err := encoder.Encode(payload, said[at:at+320])
			if err != nil {
				t.Fatal(err)
			}
			octets += n
		}
		if rate := octets * 8 / 3; rate < test.least || rate > test.most {
			t.Errorf("%s: %d bit/s, want %d to %d", test.name, rate, test.least, test.most)
		}
	}
}
