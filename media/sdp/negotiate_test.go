package sdp

import (
	"errors"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	pion "github.com/pion/sdp/v3"

	"offhook/media"
)

var (
	pcmu  = media.Format{Encoding: "PCMU", PayloadType: 0, ClockRate: 8000, SampleRate: 8000, Channels: 1}
	pcma  = media.Format{Encoding: "PCMA", PayloadType: 8, ClockRate: 8000, SampleRate: 8000, Channels: 1}
	opus  = media.Format{Encoding: "OPUS", PayloadType: 96, ClockRate: 48000, SampleRate: 48000, Channels: 2}
	event = media.Format{Encoding: TelephoneEvent, PayloadType: 101, ClockRate: 8000, SampleRate: 8000, Channels: 1, FMTP: "0-16"}
)

const crypto = "1 AES_CM_128_HMAC_SHA1_80 inline:WVNfX19zZW1jdGwgKCkgewkyMjA7fQp9CnVubGVz"

func local(policy Policy) Local {
	l := Local{Addr: netip.MustParseAddr("127.0.0.1"), Port: 4000, Mux: true, Formats: []media.Format{pcmu, pcma, event}, Direction: media.SendRecv, Policy: policy}
	if policy != Off {
		l.Crypto = []string{crypto}
	}
	return l
}

func yes(string) bool { return true }

