package jitter_test

import (
	"testing"
	"time"

	"offhook/media/g711"
	"offhook/media/jitter"
	"offhook/media/mediatest"
)

const (
	ms     = time.Millisecond
	length = 40 * time.Second
)

// trace is a network, as a change to a call, and what is to be made of it.
type trace struct {
	name string
	call mediatest.Call

	p50, p95           time.Duration // at most
	concealed, stretch float64       // percent of the time, at most; the frame after the last packet counts
	intact             float64       // of the speech, at least
}

func link(i mediatest.Impairment) *mediatest.Link { i.Seed = 7; return mediatest.NewLink(i) }

func step(n int, p *jitter.Packet) bool {
	if n > 500 {
		p.Arrival += 80 * ms
	}
	return true
}

func back(n int, p *jitter.Packet) bool {
	if n <= 500 {
		p.Arrival += 80 * ms
	}
	return true
}

func outage(n int, _ *jitter.Packet) bool { return n < 500 || n >= 750 }

func stall(n int, p *jitter.Packet) bool {
	if end := 751 * 20 * ms; n >= 500 && p.Arrival < end {
		p.Arrival = end
	}
	return true
}

// wifi holds everything up for 60 to 120 ms every two seconds.
func wifi(n int, p *jitter.Packet) bool {
	at := p.Arrival % (2 * time.Second)
	if held := 60*ms + time.Duration(n/100%4)*20*ms; at < held {
		p.Arrival += held - at
	}
	return true
}

func traces() []trace {
	return []trace{
		{"clean", mediatest.Call{Phase: 4 * ms}, 5 * ms, 5 * ms, 0, 0.06, 0.999},
		{"clean, 5 ms periods", mediatest.Call{Period: 5 * ms, Phase: 2 * ms}, 3 * ms, 3 * ms, 0, 0.06, 0.999},
		{"clean, 20 ms periods", mediatest.Call{Period: 20 * ms, Phase: 15 * ms}, 16 * ms, 16 * ms, 0, 0.06, 0.999},
		{"clean, 1 ms of scheduling", mediatest.Call{Phase: 500 * time.Microsecond, Link: link(mediatest.Impairment{Jitter: ms})}, 17 * ms, 17 * ms, 0, 0.1, 0.99},
		{"30 ms jitter", mediatest.Call{Link: link(mediatest.Impairment{Jitter: 30 * ms})}, 32 * ms, 36 * ms, 0, 0.5, 0.99},
		{"30 ms jitter, 5 ms periods", mediatest.Call{Period: 5 * ms, Link: link(mediatest.Impairment{Jitter: 30 * ms})}, 36 * ms, 36 * ms, 0, 0.5, 0.99},
		{"30 ms jitter, 2 % loss", mediatest.Call{Link: link(mediatest.Impairment{Jitter: 30 * ms, Loss: 0.02})}, 32 * ms, 36 * ms, 2.5, 0.5, 0.97},
		{"5 % burst loss", mediatest.Call{Link: link(mediatest.Impairment{Jitter: 5 * ms, Loss: 0.05, Burst: 3})}, 16 * ms, 16 * ms, 6, 0.5, 0.93},
		{"reordering, duplicates", mediatest.Call{Link: link(mediatest.Impairment{Reorder: 0.02, Duplicate: 0.02})}, 60 * ms, 60 * ms, 0.3, 1, 0.99},
		{"+100 ppm", mediatest.Call{Skew: 1e-4, Phase: 2 * ms}, 13 * ms, 14 * ms, 0, 0.5, 0.99},
		{"-100 ppm", mediatest.Call{Skew: -1e-4, Phase: 2 * ms}, 13 * ms, 14 * ms, 0, 0.5, 0.99},
		{"+200 ppm", mediatest.Call{Skew: 2e-4, Phase: 2 * ms}, 13 * ms, 14 * ms, 0, 0.5, 0.99},
		{"-200 ppm", mediatest.Call{Skew: -2e-4, Phase: 2 * ms}, 13 * ms, 14 * ms, 0, 0.5, 0.99},
		{"+80 ms step", mediatest.Call{Edit: step}, 95 * ms, 95 * ms, 0, 0.8, 0.99},
		{"-80 ms step", mediatest.Call{Edit: back}, 16 * ms, 16 * ms, 0, 0.5, 0.99},
		{"stalls", mediatest.Call{Edit: wifi}, 120 * ms, 130 * ms, 0.5, 2, 0.98},
		{"5 s lost", mediatest.Call{Phase: 4 * ms, Edit: outage}, 14 * ms, 120 * ms, 0.5, 0.5, 0.85},
		{"5 s stall", mediatest.Call{Phase: 4 * ms, Edit: stall}, 14 * ms, 120 * ms, 0.5, 0.5, 0.85},
	}
}

