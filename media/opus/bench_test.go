package opus_test

import (
	"fmt"
	"testing"
	"time"

	"offhook/media"
	"offhook/media/mediatest"
	"offhook/media/opus"
)

// The figures are of one packet of 20 ms.
func BenchmarkEncode(b *testing.B) {
	for _, rate := range []int{8000, 16000, 48000} {
		for _, complexity := range []int{0, 2, 5} {
			for _, loss := range []float64{0, 0.05} {
				b.Run(fmt.Sprintf("rate=%d/complexity=%d/loss=%v", rate, complexity, loss), func(b *testing.B) {
					cfg := opus.Config{SampleRate: rate, Complexity: complexity, ExpectedLoss: loss}
					e, n := encoder(b, cfg, codec(b, cfg).Formats()[0]), samples(20*ms, rate)
					said, payload := mediatest.Voice(rate, 4*time.Second, 1), make([]byte, 1200)
					b.ReportAllocs()
					i := 0
					for b.Loop() {
						_, _ = e.Encode(payload, said[i%200*n:][:n])
						i++
					}
				})
			}
		}
	}
}

func BenchmarkDecode(b *testing.B) {
	for _, rate := range []int{8000, 16000, 48000} {
		cfg := opus.Config{SampleRate: rate, Complexity: 5, ExpectedLoss: 0.05}
		n := samples(20*ms, rate)
		packets := encode(b, encoder(b, cfg, codec(b, cfg).Formats()[0]), mediatest.Voice(rate, 4*time.Second, 1), n)
		frame := make(media.Frame, n)
		for _, test := range []struct {
			name string
			run  func(d *opus.Decoder, p []byte)
		}{
			{"decode", func(d *opus.Decoder, p []byte) { _, _ = d.Decode(frame, p) }},
			{"conceal", func(d *opus.Decoder, _ []byte) { _ = d.Conceal(frame) }},
			{"recover", func(d *opus.Decoder, p []byte) { _, _ = d.Recover(frame, p) }},
		} {
			b.Run(fmt.Sprintf("rate=%d/%s", rate, test.name), func(b *testing.B) {
				d := decoder(b, rate)
				for _, p := range packets {
					_, _ = d.Decode(frame, p)
				}
				b.ReportAllocs()
				i := 0
				for b.Loop() {
					test.run(d, packets[i%len(packets)])
					i++
				}
			})
		}
	}
}
