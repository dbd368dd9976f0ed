package engine_test

import (
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"offhook/media"
	"offhook/media/engine"
	"offhook/media/g722"
	"offhook/media/keying"
	"offhook/media/mediatest"
	"offhook/media/sdp"
)

// mallocs counts the memory allocations of the whole process while something is
// done, its other goroutines' with it.
func mallocs(do func()) uint64 {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a collection empties pools
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.Mallocs - before.Mallocs
}

// strays is what the runtime and the testing package may allocate meanwhile.
const strays = 40

// TestCall_allocates_nothing_for_long has two telephones talk for minutes, over
// real sockets: thousands of steps and packets
// allocate nothing, but for what SRTP does by itself, which is counted apart.
func TestCall_allocates_nothing_for_long(t *testing.T) {
	const spoken = 40 * time.Second
	packets := uint64(spoken / (20 * time.Millisecond))
	for _, test := range []struct {
		name   string
		policy sdp.Policy
		suite  keying.Suite
		codecs []media.Codec
	}{
		{"plain", sdp.Off, "", nil},
		{"GCM", sdp.Mandatory, keying.AES128GCM, nil},
		{"CM", sdp.Mandatory, keying.AES128CMSHA1_80, nil},
		{"G.722, CM", sdp.Mandatory, keying.AES128CMSHA1_80, []media.Codec{g722.Rate64}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := newCall(t, mediatest.Voice(rate, 3*time.Second, 1), mediatest.Voice(rate, 3*time.Second, 2), options{
				config: suites(test.policy, test.suite), codecs: test.codecs,
				engine: func(cfg *engine.Config) { cfg.RTCPInterval = time.Hour },
			})
			c.run(2 * time.Second)
			sent := c.a.session.Stats().Sent + c.b.session.Stats().Sent
			got := mallocs(func() { c.silent(spoken) })
			if n := c.a.session.Stats().Sent + c.b.session.Stats().Sent - sent; n != 2*packets {
				t.Fatalf("%d packets instead of %d", n, 2*packets)
			}
			due := srtpMallocs(t, test.suite, 2*packets)
			t.Logf("%d steps, %d packets: %d allocations, of which SRTP's are %d", 4*packets, 2*packets, got, due)
			if got > due+due/2+strays {
				t.Errorf("%d allocations for %d packets, SRTP's being %d", got, 2*packets, due)
			}
		})
	}
}

// srtpMallocs is what the library allocates to protect and unprotect so many
// packets: nothing, but that under the race detector pools forget at random.
func srtpMallocs(t *testing.T, suite keying.Suite, packets uint64) uint64 {
	profiles := map[keying.Suite]srtp.ProtectionProfile{
		keying.AES128GCM:       srtp.ProtectionProfileAeadAes128Gcm,
		keying.AES128CMSHA1_80: srtp.ProtectionProfileAes128CmHmacSha1_80,
	}
	profile, ok := profiles[suite]
	if !ok {
		return 0
	}
	salt := make([]byte, map[bool]int{true: 12, false: 14}[suite == keying.AES128GCM])
	var contexts [2]*srtp.Context
	for i := range contexts {
		var err error
		if contexts[i], err = srtp.CreateContext(make([]byte, 16), salt, profile, srtp.SRTPReplayProtection(64)); err != nil {
			t.Fatal(err)
		}
	}
	var plain, wire, back [1500]byte
	var parsed rtp.Header
	sequence := uint16(0)
	pair := func() {
		sequence++
		h := rtp.Header{Version: 2, SequenceNumber: sequence, SSRC: 1}
		n, err := h.MarshalTo(plain[:])
		if err != nil {
			t.Fatal(err)
		}
		packet, err := contexts[0].EncryptRTP(wire[:0], plain[:n+160], &parsed)
		if err == nil {
			_, err = contexts[1].DecryptRTP(back[:0], packet, &parsed)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	pair()
	return mallocs(func() {
		for range packets {
			pair()
		}
	})
}
