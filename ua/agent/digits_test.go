package agent

import (
	"strings"
	"testing"
	"time"

	"offhook/ua"
)

func TestSendDigit_by_INFO_both_ways(t *testing.T) {
	p, peer := neighbour(t, "127.0.0.1:0")
	call, _ := ring(p, peer)
	p.must(p.agent.Answer(call.ID))
	ok := peer.Expect("200")
	peer.Send(inDialog("ACK", 7, ok.Get("To")))
	p.awaitCall(ua.Confirmed)
	peer.Send(strings.TrimSpace(inDialog("INFO", 8, ok.Get("To"))) + "\nContent-Type: application/dtmf-relay\n\nSignal=9\nDuration=120\n")
	peer.Expect("200")
	for {
		if e, digit := (<-p.agent.Events()).(ua.DigitReceived); digit {
			if e != (ua.DigitReceived{Call: call.ID, Digit: '9', Duration: 120 * time.Millisecond}) {
				t.Errorf("%+v", e)
			}
			break
		}
	}
	for _, digit := range "1#" {
		p.must(p.agent.SendDigit(call.ID, digit, 0))
		info := peer.Expect("INFO")
		if want := "Signal=" + string(digit) + "\r\nDuration=160\r\n"; string(info.Body) != want || info.Get("Content-Type") != "application/dtmf-relay" {
			t.Errorf("%s %q", info.Get("Content-Type"), info.Body)
		}
		peer.Reply(info, "", "200 OK")
	}
	if err := p.agent.SendDigit(call.ID, 'x', 0); err == nil {
		t.Error("x was taken")
	}
	if err := p.agent.SendDigit(99, '1', 0); err != ua.ErrNoCall {
		t.Error(err)
	}
	p.must(p.agent.Hangup(call.ID))
	peer.Reply(peer.Expect("BYE"), "", "200 OK")
	p.awaitCall(ua.Terminated)
}