func TestFigures(t *testing.T) {
	speech := mediatest.Voice(8000, length, 1)
	for _, tr := range traces() {
		t.Run(tr.name, func(t *testing.T) {
			c := tr.call
			c.Codec, c.Speech = g711.PCMA, speech
			h, err := c.Run()
			if err != nil {
				t.Fatal(err)
			}
			k := h.Counters
			intact, snr := mediatest.Fidelity(speech, h.Sound, 8000, 0, 250*ms)
			p50, p95 := mediatest.Quantile(h.Delays, 0.5), mediatest.Quantile(h.Delays, 0.95)
			concealed, stretch := percent(k.Concealed), percent(k.Expanded+k.Accelerated)
			t.Logf("%-27s delay p50 %5.1f p95 %5.1f ms, concealed %.2f %%, expanded %.2f %%, accelerated %.2f %%, intact %.3f, segmental SNR %.1f dB; %d received, %d lost, %d late, %d duplicate, %d discarded",
				tr.name, millis(p50), millis(p95), concealed, percent(k.Expanded), percent(k.Accelerated), intact, snr,
				k.Received, k.Lost, k.Late, k.Duplicate, k.Discarded)
			if p50 > tr.p50 || p95 > tr.p95 {
				t.Errorf("delay p50 %v p95 %v, at most %v and %v wanted", p50, p95, tr.p50, tr.p95)
			}
			if concealed > tr.concealed || stretch > tr.stretch {
				t.Errorf("concealed %.2f %%, stretched %.2f %%; at most %v and %v wanted", concealed, stretch, tr.concealed, tr.stretch)
			}
			if intact < tr.intact {
				t.Errorf("intact %.3f, at least %v wanted", intact, tr.intact)
			}
		})
	}
}

func percent(d time.Duration) float64 { return 100 * d.Seconds() / length.Seconds() }

func millis(d time.Duration) float64 { return d.Seconds() * 1000 }

func BenchmarkPutGet(b *testing.B) {
	law := g711.PCMU
	f := law.Formats()[0]
	d, err := law.NewDecoder(f)
	if err != nil {
		b.Fatal(err)
	}
	buf := jitter.New(jitter.Config{Format: f, Decoder: d})
	speech := mediatest.Voice(8000, 10*time.Second, 2)
	e, err := law.NewEncoder(f)
	if err != nil {
		b.Fatal(err)
	}
	payload := make([]byte, len(speech))
	if _, err := e.Encode(payload, speech); err != nil {
		b.Fatal(err)
	}
	out := make([]int16, 80)
	p := jitter.Packet{SSRC: 1}
	now := time.Duration(0)
	b.ReportAllocs()
	for b.Loop() {
		at := int(p.Sequence) % 500 * 160
		p.Payload, p.Arrival = payload[at:at+160], now
		buf.Put(&p)
		buf.Get(out, now)
		buf.Get(out, now+10*ms)
		p.Sequence++
		p.Timestamp += 160
		now += 20 * ms
	}
}
