package sdp

import (
	"strings"
	"testing"
	"time"

	"offhook/media"
)

var (
	noise = media.Format{Encoding: ComfortNoise, PayloadType: 13, ClockRate: 8000, SampleRate: 8000, Channels: 1}
	red   = media.Format{Encoding: Redundancy, PayloadType: 121, ClockRate: 8000, SampleRate: 8000, Channels: 1, FMTP: "2"}
	g722  = media.Format{Encoding: "G722", PayloadType: 9, ClockRate: 8000, SampleRate: 16000, Channels: 1}
)

// Comfort noise and redundancy go along with a codec of their clock rate, if both
// sides have them, and are never taken for one.
func TestCompanions(t *testing.T) {
	for _, test := range []struct {
		name       string
		ours       []media.Format
		lines      []string
		noise, red int // payload types to be sent; -1: none
	}{
		{"both", []media.Format{pcmu, event, noise, red}, []string{"m=audio 5000 RTP/AVP 0 13 100", "a=rtpmap:100 red/8000", "a=fmtp:100 0/0/0"}, 13, 100},
		{"noise alone", []media.Format{pcmu, noise, red}, []string{"m=audio 5000 RTP/AVP 0 13"}, 13, -1},
		{"neither here", []media.Format{pcmu}, []string{"m=audio 5000 RTP/AVP 13 100 0", "a=rtpmap:100 red/8000"}, -1, -1},
		{"neither there", []media.Format{pcmu, noise, red}, []string{"m=audio 5000 RTP/AVP 0"}, -1, -1},
		{"noise of another number", []media.Format{g722, noise}, []string{"m=audio 5000 RTP/AVP 105 9", "a=rtpmap:105 CN/8000"}, 105, -1},
		{"of other clock rates", []media.Format{pcmu, noise, red}, []string{"m=audio 5000 RTP/AVP 0 98 99", "a=rtpmap:98 CN/16000", "a=rtpmap:99 red/48000"}, -1, -1},
		{"not with Opus", []media.Format{opus, pcmu, noise, red}, []string{"m=audio 5000 RTP/AVP 96 13 100", "a=rtpmap:96 opus/48000/2", "a=rtpmap:100 red/8000"}, -1, -1},
	} {
		check := func(t *testing.T, a Agreed) {
			t.Helper()
			for _, c := range []struct {
				send, receive media.Format
				want          int
			}{{a.SendNoise, a.ReceiveNoise, test.noise}, {a.SendRedundant, a.ReceiveRedundant, test.red}} {
				got := -1
				if c.send.ClockRate > 0 {
					got = int(c.send.PayloadType)
				}
				if got != c.want || (c.receive.ClockRate > 0) != (got >= 0) {
					t.Errorf("sends %+v, receives %+v; want %d", c.send, c.receive, c.want)
				}
			}
			for _, f := range append(a.Receive, a.Send) {
				if auxiliary(f) {
					t.Errorf("%s is taken for a codec", f.Encoding)
				}
			}
		}
		side := local(Off)
		side.Formats = test.ours
		t.Run("answered: "+test.name, func(t *testing.T) {
			n := NewNegotiator(1)
			n.Offer(side)
			a, err := n.Accept(parse(t, test.lines...), Means{})
			if err != nil {
				t.Fatal(err)
			}
			check(t, a)
		})
		t.Run("offered: "+test.name, func(t *testing.T) {
			offer := parse(t, test.lines...)
			remote, err := Select(offer, Off, Means{})
			if err != nil {
				t.Fatal(err)
			}
			answer, a, err := NewNegotiator(1).Answer(offer, remote, side)
			if err != nil {
				t.Fatal(err)
			}
			check(t, a)
			text := string(answer.Marshal())
			if strings.Contains(text, "CN/8000") != (test.noise >= 0) || strings.Contains(text, "red/8000") != (test.red >= 0) {
				t.Errorf("answer:\n%s", text)
			}
		})
	}
}

// What redundancy repeats is named by its payload type (RFC 2198 §5).
func TestCompanions_as_written(t *testing.T) {
	side := local(Off)
	side.Formats = []media.Format{opus, g722, pcmu, event, noise, red}
	text := string(NewNegotiator(1).Offer(side).Marshal())
	for _, want := range []string{"a=rtpmap:13 CN/8000\r\n", "a=rtpmap:121 red/8000\r\na=fmtp:121 9/9/9\r\n", " 13 121\r\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
}

func TestPackable_L16(t *testing.T) {
	for rate, want := range map[int]time.Duration{8000: 60 * time.Millisecond, 16000: 30 * time.Millisecond, 44100: 10 * time.Millisecond} {
		f := media.Format{Encoding: "L16", ClockRate: rate, SampleRate: rate, Channels: 1}
		if got := packable(f, 60*time.Millisecond); got != want {
			t.Errorf("%d Hz: %v, want %v", rate, got, want)
		}
	}
}
