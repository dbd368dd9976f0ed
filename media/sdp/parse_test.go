package sdp

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	pion "github.com/pion/sdp/v3"
)

func text(lines ...string) []byte { return []byte(strings.Join(lines, "\r\n") + "\r\n") }

// phone is what a common desk phone sends.
var phone = text("v=0", "o=- 20000 20001 IN IP4 192.0.2.7", "s=SDP data", "c=IN IP4 192.0.2.7", "t=0 0",
	"m=audio 11780 RTP/SAVP 9 0 101", "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz",
	"a=rtpmap:9 G722/8000", "a=rtpmap:0 PCMU/8000", "a=rtpmap:101 telephone-event/8000", "a=fmtp:101 0-15", "a=ptime:20", "a=sendrecv")

func TestParse_tolerates(t *testing.T) {
	for _, test := range []struct {
		name  string
		text  []byte
		media int
	}{
		{"a desk phone", phone, 1},
		{"bare line feeds", []byte("v=0\no=x 1 1 IN IP4 127.0.0.1\ns=-\nm=audio 4000 RTP/AVP 0\n"), 1},
		{"s= before o=, b= after a=", text("v=0", "s=x", "o=a 1 1 IN IP4 127.0.0.1", "m=audio 4 RTP/AVP 0", "a=x", "b=AS:64"), 1},
		{"user with a space", text("v=0", "o=John Doe 1 1 IN IP4 127.0.0.1", "s=-"), 0},
		{"fax", text("v=0", "m=image 4000 udptl t38", "a=T38FaxVersion:0"), 1},
		{"unknown transport", text("v=0", "m=audio 4 QUIC/RTP 0", "m=audio 5000/2 RTP/AVP 0"), 2},
		{"unknown line", text("v=0", "q=what", "a=:", "a=", "m=audio 1 RTP/AVP 0"), 1},
		{"session id beyond 64 bits", text("v=0", "o=- 99999999999999999999999 1 IN IP4 127.0.0.1", "m=audio 1 RTP/AVP 0"), 1},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, err := Parse(test.text)
			if err != nil || len(d.Media) != test.media {
				t.Fatalf("%d m-lines, %v", len(d.Media), err)
			}
			again, err := Parse(d.Marshal())
			if err != nil || !again.Equal(normal(d)) {
				t.Errorf("written and read again: %v\n%s", err, d.Marshal())
			}
		})
	}
}

// normal is what the writer makes of empty fields.
func normal(d Description) Description {
	d.Name = orDash(d.Name)
	return d
}

func TestParse_refuses(t *testing.T) {
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "", "none of v="},
		{"prose", "hello there", "line 1"},
		{"version", "v=1", "version"},
		{"port", "v=0\r\nm=audio x RTP/AVP 0", "line 2"},
		{"port too large", "m=audio 65536 RTP/AVP 0", "65536"},
		{"short origin", "v=0\no=1 2 3", "o= has"},
		{"short connection", "c=IN", "c= has"},
		{"short media", "m=audio", "m= has"},
		{"too long", strings.Repeat("a=x\n", maxBytes), "bytes"},
		{"too many lines", strings.Repeat("a=\n", maxLines), "lines"},
	} {
		_, err := Parse([]byte(test.text))
		if !errors.Is(err, ErrSyntax) || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestMarshal_no_line_slips_in(t *testing.T) {
	d := Description{Name: "x\r\na=evil", Media: []Media{{Kind: "audio", Proto: "RTP/AVP\nm=evil", Attributes: []Attribute{{"a", "b\r\nc=evil"}}}}}
	if strings.Contains(string(d.Marshal()), "evil") {
		t.Errorf("%s", d.Marshal())
	}
}

func TestMarshal_pion_reads_the_same(t *testing.T) {
	d, err := Parse(phone)
	if err != nil {
		t.Fatal(err)
	}
	var other pion.SessionDescription
	if err := other.Unmarshal(d.Marshal()); err != nil {
		t.Fatalf("%v\n%s", err, d.Marshal())
	}
	m := other.MediaDescriptions[0]
	if other.Origin.SessionVersion != 20001 || m.MediaName.Port.Value != 11780 || !reflect.DeepEqual(m.MediaName.Formats, d.Media[0].Formats) || len(m.Attributes) != len(d.Media[0].Attributes) {
		t.Errorf("pion reads %+v of\n%s", m, d.Marshal())
	}
}

func FuzzParse(f *testing.F) {
	f.Add(phone)
	f.Add(text("v=0", "o=John Doe 1 1 IN IP6 ::1", "m=image 4000/2 udptl t38", "c=IN IP4 224.2.1.1/127/3", "a=rtcp:1 IN IP4 127.0.0.1"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		d, err := Parse(raw)
		if err != nil {
			return
		}
		first := d.Marshal()
		again, err := Parse(first)
		if err != nil {
			t.Fatalf("own text refused: %v\n%q", err, first)
		}
		if second := again.Marshal(); string(second) != string(first) {
			t.Fatalf("not stable:\n%q\n%q", first, second)
		}
		for i := range d.Media {
			_, _ = d.audio(i)
		}
		n := NewNegotiator(1)
		if remote, err := Select(d, Optional, Means{SDES: func(string) bool { return true }}); err == nil {
			_, _, _ = n.Answer(d, remote, local(Optional))
		}
		n.Offer(local(Optional))
		_, _ = n.Accept(d, Means{})
	})
}
