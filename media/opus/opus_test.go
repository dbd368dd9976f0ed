package opus_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/mediatest"
	"offhook/media/opus"
)

const ms = time.Millisecond

func codec(t testing.TB, cfg opus.Config) *opus.Codec {
	t.Helper()
	c, err := opus.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func encoder(t testing.TB, cfg opus.Config, f media.Format) *opus.Encoder {
	t.Helper()
	e, err := codec(t, cfg).NewEncoder(f)
	if err != nil {
		t.Fatal(err)
	}
	return e.(*opus.Encoder)
}

func decoder(t testing.TB, rate int) *opus.Decoder {
	t.Helper()
	c := codec(t, opus.Config{SampleRate: rate})
	d, err := c.NewDecoder(c.Formats()[0])
	if err != nil {
		t.Fatal(err)
	}
	return d.(*opus.Decoder)
}

// encode codes a speech; the packets are its own.
func encode(t testing.TB, e media.Encoder, speech media.Frame, frame int) (packets [][]byte) {
	t.Helper()
	for ; len(speech) >= frame; speech = speech[frame:] {
		payload := make([]byte, 1200)
		n, err := e.Encode(payload, speech[:frame])
		if err != nil {
			t.Fatal(err)
		}
		packets = append(packets, payload[:n:n])
	}
	return packets
}

func decode(t testing.TB, d media.Decoder, packets [][]byte) (heard media.Frame) {
	t.Helper()
	frame := make(media.Frame, 5760)
	for i, p := range packets {
		n, err := d.Decode(frame, p)
		if err != nil {
			t.Fatalf("packet %d: %v", i, err)
		}
		if n != d.Samples(p) {
			t.Fatalf("packet %d: %d samples, %d announced", i, n, d.Samples(p))
		}
		heard = append(heard, frame[:n]...)
	}
	return heard
}

// aligned compares what was said and what is heard, the delay of the codec aside.
func aligned(said, heard media.Frame, rate int) (delay time.Duration, likeness, snr float64) {
	delay, likeness = mediatest.Delay(said, heard, rate)
	at := int(delay * time.Duration(rate) / time.Second)
	return delay, likeness, mediatest.SNR(said[:len(said)-at-rate/10], heard[at:])
}

func TestRoundTrip(t *testing.T) {
	for _, rate := range []int{8000, 12000, 16000, 24000, 48000} {
		for _, ptime := range []time.Duration{10 * ms, 20 * ms, 60 * ms} {
			for _, complexity := range []int{0, 5} {
				t.Run(fmt.Sprint(rate, ptime, complexity), func(t *testing.T) {
					cfg := opus.Config{SampleRate: rate, Complexity: complexity}
					f := codec(t, cfg).Formats()[0]
					f.PTime = ptime
					said := mediatest.Voice(rate, 2*time.Second, 1)
					packets := encode(t, encoder(t, cfg, f), said, samples(ptime, rate))
					bytes := 0
					for _, p := range packets {
						bytes += len(p)
					}
					heard := decode(t, decoder(t, rate), packets)
					delay, likeness, snr := aligned(said, heard, rate)
					t.Logf("%v later, likeness %.3f, SNR %.1f dB, %d bit/s", delay, likeness, snr, bytes*8/2)
					if delay > 12*ms || likeness < 0.9 || bytes*8/2 > 50000 {
						t.Errorf("%v later, likeness %.3f, %d bit/s", delay, likeness, bytes*8/2)
					}
				})
			}
		}
	}
}

// Nothing is allocated in a call without loss. Redundancy and concealment are
// where the library allocates: a few blocks, bounded, while packets are lost.
func TestAllocations(t *testing.T) {
	for _, rate := range []int{8000, 16000, 48000} {
		t.Run(fmt.Sprint(rate), func(t *testing.T) {
			n := samples(20*ms, rate)
			clean, lossy := opus.Config{SampleRate: rate, Complexity: 5}, opus.Config{SampleRate: rate, Complexity: 5, ExpectedLoss: 0.1}
			f := codec(t, clean).Formats()[0]
			e, guarded, d := encoder(t, clean, f), encoder(t, lossy, f), decoder(t, rate)
			said := mediatest.Voice(rate, 4*time.Second, 1)
			packets := encode(t, encoder(t, lossy, f), said, n)
			payload, frame := make([]byte, 1200), make(media.Frame, 5760)
			recovered := 0
			for _, test := range []struct {
				name string
				most float64
				run  func(i int) error
			}{
				{"Encode", 0, func(i int) error { _, err := e.Encode(payload, said[i*n:][:n]); return err }},
				{"Encode, redundant", 6, func(i int) error {
					guarded.ExpectLoss(float64(1+i%3) / 10)
					_, err := guarded.Encode(payload, said[i*n:][:n])
					return err
				}},
				{"Decode", 0, func(i int) error { _, err := d.Decode(frame, packets[i]); return err }},
				{"Samples", 0, func(i int) error { _, _ = d.Samples(packets[i]), d.Recovers(packets[i]); return nil }},
				{"Conceal", 5, func(i int) error { err := d.Conceal(frame[:n]); _, _ = d.Decode(frame, packets[i]); return err }},
				{"Recover", 2, func(i int) error {
					k, err := d.Recover(frame[:n], packets[i+1])
					recovered += k
					_, _ = d.Decode(frame, packets[i+1])
					return err
				}},
			} {
				i := 0
				got := testing.AllocsPerRun(200, func() {
					if err := test.run(i % 190); err != nil {
						t.Error(err)
					}
					i++
				})
				t.Logf("%s: %v allocations", test.name, got)
				if got > test.most {
					t.Errorf("%s: %v allocations", test.name, got)
				}
			}
			if recovered == 0 {
				t.Error("nothing was recovered")
			}
		})
	}
}

func samples(d time.Duration, rate int) int { return int(d * time.Duration(rate) / time.Second) }

// Redundancy is better than concealment, and only what is asked for is sent.
func TestRecover(t *testing.T) {
	for _, rate := range []int{8000, 16000, 48000} {
		cfg := opus.Config{SampleRate: rate, Complexity: 5, ExpectedLoss: 0.1}
		f := codec(t, cfg).Formats()[0]
		n := rate / 50
		said := mediatest.Voice(rate, 8*time.Second, 3)
		packets := encode(t, encoder(t, cfg, f), said, n)
		whole := decode(t, decoder(t, rate), packets)
		rng := rand.New(rand.NewPCG(1, 2))
		var lost []bool
		for range packets {
			lost = append(lost, rng.Float64() < 0.1)
		}
		heard := map[bool]media.Frame{}
		for _, fec := range []bool{false, true} {
			d, frame := decoder(t, rate), make(media.Frame, n)
			for i, p := range packets {
				k := 0
				var err error
				switch {
				case !lost[i]:
					_, err = d.Decode(frame, p)
				case fec && i+1 < len(packets) && !lost[i+1] && d.Recovers(packets[i+1]) == n:
					k, err = d.Recover(frame, packets[i+1])
					if k != n {
						t.Fatalf("recovered %d", k)
					}
				default:
					err = d.Conceal(frame)
				}
				if err != nil {
					t.Fatal(err)
				}
				heard[fec] = append(heard[fec], frame...)
			}
		}
		with, without := mediatest.SNR(whole, heard[true]), mediatest.SNR(whole, heard[false])
		t.Logf("%d Hz, 10 %% lost: %.1f dB concealed, %.1f dB recovered", rate, without, with)
		if with < without+2 {
			t.Errorf("%d Hz: %.1f dB by redundancy, %.1f dB by concealment", rate, with, without)
		}
		f.FMTP = ""
		d := decoder(t, rate)
		for _, p := range encode(t, encoder(t, cfg, f), said[:rate], n) {
			if k := d.Recovers(p); k != 0 {
				t.Fatalf("%d samples repeated for one who did not ask", k)
			}
		}
	}
}

// The bitrates leave room for redundancy whatever the loss.
func TestExpectLoss(t *testing.T) {
	for _, rate := range []int{8000, 16000, 48000} {
		for _, complexity := range []int{0, 2, 5} {
			cfg := opus.Config{SampleRate: rate, Complexity: complexity}
			e := encoder(t, cfg, codec(t, cfg).Formats()[0])
			d, n, said := decoder(t, rate), samples(20*ms, rate), mediatest.Voice(rate, time.Second, 1)
			for _, step := range []struct {
				loss float64
				want bool
			}{{0, false}, {0.01, false}, {0.02, true}, {0.05, true}, {0.01, true}, {0.2, true}, {1, true}, {0.13, true}, {0.005, false}} {
				loss := step.loss
				e.ExpectLoss(loss)
				redundant, spoken := 0, 0
				for _, p := range encode(t, e, said, n)[2:] { // one goes by before it takes effect
					if len(p) > 30 {
						spoken++
						redundant += min(d.Recovers(p), 1)
					}
				}
				if share := float64(redundant) / float64(spoken); (share > 0.7) != step.want || spoken < 10 {
					t.Errorf("%d Hz, complexity %d, %.1f %% lost: %.0f %% of %d packets have redundancy", rate, complexity, loss*100, share*100, spoken)
				}
			}
		}
	}
}
