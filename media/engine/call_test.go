package engine_test

import (
	"fmt"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/keying"
	"offhook/media/mediatest"
	"offhook/media/sdp"
	"offhook/media/session"
)

func suite(policy sdp.Policy, suites ...keying.Suite) func(*session.Config) {
	return func(c *session.Config) { c.SRTP, c.Suites = policy, suites }
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
			const rate, long = 16000, 4 * time.Second
			one, two := mediatest.Voice(rate, long, 1), mediatest.Voice(rate, long, 2)
			c := newCall(t, one, two, options{rate: rate, config: suite(test.policy, test.suites...)})
			c.run(long)
			for i, pair := range []struct{ said, heard media.Frame }{{one, c.b.device.heard}, {two, c.a.device.heard}} {
				delay, likeness := mediatest.Delay(pair.said, pair.heard, rate)
				t.Logf("way %d: %v later, likeness %.3f", i, delay, likeness)
				if likeness < 0.9 || delay > 60*time.Millisecond {
					t.Errorf("way %d: %v later, likeness %.3f", i, delay, likeness)
				}
			}
			stats := c.a.session.Stats()
			if stats.Suite != test.secure || c.b.session.Secure() != test.secure || stats.Lost > 0 || stats.Discarded > 0 || stats.Encoding != "PCMU" {
				t.Errorf("%+v", stats)
			}
		})
	}
}

func TestCall_periods_and_rates(t *testing.T) {
	for _, rate := range []int{8000, 16000, 44100, 48000} {
		for _, period := range []time.Duration{5 * time.Millisecond, 10 * time.Millisecond, 20 * time.Millisecond} {
			for _, ptime := range []time.Duration{10 * time.Millisecond, 20 * time.Millisecond, 60 * time.Millisecond} {
				if rate == 44100 && period == 5*time.Millisecond {
					continue // 220.5 samples
				}
				t.Run(fmt.Sprint(rate, period, ptime), func(t *testing.T) {
					const long = 3 * time.Second
					said := mediatest.Voice(rate, long, 1)
					c := newCall(t, said, nil, options{rate: rate, period: period, config: func(c *session.Config) { c.PTime = ptime }})
					c.run(long)
					delay, likeness := mediatest.Delay(said, c.b.device.heard, rate)
					t.Logf("%v later, likeness %.3f", delay, likeness)
					if sent := c.a.session.Stats().Sent; likeness < 0.9 || sent < uint64(long/ptime)-2 {
						t.Errorf("%v later, likeness %.3f, %d packets", delay, likeness, sent)
					}
				})
			}
		}
	}
}
