package sdp

import (
	"errors"
	"strings"
	"testing"

	"offhook/media"
	"offhook/media/keying"
)

const print256 = "sha-256 00:11"

// anyDTLS takes whatever a far end says of its handshake.
func anyDTLS(prefer bool) Means {
	return Means{SDES: yes, DTLS: func([]string, keying.Setup) bool { return true }, PreferDTLS: prefer}
}

func TestSelect_way_to_keys(t *testing.T) {
	const avp, savp, tls, line = "m=audio 5000 RTP/AVP 0", "m=audio 5000 RTP/SAVP 0", "m=audio 5000 UDP/TLS/RTP/SAVPF 0", "a=crypto:" + crypto
	const print, setup = "a=fingerprint:" + print256, "a=setup:actpass"
	for _, test := range []struct {
		name   string
		policy Policy
		prefer bool
		lines  []string
		want   keying.Method
		err    error
	}{
		{"WebRTC's transport -> DTLS", Optional, false, []string{tls, print, setup}, keying.DTLS, nil},
		{"its crypto lines mean nothing", Optional, false, []string{tls, line}, keying.Clear, ErrEncryption},
		{"of the session -> DTLS", Mandatory, false, []string{print, setup, tls}, keying.DTLS, nil},
		{"OSRTP with both -> ours", Optional, false, []string{avp, line, print, setup}, keying.SDES, nil},
		{"OSRTP with both -> ours, DTLS", Optional, true, []string{avp, line, print, setup}, keying.DTLS, nil},
		{"OSRTP with a fingerprint -> DTLS", Optional, false, []string{avp, print, setup}, keying.DTLS, nil},
		{"OSRTP to who must not -> clear", Off, true, []string{avp, line, print, setup}, keying.Clear, nil},
		{"SAVP with a fingerprint -> DTLS", Mandatory, false, []string{savp, print, setup}, keying.DTLS, nil},
		{"DTLS to who must not", Off, false, []string{tls, print, setup}, keying.Clear, ErrEncryption},
	} {
		t.Run(test.name, func(t *testing.T) {
			remote, err := Select(parse(t, test.lines...), test.policy, anyDTLS(test.prefer))
			if !errors.Is(err, test.err) || err == nil && (remote.Keying != test.want || remote.Encrypted != (test.want != keying.Clear)) {
				t.Errorf("%v, %v", remote.Keying, err)
			}
			if err == nil && test.want == keying.DTLS && (remote.Setup != keying.ActPass || len(remote.Fingerprints) != 1) {
				t.Errorf("%+v", remote)
			}
		})
	}
}

