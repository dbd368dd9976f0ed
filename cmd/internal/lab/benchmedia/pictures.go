package benchmedia

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"offhook/media"
	"offhook/media/g711"
	"offhook/media/jitter"
	"offhook/media/mediatest"
)

const (
	networkColour = "#9aa0a6"
	oursColour    = "#0b62c4"
	neteqColour   = "#d9650b"
	optimumColour = "#2b8a3e"
)

// draw writes the pictures into a folder and returns their names.
func draw(dir string, all []*result, curves []curve, voice media.Frame) (files []string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	save := func(name string, c *chart) {
		files = append(files, name)
		err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), c.svg(), 0o644))
	}
	for name, file := range map[string]string{
		"Wi-Fi stalls": "delay-wifi.svg", "bufferbloat": "delay-bufferbloat.svg", "+80 ms step": "delay-step.svg",
		"LTE, handover": "delay-lte.svg", "outage": "delay-outage.svg",
	} {
		for _, r := range all {
			if r.trace.Name == name {
				save(file, delays(r))
				break
			}
		}
	}
	save("quality-loss.svg", qualityChart(curves, false))
	save("quality-burst.svg", qualityChart(curves, true))
	concealed, errConceal := concealment(voice)
	if errConceal != nil {
		return nil, errors.Join(err, errConceal)
	}
	save("concealment.svg", concealed)
	return files, err
}

// delays is the delay over 20 s of a trace: at the event, or where most happens.
func delays(r *result) *chart {
	t := r.trace
	from, length := busiest(t), 20*time.Second
	if t.Event > 0 {
		from, length = t.Sent[t.Event]-5*time.Second, 15*time.Second
	}
	c := &chart{
		title: fmt.Sprintf("Play-out delay: %s", t.Name),
		note: fmt.Sprintf("seed %d; of two minutes: optimum R %.1f, ours %.1f, NetEQ's rules %.1f",
			t.Seed, r.optimum.R, r.ours.R, r.neteq.R),
		xUnit: "s", yUnit: "ms beyond the fastest packet",
		x0: from.Seconds(), x1: (from + length).Seconds(),
	}
	network := series{name: "packets arrive", colour: networkColour, width: 1.6, dots: true}
	optimum := series{name: "optimum (knows the future)", colour: optimumColour, width: 1.5, dashed: true}
	neteq := series{name: "NetEQ's rules", colour: neteqColour, width: 1.8}
	ours := series{name: "offhook", colour: oursColour, width: 2.2}
	for i, sent := range t.Sent {
		x := sent.Seconds()
		if !t.Lost(i) {
			network.at(x, t.Lateness(i))
		}
		optimum.at(x, r.optimum.Path[i])
		neteq.at(x, r.neteq.Path[i])
	}
	for i, d := range r.ours.Delays {
		ours.at((r.ours.Start + time.Duration(i)*period - d - t.Base).Seconds(), d)
	}
	c.series = []series{network, optimum, neteq, ours}
	for _, s := range c.series {
		for i, y := range s.y {
			if s.x[i] >= c.x0 && s.x[i] <= c.x1 && y > c.y1 {
				c.y1 = y
			}
		}
	}
	c.y1 = math.Ceil(c.y1/20) * 20
	return c
}

func (s *series) at(x float64, d time.Duration) {
	y := math.NaN()
	if d >= 0 {
		y = millis(d)
	}
	s.x, s.y = append(s.x, x), append(s.y, y)
}

// busiest is the beginning of the 20 s in which packets are latest, after the first 20 s.
func busiest(t *Trace) (from time.Duration) {
	n := packetsIn(20 * time.Second)
	var most time.Duration
	for at := n; at+n <= len(t.Sent); at += n / 8 {
		var sum time.Duration
		for i := at; i < at+n; i++ {
			if !t.Lost(i) {
				sum += t.Lateness(i)
			}
		}
		if sum > most {
			most, from = sum, t.Sent[at]
		}
	}
	return from
}

// qualityChart is the MOS-LQO against loss, of packets lost one by one or in bursts.
func qualityChart(curves []curve, burst bool) *chart {
	c := &chart{
		title: "Quality of speech, against loss",
		note:  "MOS-LQO by ITU-T P.862.1, mean of the speakers; G.711, 20 ms packets, lost one by one",
		xUnit: "% of the packets lost", yUnit: "MOS-LQO", x1: 20, y0: 1, y1: 4.5,
	}
	if burst {
		c.note = "MOS-LQO by ITU-T P.862.1, mean of the speakers; G.711, 20 ms packets, lost two or three in a row"
	}
	ours := series{name: "offhook's concealment", colour: oursColour, width: 2.2}
	appendix := series{name: "G.711 Appendix I's rules", colour: optimumColour, width: 1.8}
	repeated := series{name: "the last packet repeated", colour: neteqColour, width: 1.8}
	silence := series{name: "silence", colour: networkColour, width: 1.8}
	for _, q := range curves {
		if q.burst != burst {
			continue
		}
		for s, y := range map[*series]float64{&ours: q.ours, &appendix: q.appendix, &repeated: q.repeated, &silence: q.silence} {
			s.x, s.y = append(s.x, 100*q.loss), append(s.y, y)
		}
	}
	c.series = []series{silence, repeated, appendix, ours}
	return c
}

// concealment is the waveform of speech around a lost packet: as said, and as heard.
func concealment(voice media.Frame) (*chart, error) {
	const gone = 2
	lost := loud(voice)
	call := mediatest.Call{Codec: g711.PCMA, Speech: voice, Edit: func(n int, _ *jitter.Packet) bool {
		return n < lost || n >= lost+gone
	}}
	h, err := call.Run()
	if err != nil {
		return nil, err
	}
	c := &chart{
		title: "40 ms of speech lost", note: "shaded: two packets that never came; what is heard is moved by the buffer's delay to lie on what was said",
		xUnit: "ms", yUnit: "amplitude, thousands", x0: -30, x1: 80, bands: [][2]float64{{0, 40}},
	}
	said := series{name: "said", colour: networkColour, width: 3}
	before := series{name: "heard without concealment", colour: neteqColour, width: 1.2, dashed: true}
	after := series{name: "heard", colour: oursColour, width: 1.6}
	n := samples(ptime)
	d := samples(h.Delays[len(h.Delays)/2])
	for i := lost*n - samples(30*ms); i < lost*n+samples(80*ms); i++ {
		x := float64(i-lost*n) / 8
		none := float64(voice[i]) / 1000
		if i >= lost*n && i < (lost+gone)*n {
			none = 0
		}
		for s, y := range map[*series]float64{&said: float64(voice[i]) / 1000, &before: none, &after: float64(h.Sound[i+d]) / 1000} {
			s.x, s.y = append(s.x, x), append(s.y, y)
		}
		c.y1 = max(c.y1, math.Ceil(math.Abs(float64(voice[i]))/1000))
	}
	c.y0 = -c.y1
	c.series = []series{said, before, after}
	return c, nil
}

// loud is a packet in the midst of a long vowel.
func loud(voice media.Frame) (at int) {
	n := samples(ptime)
	most := -200.0
	for i := 100; i < min(450, len(voice)/n-10); i++ {
		least := 0.0
		for k := -2; k < 5; k++ {
			least = min(least, mediatest.Level(voice[(i+k)*n:(i+k+1)*n]))
		}
		if least > most {
			most, at = least, i
		}
	}
	return at
}
