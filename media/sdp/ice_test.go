package sdp

import (
	"net/netip"
	"slices"
	"strings"
	"testing"

	"offhook/media"
)

const ufrag, pwd = "F7gI", "x9cml/YzichV2+XlhiMu8g"

func TestICE_is_read(t *testing.T) {
	names := []string{"a=ice-ufrag:" + ufrag, "a=ice-pwd:" + pwd}
	for _, row := range []struct {
		name        string
		head, lines []string
		none, lite  bool
	}{
		{"at the m-line", nil, append([]string{"a=candidate:1 1 UDP 1 192.0.2.1 5000 typ host"}, names...), false, false},
		{"for the session", names, []string{"a=candidate:1 1 UDP 1 192.0.2.1 5000 typ host"}, false, false},
		{"lite", []string{"a=ice-lite"}, names, false, true},
		{"nothing of it", nil, nil, true, false},
		{"a mismatch", nil, append([]string{"a=ice-mismatch"}, names...), true, false},
		{"a name too short", nil, []string{"a=ice-ufrag:abc", names[1]}, true, false},
		{"a password too short", nil, []string{names[0], "a=ice-pwd:short"}, true, false},
		{"a name with what is no letter", nil, []string{"a=ice-ufrag:F7 gI", names[1]}, true, false},
		{"a name without end", nil, []string{"a=ice-ufrag:" + strings.Repeat("a", 300), names[1]}, true, false},
	} {
		d := parse(t, append(append(slices.Clone(row.head), "m=audio 5000 RTP/AVP 0", "c=IN IP4 192.0.2.1"), row.lines...)...)
		r, err := d.audio(0)
		if err != nil || r.ICE.None() != row.none || r.ICE.Lite != row.lite {
			t.Errorf("%s: %+v, %v", row.name, r.ICE, err)
		}
	}
}

func TestICE_is_written(t *testing.T) {
	local := Local{Addr: netip.MustParseAddr("10.0.0.1"), Port: 4000, Mux: true, Direction: media.SendRecv, Policy: Off,
		Formats: []media.Format{{Encoding: "PCMU", ClockRate: 8000, SampleRate: 8000, Channels: 1}},
		ICE:     &ICE{Ufrag: ufrag, Pwd: pwd, Lite: true, Candidates: []string{"1 1 UDP 1 10.0.0.1 4000 typ host"}, Chosen: []string{ChosenRemote(netip.MustParseAddrPort("192.0.2.9:7"))}},
		Default: netip.MustParseAddrPort("198.51.100.7:5678")}
	n := NewNegotiator(1)
	text := string(n.Offer(local).Marshal())
	for _, want := range []string{"c=IN IP4 198.51.100.7\r\n", "m=audio 5678 ", "a=ice-options:ice2\r\na=ice-lite\r\nm=", "a=ice-ufrag:" + ufrag + "\r\na=ice-pwd:" + pwd + "\r\n",
		"a=candidate:1 1 UDP 1 10.0.0.1 4000 typ host\r\n", "a=remote-candidates:1 192.0.2.9 7\r\n"} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in %s", want, text)
		}
	}
	if again := string(n.Offer(local).Marshal()); again != text {
		t.Errorf("the same is another version: %s", again)
	}
	local.ICE, local.Default = &ICE{Mismatch: true}, netip.AddrPort{}
	text = string(n.Offer(local).Marshal())
	if !strings.Contains(text, "a=ice-mismatch\r\n") || strings.Contains(text, "ice-ufrag") || strings.Contains(text, "ice-options") || !strings.Contains(text, "m=audio 4000 ") {
		t.Error(text)
	}
}

// A socket that has both IP versions is no reason to refuse one of them.
func TestAgree_any_family(t *testing.T) {
	offer := parse(t, "m=audio 5000 RTP/AVP 0", "c=IN IP6 2001:db8::1")
	remote, err := Select(offer, Off, Means{})
	if err != nil {
		t.Fatal(err)
	}
	local := Local{Addr: netip.MustParseAddr("10.0.0.1"), Port: 4000, Direction: media.SendRecv, Policy: Off, Formats: []media.Format{{Encoding: "PCMU", ClockRate: 8000, SampleRate: 8000, Channels: 1}}}
	for _, both := range []bool{false, true} {
		local.AnyFamily = both
		if _, _, err := NewNegotiator(1).Answer(offer, remote, local); (err == nil) != both {
			t.Errorf("both %t: %v", both, err)
		}
	}
}