// What is refused for want of a common way to keys is told as that.
func TestSelect_other_way_to_keys(t *testing.T) {
	const avp, savp, tls = "m=audio 5000 RTP/AVP 0", "m=audio 5000 RTP/SAVP 0", "m=audio 5000 UDP/TLS/RTP/SAVPF 0"
	const line, odd, print = "a=crypto:" + crypto, "a=crypto:1 AES_192_CM_HMAC_SHA1_80 inline:c2VjcmV0", "a=fingerprint:" + print256
	taken := func([]string, keying.Setup) bool { return true }
	never := func([]string, keying.Setup) bool { return false }
	known := func(value string) bool { return strings.Contains(value, "AES_CM") }
	for _, test := range []struct {
		name   string
		policy Policy
		means  Means
		lines  []string
		want   string // of a KeyingError; "": another error
		is     error
	}{
		{"SDES to who takes DTLS", Mandatory, Means{DTLS: taken}, []string{savp, line}, "by SDES, this side of the call by DTLS: name both in srtp-keying", ErrNoEncryption},
		{"SDES to who takes DTLS and need not", Optional, Means{DTLS: taken}, []string{savp, line}, "by SDES, this side of the call by DTLS", ErrEncryption},
		{"DTLS to who takes SDES", Mandatory, Means{SDES: known}, []string{tls, print}, "by DTLS, this side of the call by SDES: name both", ErrNoEncryption},
		{"opportunistic DTLS to who takes SDES", Mandatory, Means{SDES: known}, []string{avp, print}, "by DTLS, this side", ErrNoEncryption},
		{"another suite", Mandatory, Means{SDES: known}, []string{savp, odd}, `does not have or that were not agreed on ("AES_192_CM_HMAC_SHA1_80"): have it use AES_CM_128_HMAC_SHA1_80`, ErrNoEncryption},
		{"another hash", Mandatory, Means{DTLS: never}, []string{tls, print}, "a fingerprint by sha-256", ErrNoEncryption},
		{"nothing", Mandatory, Means{SDES: known}, []string{avp}, "", ErrNoEncryption},
		{"nothing, and it must be", Optional, Means{SDES: known}, []string{savp}, "", ErrEncryption},
		{"anything to who must not", Off, Means{SDES: known, DTLS: taken}, []string{savp, line}, "", ErrEncryption},
	} {
		_, err := Select(parse(t, test.lines...), test.policy, test.means)
		var way *KeyingError
		if !errors.Is(err, test.is) || errors.As(err, &way) != (test.want != "") || !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "c2Vj") {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func TestOffer_ways_to_keys(t *testing.T) {
	for _, test := range []struct {
		name   string
		policy Policy
		edit   func(*Local)
		proto  string
		has    []string
		hasNot string
	}{
		{"mandatory by DTLS", Mandatory, func(l *Local) { l.Crypto = nil }, "UDP/TLS/RTP/SAVP", []string{"a=fingerprint:" + print256, "a=setup:actpass"}, "a=crypto"},
		{"opportunistic: both", Optional, func(*Local) {}, "RTP/AVP", []string{"a=fingerprint:", "a=crypto:"}, "SAVP"},
		{"reports asked for", Off, func(l *Local) { l.Crypto, l.Fingerprint, l.Reports = nil, "", Reports{true, true} }, "RTP/AVP", []string{"a=rtcp-xr:rcvr-rtt=all voip-metrics"}, "a=setup"},
	} {
		ours := local(test.policy)
		ours.Fingerprint, ours.Setup = print256, keying.ActPass
		test.edit(&ours)
		written := string(NewNegotiator(1).Offer(ours).Marshal())
		for _, want := range append(test.has, test.proto+" 0") {
			if !strings.Contains(written, want) {
				t.Errorf("%s: no %q in\n%s", test.name, want, written)
			}
		}
		if strings.Contains(written, test.hasNot) {
			t.Errorf("%s: %q in\n%s", test.name, test.hasNot, written)
		}
	}
}

func TestAnswer_asks_for_reports_only_who_does(t *testing.T) {
	for _, lines := range [][]string{{"m=audio 5000 RTP/AVP 0"}, {"m=audio 5000 RTP/AVP 0", "a=rtcp-xr:pkt-loss-rle voip-metrics=x rcvr-rtt=sender:5"}} {
		offer := parse(t, lines...)
		remote, err := Select(offer, Off, Means{})
		if err != nil {
			t.Fatal(err)
		}
		ours := local(Off)
		ours.Reports = Reports{VoIPMetrics: true}
		answer, agreed, err := NewNegotiator(1).Answer(offer, remote, ours)
		asked := len(lines) > 1
		if _, ok := answer.Media[0].Attribute("rtcp-xr"); err != nil || ok != asked || agreed.Remote.Reports != (Reports{asked, asked}) {
			t.Errorf("%v: %v, %+v", lines, err, agreed.Remote.Reports)
		}
	}
}

func TestAnswer_of_the_other_family_is_refused(t *testing.T) {
	offer := parse(t, "m=audio 5000 RTP/AVP 0", "c=IN IP6 2001:db8::1")
	remote, err := Select(offer, Off, Means{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := NewNegotiator(1).Answer(offer, remote, local(Off)); !errors.Is(err, ErrFamily) {
		t.Error(err)
	}
	// An old hold has the address of no family in particular.
	held := parse(t, "m=audio 5000 RTP/AVP 0", "c=IN IP6 ::")
	if remote, err = Select(held, Off, Means{}); err != nil {
		t.Fatal(err)
	}
	if _, agreed, err := NewNegotiator(1).Answer(held, remote, local(Off)); err != nil || agreed.Direction != media.RecvOnly {
		t.Error(agreed.Direction, err)
	}
}
