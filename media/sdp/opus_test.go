package sdp

import (
	"strings"
	"testing"
	"time"

	"offhook/media"
)

// RFC 7587: each side says what it wants to receive, under a payload type of its own.
func TestOpus(t *testing.T) {
	const ms = time.Millisecond
	ours := media.Format{
		Encoding: "OPUS", PayloadType: 111, ClockRate: 48000, SampleRate: 16000, Channels: 2,
		FMTP: "maxplaybackrate=16000;useinbandfec=1",
	}
	wide := media.Format{Encoding: TelephoneEvent, PayloadType: 102, ClockRate: 48000, SampleRate: 48000, Channels: 1, FMTP: "0-16"}
	side := local(Off)
	side.Formats = []media.Format{ours, pcmu, event, wide}
	for _, test := range []struct {
		name  string
		lines []string
		ptime time.Duration
		fmtp  string
		event int // clock rate
	}{
		{"of two channels", []string{"a=rtpmap:107 opus/48000/2", "a=fmtp:107 stereo=1; useinbandfec=1"}, 20 * ms, "stereo=1; useinbandfec=1", 0},
		{"capitals", []string{"a=rtpmap:107 OPUS/48000/2"}, 20 * ms, "", 0},
		{"channels forgotten", []string{"a=rtpmap:107 opus/48000"}, 20 * ms, "", 0},
		{"40 ms", []string{"a=rtpmap:107 opus/48000/2", "a=ptime:40"}, 40 * ms, "", 0},
		{"30 ms are no frame", []string{"a=rtpmap:107 opus/48000/2", "a=ptime:30"}, 20 * ms, "", 0},
		{"50 ms are no frame", []string{"a=rtpmap:107 opus/48000/2", "a=ptime:50"}, 40 * ms, "", 0},
		{"at most 10 ms", []string{"a=rtpmap:107 opus/48000/2", "a=maxptime:10"}, 10 * ms, "", 0},
		{"120 ms", []string{"a=rtpmap:107 opus/48000/2", "a=ptime:120"}, 60 * ms, "", 0},
		{"events of both rates", []string{"a=rtpmap:107 opus/48000/2", "a=rtpmap:98 telephone-event/8000", "a=rtpmap:99 telephone-event/48000"}, 20 * ms, "", 48000},
		{"events of 8000 Hz alone", []string{"a=rtpmap:107 opus/48000/2", "a=rtpmap:98 telephone-event/8000"}, 20 * ms, "", 8000},
		{"listed twice", []string{"a=rtpmap:107 opus/48000/2", "a=rtpmap:98 opus/48000/2"}, 20 * ms, "", 0},
	} {
		check := func(t *testing.T, a Agreed, pt uint8) {
			t.Helper()
			if a.Send.PayloadType != 107 || a.Send.FMTP != test.fmtp || a.Send.SampleRate != 16000 || a.Send.PTime != test.ptime {
				t.Errorf("sends %+v", a.Send)
			}
			if len(a.Receive) != 1 || a.Receive[0].PayloadType != pt || a.Receive[0].FMTP != ours.FMTP || a.Receive[0].SampleRate != 16000 {
				t.Errorf("receives %+v", a.Receive)
			}
			if a.SendEvents.ClockRate != test.event || a.ReceiveEvents.ClockRate != test.event {
				t.Errorf("events %+v %+v", a.SendEvents, a.ReceiveEvents)
			}
		}
		lines := append([]string{"m=audio 5000 RTP/AVP 107 98 99"}, test.lines...)
		t.Run("answered: "+test.name, func(t *testing.T) {
			n := NewNegotiator(1)
			n.Offer(side)
			a, err := n.Accept(parse(t, lines...), Means{})
			if err != nil {
				t.Fatal(err)
			}
			check(t, a, 111)
		})
		t.Run("offered: "+test.name, func(t *testing.T) {
			offer := parse(t, lines...)
			remote, err := Select(offer, Off, Means{})
			if err != nil {
				t.Fatal(err)
			}
			answer, a, err := NewNegotiator(1).Answer(offer, remote, side)
			if err != nil {
				t.Fatal(err)
			}
			check(t, a, 107) // RFC 3264 §6.1: the offer's number
			text := string(answer.Marshal())
			if !strings.Contains(text, "a=rtpmap:107 opus/48000/2\r\na=fmtp:107 maxplaybackrate=16000;useinbandfec=1\r\n") {
				t.Error(text)
			}
		})
	}
}