func parse(t *testing.T, lines ...string) Description {
	t.Helper()
	d, err := Parse(text(append([]string{"v=0", "o=- 1 1 IN IP4 127.0.0.2", "s=-", "c=IN IP4 127.0.0.2", "t=0 0"}, lines...)...))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestSelect_policy(t *testing.T) {
	const avp, savp, line = "m=audio 5000 RTP/AVP 0", "m=audio 5000 RTP/SAVP 0", "a=crypto:" + crypto
	for _, test := range []struct {
		name      string
		policy    Policy
		lines     []string
		encrypted bool
		want      error
	}{
		{"off: plain -> plain", Off, []string{avp}, false, nil},
		{"off: opportunistic -> plain", Off, []string{avp, line}, false, nil},
		{"off: SAVP -> refused", Off, []string{savp, line}, false, ErrEncryption},
		{"optional: plain -> plain", Optional, []string{avp}, false, nil},
		{"optional: opportunistic -> encrypted", Optional, []string{avp, line}, true, nil},
		{"optional: SAVP -> encrypted", Optional, []string{savp, line}, true, nil},
		{"optional: SAVPF -> encrypted", Optional, []string{"m=audio 5000 RTP/SAVPF 0", line}, true, nil},
		{"optional: SAVP without keys -> refused", Optional, []string{savp}, false, ErrEncryption},
		{"optional: both lines -> the encrypted one", Optional, []string{avp, savp, line}, true, nil},
		{"mandatory: plain -> refused", Mandatory, []string{avp}, false, ErrNoEncryption},
		{"mandatory: SAVP without keys -> refused", Mandatory, []string{savp}, false, ErrNoEncryption},
		{"mandatory: opportunistic -> encrypted", Mandatory, []string{avp, line}, true, nil},
		{"mandatory: both lines -> the encrypted one", Mandatory, []string{avp, savp, line}, true, nil},
		{"no audio", Optional, []string{"m=video 5000 RTP/AVP 31"}, false, ErrNoAudio},
		{"audio refused", Optional, []string{"m=audio 0 RTP/AVP 0"}, false, ErrNoAudio},
		{"DTLS without a way to it", Optional, []string{"m=audio 9 UDP/TLS/RTP/SAVPF 0"}, false, ErrEncryption},
		{"an unknown transport", Optional, []string{"m=audio 9 TCP/RTP/AVP 0"}, false, ErrNoAudio},
		{"a name for an address", Optional, []string{avp, "c=IN IP4 host.example"}, false, ErrNoAudio},
		{"multicast", Optional, []string{avp, "c=IN IP4 224.2.1.1/127"}, false, ErrNoAudio},
	} {
		t.Run(test.name, func(t *testing.T) {
			remote, err := Select(parse(t, test.lines...), test.policy, Means{SDES: yes})
			if !errors.Is(err, test.want) || remote.Encrypted != test.encrypted {
				t.Errorf("encrypted %t, %v", remote.Encrypted, err)
			}
		})
	}
}

func TestRemote_reads(t *testing.T) {
	d := parse(t, "a=recvonly", "m=audio 5000 RTP/AVP 0 9 18 97 98", "c=IN IP6 ::1", "a=rtcp:6001 IN IP6 ::2",
		"a=rtpmap:97 telephone-event/8000", "a=fmtp:97 0-11", "a=ptime:30", "a=maxptime:60.0", "a=rtcp-mux")
	r, err := d.audio(0)
	if err != nil {
		t.Fatal(err)
	}
	var encodings []string
	for _, f := range r.Formats {
		encodings = append(encodings, f.Encoding)
	}
	if r.Addr != netip.MustParseAddrPort("[::1]:5000") || r.RTCP != netip.MustParseAddrPort("[::2]:6001") || !r.Mux ||
		r.Direction != media.RecvOnly || r.PTime != 30*time.Millisecond || r.MaxPTime != 60*time.Millisecond ||
		strings.Join(encodings, " ") != "PCMU G722 G729 TELEPHONE-EVENT" || r.Formats[1].SampleRate != 16000 || r.Formats[3].FMTP != "0-11" {
		t.Errorf("%+v", r)
	}
}

func TestAnswer(t *testing.T) {
	for _, test := range []struct {
		name      string
		lines     []string
		ours      media.Direction
		want      []string // in the answer
		direction media.Direction
	}{
		{"plain", []string{"m=audio 5000 RTP/AVP 8 0 101", "a=rtpmap:101 telephone-event/8000"}, media.SendRecv,
			[]string{"m=audio 4000 RTP/AVP 8 101\r\n", "a=fmtp:101 0-16\r\n", "a=sendrecv\r\n", "a=ptime:20\r\n"}, media.SendRecv},
		{"the offer's payload types", []string{"m=audio 5000 RTP/AVP 0 110", "a=rtpmap:110 telephone-event/8000"}, media.SendRecv,
			[]string{"m=audio 4000 RTP/AVP 0 110\r\n"}, media.SendRecv},
		{"others refused, order kept", []string{"m=video 6000 RTP/AVP 31", "m=audio 5000 RTP/AVPF 0", "m=image 7000 udptl t38", "m=audio 5002 RTP/AVP 0"}, media.SendRecv,
			[]string{"m=video 0 RTP/AVP 31\r\nm=audio 4000 RTP/AVPF 0\r\n", "m=image 0 udptl t38\r\nm=audio 0 RTP/AVP 0\r\n"}, media.SendRecv},
		{"held: sendonly", []string{"m=audio 5000 RTP/AVP 0", "a=sendonly"}, media.SendRecv, []string{"a=recvonly\r\n"}, media.RecvOnly},
		{"held: inactive", []string{"m=audio 5000 RTP/AVP 0", "a=inactive"}, media.SendRecv, []string{"a=inactive\r\n"}, media.Inactive},
		{"held: old way", []string{"m=audio 5000 RTP/AVP 0", "c=IN IP4 0.0.0.0"}, media.SendRecv, []string{"a=recvonly\r\n"}, media.RecvOnly},
		{"held by both", []string{"m=audio 5000 RTP/AVP 0", "a=sendonly"}, media.SendOnly, []string{"a=inactive\r\n"}, media.Inactive},
		{"held by us", []string{"m=audio 5000 RTP/AVP 0"}, media.SendOnly, []string{"a=sendonly\r\n"}, media.SendOnly},
		{"mux", []string{"m=audio 5000 RTP/AVP 0", "a=rtcp-mux"}, media.SendRecv, []string{"a=rtcp-mux\r\n"}, media.SendRecv},
	} {
		t.Run(test.name, func(t *testing.T) {
			offer := parse(t, test.lines...)
			remote, err := Select(offer, Off, Means{SDES: yes})
			if err != nil {
				t.Fatal(err)
			}
			ours := local(Off)
			ours.Direction = test.ours
			answer, agreed, err := NewNegotiator(1).Answer(offer, remote, ours)
			if err != nil {
				t.Fatal(err)
			}
			written := string(answer.Marshal())
			for _, want := range test.want {
				if !strings.Contains(written, want) {
					t.Errorf("no %q in\n%s", want, written)
				}
			}
			if agreed.Direction != test.direction || len(agreed.Receive) != 1 || len(answer.Media) != len(offer.Media) {
				t.Errorf("%+v", agreed)
			}
		})
	}
}

func TestAnswer_no_codec_in_common_says_which(t *testing.T) {
	offer := parse(t, "m=audio 5000 RTP/AVP 18 3")
	remote, err := Select(offer, Off, Means{SDES: yes})
	if err != nil {
		t.Fatal(err)
	}
	_, _, err = NewNegotiator(1).Answer(offer, remote, local(Off))
	if !errors.Is(err, ErrNoCodec) || !strings.Contains(err.Error(), "it offers G729, GSM, this telephone has PCMU, PCMA") {
		t.Error(err)
	}
}

func TestAnswer_encrypted_carries_one_key(t *testing.T) {
	for _, proto := range []string{"RTP/AVP", "RTP/SAVP"} {
		offer := parse(t, "m=audio 5000 "+proto+" 0", "a=crypto:"+crypto)
		remote, err := Select(offer, Optional, Means{SDES: yes})
		if err != nil || !remote.Encrypted {
			t.Fatal(err)
		}
		answer, _, err := NewNegotiator(1).Answer(offer, remote, local(Optional))
		if err != nil || answer.Media[0].Proto != proto || len(answer.Media[0].Values("crypto")) != 1 {
			t.Errorf("%s: %v\n%s", proto, err, answer.Marshal())
		}
	}
}

func TestOffer_transport_follows_the_policy(t *testing.T) {
	for policy, proto := range map[Policy]string{Off: "RTP/AVP", Optional: "RTP/AVP", Mandatory: "RTP/SAVP"} {
		m := NewNegotiator(1).Offer(local(policy)).Media[0]
		if m.Proto != proto || (len(m.Values("crypto")) > 0) != (policy != Off) {
			t.Errorf("%s: %+v", policy, m)
		}
	}
}

func TestAccept(t *testing.T) {
	for _, test := range []struct {
		name   string
		policy Policy
		lines  []string
		want   error
		check  func(Agreed) bool
	}{
		{"plain", Off, []string{"m=audio 5000 RTP/AVP 0"}, nil, func(a Agreed) bool { return a.Send.PayloadType == 0 && a.SendEvents.ClockRate == 0 }},
		{"asymmetric payload types", Off, []string{"m=audio 5000 RTP/AVP 0 96", "a=rtpmap:96 telephone-event/8000"}, nil,
			func(a Agreed) bool { return a.SendEvents.PayloadType == 96 && a.ReceiveEvents.PayloadType == 101 }},
		{"rtpmap left out", Off, []string{"m=audio 5000 RTP/AVP 0 101"}, nil, func(a Agreed) bool { return a.SendEvents.PayloadType == 101 }},
		{"several codecs", Off, []string{"m=audio 5000 RTP/AVP 8 0", "a=ptime:30"}, nil,
			func(a Agreed) bool {
				return a.Send.PayloadType == 8 && len(a.Receive) == 2 && a.Send.PTime == 30*time.Millisecond
			}},
		{"maxptime", Off, []string{"m=audio 5000 RTP/AVP 8", "a=ptime:40", "a=maxptime:15"}, nil, func(a Agreed) bool { return a.Send.PTime == 10*time.Millisecond }},
		{"recvonly", Off, []string{"m=audio 5000 RTP/AVP 0", "a=recvonly"}, nil, func(a Agreed) bool { return a.Direction == media.SendOnly }},
		{"optional: taken up", Optional, []string{"m=audio 5000 RTP/AVP 0", "a=crypto:" + crypto}, nil, func(a Agreed) bool { return a.Remote.Encrypted }},
		{"optional: answered as SAVP", Optional, []string{"m=audio 5000 RTP/SAVP 0", "a=crypto:" + crypto}, nil, func(a Agreed) bool { return a.Remote.Encrypted }},
		{"optional: ignored", Optional, []string{"m=audio 5000 RTP/AVP 0"}, nil, func(a Agreed) bool { return !a.Remote.Encrypted }},
		{"mandatory: ignored", Mandatory, []string{"m=audio 5000 RTP/AVP 0"}, ErrNoEncryption, nil},
		{"mandatory: SAVP without a key", Mandatory, []string{"m=audio 5000 RTP/SAVP 0"}, ErrNoEncryption, nil},
		{"refused", Off, []string{"m=audio 0 RTP/AVP 0"}, ErrNoAudio, nil},
		{"no m-line", Off, nil, ErrNoAudio, nil},
		{"another codec", Off, []string{"m=audio 5000 RTP/AVP 18"}, ErrNoCodec, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			n := NewNegotiator(1)
			n.Offer(local(test.policy))
			agreed, err := n.Accept(parse(t, test.lines...), Means{SDES: yes})
			if !errors.Is(err, test.want) || err == nil && !test.check(agreed) {
				t.Errorf("%+v, %v", agreed, err)
			}
		})
	}
}

