package engine_test

import (
	"encoding/binary"
	"fmt"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/g711"
	"offhook/media/g722"
	"offhook/media/mediatest"
	"offhook/media/session"
)

// redundant is a call with redundancy whose sender is told of a loss.
func redundant(t testing.TB, said media.Frame, codec media.Codec, generations int, reported float64, link mediatest.Impairment) *relay {
	c := newCall(t, nil, nil, options{
		codecs: []media.Codec{codec}, config: func(c *session.Config) { c.Redundancy = generations },
		engine: func(c *engine.Config) { c.RTCPInterval = time.Hour }, // the relay knows RTP alone
	})
	c.a.device.speech = said
	r := newRelay(t, c, mediatest.NewLink(link))
	ssrc := uint32(0)
	r.keep = func(packet []byte) { ssrc = binary.BigEndian.Uint32(packet[8:]) }
	r.run(30 * time.Millisecond)
	r.keep = nil
	report, err := (&rtcp.ReceiverReport{SSRC: 1, Reports: []rtcp.ReceptionReport{{SSRC: ssrc, FractionLost: uint8(reported * 256)}}}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.toA.WriteToUDPAddrPort(report, c.a.session.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	r.run(10 * time.Millisecond)
	until(t, "the report", func() bool { return c.a.session.Stats().RemoteReports > 0 })
	return r
}

func TestRedundancy_beats_concealment(t *testing.T) {
	const long = 10 * time.Second
	said := mediatest.Voice(rate, long, 3)
	for _, codec := range []media.Codec{g711.PCMU, g722.Rate64} {
		var concealed [3]time.Duration
		var segmental [3]float64
		for generations := range 3 {
			r := redundant(t, said, codec, generations, 0.1, mediatest.Impairment{Delay: 20 * time.Millisecond, Jitter: 5 * time.Millisecond, Loss: 0.1, Burst: 1.5, Seed: 5})
			r.run(long)
			heard, s := r.b.device.heard, r.b.session.Stats()
			_, segmental[generations] = mediatest.Fidelity(said[2*rate:], heard[2*rate:], rate, 20*time.Millisecond, 150*time.Millisecond)
			concealed[generations] = s.Concealed
			t.Logf("%s, %d repeated: segmental SNR %.2f dB, recovered %v, concealed %v, delay %v", codec.Formats()[0].Encoding,
				generations, segmental[generations], s.Recovered, s.Concealed, s.PlayoutDelay)
			if s.Lost == 0 || s.Discarded > 0 || (generations > 0) != (s.Recovered > s.Concealed) {
				t.Errorf("%d repeated: %+v", generations, s)
			}
		}
		if concealed[1] > concealed[0]/2 || concealed[2] > concealed[0]/4 || segmental[1] < segmental[0] || segmental[2] < segmental[0] {
			t.Errorf("concealed %v, segmental SNR %.2f dB, of none, one and two repeated", concealed, segmental)
		}
	}
}

// What is not lost is not repeated: that would take the network for nothing.
func TestRedundancy_waits_for_loss(t *testing.T) {
	for _, test := range []struct {
		loss   float64
		double bool
	}{{0, false}, {0.02, false}, {0.05, true}} {
		t.Run(fmt.Sprint(test.loss), func(t *testing.T) {
			r := redundant(t, mediatest.Voice(rate, time.Second, 1), g711.PCMU, 1, test.loss, mediatest.Impairment{})
			before := r.a.session.Stats()
			r.run(time.Second)
			after := r.a.session.Stats()
			mean := int(after.SentBytes-before.SentBytes) / int(after.Sent-before.Sent)
			if (mean > 200) != test.double {
				t.Errorf("%d octets in a packet", mean)
			}
			if s := r.b.session.Stats(); s.Discarded+s.Lost > 0 || s.Recovered > 0 {
				t.Errorf("%+v", s)
			}
		})
	}
}

func TestRedundancy_allocates_nothing(t *testing.T) {
	r := redundant(t, mediatest.Voice(rate, 20*time.Second, 1), g711.PCMU, 2, 0.1, mediatest.Impairment{})
	r.run(100 * time.Millisecond)
	packet := make([]byte, 1500)
	if got := testing.AllocsPerRun(50, func() {
		for range 2 {
			r.clock.now.Add(int64(r.a.period))
			if r.a.Step() != nil || r.b.Step() != nil {
				t.Fatal("step failed")
			}
		}
		n, _ := r.toA.Read(packet)
		if _, err := r.toB.WriteToUDPAddrPort(packet[:n], r.addrB); err != nil {
			t.Fatal(err)
		}
	}); got > 0 {
		t.Errorf("%.2f allocations in a packet", got)
	}
}
