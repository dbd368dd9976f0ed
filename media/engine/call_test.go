package engine_test

import (
	"fmt"
	"net/netip"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/g711"
	"offhook/media/keying"
	"offhook/media/mediatest"
	"offhook/media/sdp"
	"offhook/media/session"
)

const (
	rate    = 16000
	mouth   = 35 * time.Millisecond // mouth to ear, at most
	settled = 1 * time.Second       // the jitter buffer may stretch and compress before
)

func suites(policy sdp.Policy, suites ...keying.Suite) func(*session.Config) {
	return func(c *session.Config) { c.SRTP, c.Suites = policy, suites }
}

// alike checks that what was said after some time is heard after that time.
func alike(t testing.TB, name string, said, heard media.Frame, rate int, from time.Duration, most time.Duration) {
	t.Helper()
	at := int(from * time.Duration(rate) / time.Second)
	end := min(len(said), len(heard))
	delay, likeness := mediatest.Delay(said[at:end], heard[at:end], rate)
	t.Logf("%s: %v later, likeness %.3f", name, delay, likeness)
	if likeness < 0.9 || delay > most || delay < 0 {
		t.Errorf("%s: %v later, likeness %.3f; want at most %v and at least 0.9", name, delay, likeness, most)
	}
}

func TestCall_speech_is_heard_on_the_other_side(t *testing.T) {
	for _, test := range []struct {
		name   string
		policy sdp.Policy
		suites []keying.Suite
		secure string
	}{
		{"plain", sdp.Off, nil, ""},
		{"optional", sdp.Optional, nil, string(keying.AES128GCM)},
		{"GCM", sdp.Mandatory, []keying.Suite{keying.AES128GCM}, string(keying.AES128GCM)},
		{"GCM 256", sdp.Mandatory, []keying.Suite{keying.AES256GCM}, string(keying.AES256GCM)},
		{"CM", sdp.Mandatory, []keying.Suite{keying.AES128CMSHA1_80}, string(keying.AES128CMSHA1_80)},
		{"CM short tag", sdp.Mandatory, []keying.Suite{keying.AES128CMSHA1_32}, string(keying.AES128CMSHA1_32)},
		{"CM 256", sdp.Mandatory, []keying.Suite{keying.AES256CMSHA1_80}, string(keying.AES256CMSHA1_80)},
	} {
		t.Run(test.name, func(t *testing.T) {
			const long = 4 * time.Second
			one, two := mediatest.Voice(rate, long, 1), mediatest.Voice(rate, long, 2)
			c := newCall(t, one, two, options{config: suites(test.policy, test.suites...)})
			c.run(long)
			alike(t, "a to b", one, c.b.device.heard, rate, settled, mouth)
			alike(t, "b to a", two, c.a.device.heard, rate, settled, mouth)
			stats := c.a.session.Stats()
			if stats.Suite != test.secure || c.b.session.Secure() != test.secure || stats.Encoding != "PCMU" {
				t.Errorf("suite %q and %q, encoding %q", stats.Suite, c.b.session.Secure(), stats.Encoding)
			}
			if stats.Lost+stats.Discarded+stats.Late > 0 || stats.Sent < 198 || stats.Received < 198 || stats.LevelSent < -60 || stats.LevelReceived < -60 {
				t.Errorf("%+v", stats)
			}
		})
	}
}

func TestCall_periods_and_rates(t *testing.T) {
	const ms = time.Millisecond
	for _, test := range []struct {
		rate          int
		period, ptime time.Duration
	}{
		{8000, 5 * ms, 20 * ms}, {8000, 10 * ms, 10 * ms}, {8000, 20 * ms, 10 * ms}, {8000, 20 * ms, 60 * ms},
		{16000, 5 * ms, 10 * ms}, {16000, 5 * ms, 20 * ms}, {16000, 10 * ms, 60 * ms}, {16000, 20 * ms, 20 * ms},
		{44100, 10 * ms, 20 * ms}, {44100, 20 * ms, 30 * ms},
		{48000, 5 * ms, 20 * ms}, {48000, 10 * ms, 40 * ms}, {48000, 20 * ms, 10 * ms},
	} {
		t.Run(fmt.Sprint(test.rate, test.period, test.ptime), func(t *testing.T) {
			const long = 3 * time.Second
			said := mediatest.Voice(test.rate, long, 1)
			c := newCall(t, said, nil, options{rate: test.rate, period: test.period, config: func(c *session.Config) { c.PTime = test.ptime }})
			c.run(long)
			alike(t, "a to b", said, c.b.device.heard, test.rate, settled, test.ptime+mouth-20*ms)
			if sent := c.a.session.Stats().Sent; sent < uint64(long/test.ptime)-2 || sent > uint64(long/test.ptime) {
				t.Errorf("%d packets", sent)
			}
		})
	}
}

func TestCall_over_IPv6(t *testing.T) {
	const long = 2 * time.Second
	said := mediatest.Voice(rate, long, 1)
	c := newCall(t, said, nil, options{config: func(c *session.Config) { c.SRTP, c.Addr = sdp.Mandatory, netip.IPv6Loopback() }})
	c.run(long)
	alike(t, "a to b", said, c.b.device.heard, rate, settled, mouth)
}

