package sdp

import (
	"strings"
	"testing"

	"offhook/media"
)

// TestAnswer_tolerates what WebRTC gateways write beside what we use.
func TestAnswer_tolerates(t *testing.T) {
	offer := parse(t, "a=group:BUNDLE 0 1", "b=AS:512", "m=audio 5000 RTP/AVPF 0", "b=TIAS:64000", "a=mid:0", "a=rtcp-fb:* nack",
		"a=rtcp-mux", "a=ssrc:1 cname:x", "a=extmap:1 urn:ietf:params:rtp-hdrext:sdes:mid", "m=video 9 RTP/AVPF 96", "a=mid:1", "a=bundle-only",
		"m=audio 5010 RTP/AVP 0")
	remote, err := Select(offer, Off, Means{})
	if err != nil {
		t.Fatal(err)
	}
	answer, agreed, err := NewNegotiator(1).Answer(offer, remote, local(Off))
	if err != nil || agreed.Direction != media.SendRecv || !agreed.Remote.Mux {
		t.Fatal(err)
	}
	written := string(answer.Marshal())
	for _, want := range []string{"m=audio 4000 RTP/AVPF 0\r\n", "m=video 0 RTP/AVPF 96\r\nm=audio 0 RTP/AVP 0\r\n"} {
		if !strings.Contains(written, want) {
			t.Errorf("no %q in\n%s", want, written)
		}
	}
}