func TestAccept_without_an_offer(t *testing.T) {
	n := NewNegotiator(1)
	n.Offer(local(Off))
	n.Rollback()
	if _, err := n.Accept(parse(t, "m=audio 5000 RTP/AVP 0"), Means{SDES: yes}); !errors.Is(err, ErrNoOffer) {
		t.Error(err)
	}
}

func TestNegotiator_version_goes_up_with_each_change(t *testing.T) {
	n := NewNegotiator(1)
	first := n.Offer(local(Off)).Origin
	if same := n.Offer(local(Off)).Origin; same != first {
		t.Errorf("unchanged: %d -> %d", first.Version, same.Version)
	}
	held := local(Off)
	held.Direction = media.SendOnly
	if next := n.Offer(held).Origin; next.Version != first.Version+1 || next.ID != first.ID {
		t.Errorf("hold: %+v -> %+v", first, next)
	}
}

func TestNegotiator_keeps_lines_and_payload_types(t *testing.T) {
	n := NewNegotiator(1)
	ours := local(Off)
	ours.Formats = []media.Format{pcmu, opus, event}
	// The far end uses our customary numbers for other codecs than we do.
	offer := parse(t, "m=video 6000 RTP/AVP 31", "m=audio 5000 RTP/AVP 101 96", "a=rtpmap:101 opus/48000/2", "a=rtpmap:96 telephone-event/8000")
	remote, err := Select(offer, Off, Means{SDES: yes})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := n.Answer(offer, remote, ours); err != nil {
		t.Fatal(err)
	}
	again := n.Offer(ours)
	if len(again.Media) != 2 || again.Media[0].Kind != "video" || again.Media[0].Port != 0 {
		t.Fatalf("m-lines:\n%s", again.Marshal())
	}
	if m := again.Media[1]; !slices.Equal(m.Formats, []string{"0", "101", "96"}) {
		t.Errorf("payload types %v", m.Formats)
	}
	// Later it moves an event to a number that is opus here: ours stays apart.
	moved := parse(t, "m=video 0 RTP/AVP 31", "m=audio 5000 RTP/AVP 0 101", "a=rtpmap:101 telephone-event/8000")
	remote, err = Select(moved, Off, Means{SDES: yes})
	if err != nil {
		t.Fatal(err)
	}
	answer, agreed, err := n.Answer(moved, remote, ours)
	if err != nil {
		t.Fatal(err)
	}
	if agreed.SendEvents.PayloadType != 101 || agreed.ReceiveEvents.PayloadType != 96 {
		t.Errorf("%+v\n%s", agreed, answer.Marshal())
	}
}