func TestCall_reports_measure_the_round_trip(t *testing.T) {
	for _, policy := range []sdp.Policy{sdp.Off, sdp.Mandatory} {
		c := newCall(t, nil, nil, options{config: suites(policy), engine: func(c *engine.Config) { c.RTCPInterval = 5 * time.Millisecond }})
		until(t, "a round trip", func() bool {
			c.run(20 * time.Millisecond)
			s := c.a.session.Stats()
			return s.RemoteReports > 0 && s.RoundTrip > 0
		})
		if s := c.a.session.Stats(); s.RemoteLost > 0 || s.Discarded > 0 {
			t.Errorf("%+v", s)
		}
	}
}

func TestCall_the_other_law_in_mid_stream(t *testing.T) {
	// b's answer has both laws, so that it may change at any time.
	const long = 3 * time.Second
	said := mediatest.Voice(rate, long, 1)
	c := newCall(t, said, nil, options{})
	spec := session.Spec{
		Remote: c.b.session.LocalAddr(), Mux: true, Direction: media.SendRecv,
		Send: g711.PCMU.Formats()[0], Receive: append(g711.PCMU.Formats(), g711.PCMA.Formats()...),
	}
	far := spec
	far.Remote = c.a.session.LocalAddr()
	for i := range 6 {
		spec.Send = spec.Receive[i%2]
		if err := c.a.UpdateStream(1, spec); err != nil {
			t.Fatal(err)
		}
		if err := c.b.UpdateStream(1, far); err != nil {
			t.Fatal(err)
		}
		c.run(long / 6)
	}
	alike(t, "a to b", said, c.b.device.heard, rate, settled, mouth)
	if s := c.b.session.Stats(); s.Lost+s.Discarded > 0 {
		t.Errorf("%+v", s)
	}
}

func TestCall_hold_and_resume(t *testing.T) {
	for _, policy := range []sdp.Policy{sdp.Off, sdp.Mandatory} {
		t.Run(policy.String(), func(t *testing.T) {
			const long = 6 * time.Second
			one, two := mediatest.Voice(rate, long, 1), mediatest.Voice(rate, long, 2)
			c := newCall(t, one, two, options{config: suites(policy)})
			c.run(1 * time.Second)
			for range 2 { // the second re-INVITE says the same
				negotiate(t, c.a.session, c.b.session, true)
			}
			if !c.b.session.RemoteHold() || c.a.session.RemoteHold() || c.a.session.Direction() != media.SendOnly || c.b.session.Direction() != media.RecvOnly {
				t.Errorf("held: a %v, b %v", c.a.session.Direction(), c.b.session.Direction())
			}
			sent := c.b.session.Stats().Sent
			c.run(1 * time.Second)
			if now := c.b.session.Stats().Sent; now != sent {
				t.Errorf("the held side sent %d packets", now-sent)
			}
			negotiate(t, c.b.session, c.a.session, true) // held by both
			if c.a.session.Direction() != media.Inactive || c.b.session.Direction() != media.Inactive {
				t.Errorf("held by both: a %v, b %v", c.a.session.Direction(), c.b.session.Direction())
			}
			negotiate(t, c.b.session, c.a.session, false)
			negotiate(t, c.a.session, c.b.session, false)
			c.run(4 * time.Second)
			alike(t, "a to b", one, c.b.device.heard, rate, 3*time.Second, mouth)
			alike(t, "b to a", two, c.a.device.heard, rate, 3*time.Second, mouth)
			for _, p := range []*phone{c.a, c.b} {
				if s := p.session.Stats(); s.Lost+s.Discarded > 0 {
					t.Errorf("lost %d, discarded %d: SSRC, sequence or SRTP did not go on", s.Lost, s.Discarded)
				}
			}
		})
	}
}

func TestCall_lossy_link(t *testing.T) {
	const long = 8 * time.Second
	said := mediatest.Voice(rate, long, 3)
	c := newCall(t, nil, nil, options{config: suites(sdp.Mandatory)})
	c.a.device.speech = said
	r := newRelay(t, c, mediatest.NewLink(mediatest.Impairment{Delay: 20 * time.Millisecond, Jitter: 30 * time.Millisecond, Loss: 0.03, Duplicate: 0.02, Seed: 5}))
	r.run(long)
	alike(t, "a to b", said, c.b.device.heard, rate, 2*time.Second, 130*time.Millisecond)
	s := c.b.session.Stats()
	t.Logf("%+v", s)
	if s.Lost == 0 || s.Concealed == 0 || s.Jitter == 0 || s.PlayoutDelay == 0 || s.Discarded == 0 {
		t.Errorf("%+v", s)
	}
}

func TestCall_ends_by_itself_never(t *testing.T) {
	c := newCall(t, nil, nil, options{})
	c.run(200 * time.Millisecond)
	if err := c.b.session.Close(); err != nil {
		t.Fatal(err)
	}
	for range 200 { // a sends to a closed port: ICMP comes back
		c.clock.now.Add(int64(c.a.period))
		if err := c.a.Step(); err != nil {
			t.Fatal(err)
		}
	}
	if s := c.a.session.Stats(); s.Sent < 100 {
		t.Errorf("%d packets sent", s.Sent)
	}
}