func TestNegotiator_transport_stays(t *testing.T) {
	for _, proto := range []string{"RTP/AVP", "RTP/SAVP", "RTP/SAVPF"} {
		for _, policy := range []Policy{Optional, Mandatory} {
			n := NewNegotiator(1)
			offer := parse(t, "m=audio 5000 "+proto+" 0", "a=crypto:"+crypto)
			remote, err := Select(offer, policy, Means{SDES: yes})
			if err != nil {
				t.Fatal(err)
			}
			if _, _, err := n.Answer(offer, remote, local(policy)); err != nil {
				t.Fatal(err)
			}
			if m := n.Offer(local(policy)).Media[0]; m.Proto != proto {
				t.Errorf("%v: %s -> %s", policy, proto, m.Proto)
			}
		}
	}
}

func TestOffer_pion_reads_it(t *testing.T) {
	ours := local(Mandatory)
	ours.Formats = []media.Format{pcmu, opus, event}
	var other pion.SessionDescription
	if err := other.Unmarshal(NewNegotiator(1<<63 + 5).Offer(ours).Marshal()); err != nil {
		t.Fatal(err)
	}
	codec, err := other.GetCodecForPayloadType(96)
	if err != nil || codec.Name != "opus" || codec.ClockRate != 48000 || codec.EncodingParameters != "2" {
		t.Errorf("%+v, %v", codec, err)
	}
	if m := other.MediaDescriptions[0]; m.MediaName.Protos[1] != "SAVP" || other.Origin.SessionID != 1<<62+2 {
		t.Errorf("%+v %+v", m.MediaName, other.Origin)
	}
}

func TestNegotiator_bindings_do_not_grow(t *testing.T) {
	n := NewNegotiator(1)
	offer := parse(t, "m=audio 5000 RTP/AVP 0 101", "a=rtpmap:101 telephone-event/8000")
	for range 100 {
		remote, err := Select(offer, Off, Means{SDES: yes})
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := n.Answer(offer, remote, local(Off)); err != nil {
			t.Fatal(err)
		}
		n.Offer(local(Off))
	}
	if len(n.bound) > 3 {
		t.Errorf("%d bindings", len(n.bound))
	}
}
