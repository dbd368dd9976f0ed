package benchmedia

import (
	"math/rand/v2"
	"time"
)

const ms = time.Millisecond

// Network is a kind of network; a seed makes a Trace of it.
type Network struct {
	Name       string
	Stationary bool
	shape      func(*path)
}

// Networks are the kinds that are measured.
func Networks() []Network { return append(Core(), More()...) }

// Core are the networks that the goals for R are of.
func Core() []Network {
	return []Network{
		{"clean LAN", true, func(p *path) { p.jitter(300*time.Microsecond, 0) }},
		{"Wi-Fi stalls", false, wifi},
		{"LTE, handover", false, lte},
		{"bufferbloat", false, bufferbloat},
		{"1 % loss", true, func(p *path) { p.jitter(5*ms, 0); p.lose(0.01, 2) }},
		{"3 % loss", true, func(p *path) { p.jitter(5*ms, 0); p.lose(0.03, 2.5) }},
		{"5 % loss", true, func(p *path) { p.jitter(5*ms, 0); p.lose(0.05, 2.5) }},
		{"10 % loss", true, func(p *path) { p.jitter(5*ms, 0); p.lose(0.10, 3) }},
		{"+100 ppm", true, func(p *path) { p.jitter(5*ms, 0); p.skew = 1e-4 }},
		{"-100 ppm", true, func(p *path) { p.jitter(5*ms, 0); p.skew = -1e-4 }},
		{"5 % reordered", true, reordered},
		{"+80 ms step", false, step},
		{"outage", false, outage},
	}
}

// More are networks and senders that a buffer has to get along with, too.
func More() []Network {
	return []Network{
		{"+200 ppm", true, func(p *path) { p.jitter(5*ms, 0); p.skew = 2e-4 }},
		{"-200 ppm", true, func(p *path) { p.jitter(5*ms, 0); p.skew = -2e-4 }},
		{"uniform 30 ms", true, func(p *path) { p.uniform(30 * ms) }},
		{"uniform, 2 % loss", true, func(p *path) { p.uniform(30 * ms); p.lose(0.02, 1) }},
		{"DTX", true, func(p *path) { p.jitter(5*ms, 0); p.talk() }},
		{"another SSRC", true, func(p *path) { p.jitter(5*ms, 0); p.source = len(p.late)/2 + p.rng.IntN(500) }},
		{"10 ms packets", true, func(p *path) { p.every(10 * ms); p.jitter(5*ms, 0) }},
		{"30 ms packets", true, func(p *path) { p.every(30 * ms); p.jitter(5*ms, 0) }},
		{"60 ms packets", true, func(p *path) { p.every(60 * ms); p.jitter(5*ms, 0) }},
	}
}

// path is a trace in the making.
type path struct {
	rng       *rand.Rand
	ptime     time.Duration
	late      []time.Duration // of each packet; lost
	pause     []time.Duration // of the sender, before each packet
	source    int             // the packet from which another source sends
	skew      float64         // of the sender's clock; above 0 it is slow
	event     int
	overtakes bool
}

func (p *path) between(lo, hi time.Duration) time.Duration {
	return lo + time.Duration(p.rng.Float64()*float64(hi-lo))
}

func (p *path) exp(mean time.Duration) time.Duration {
	return time.Duration(p.rng.ExpFloat64() * float64(mean))
}

// every makes the packets of another length: as much sound in all.
func (p *path) every(ptime time.Duration) {
	n := int(time.Duration(len(p.late)) * p.ptime / ptime)
	p.ptime, p.late, p.pause = ptime, make([]time.Duration, n), make([]time.Duration, n)
}

// uniform adds a delay of up to most to every packet.
func (p *path) uniform(most time.Duration) {
	for i := range p.late {
		p.late[i] += p.between(0, most)
	}
}

// talk has the sender send nothing while it is silent (DTX): it talks for about 1.5 s, and
// pauses for 0.2 to 2 s, in whole packets.
func (p *path) talk() {
	for i := 0; ; {
		i += 10 + int(p.exp(1300*ms)/p.ptime)
		if i >= len(p.late) {
			return
		}
		p.pause[i] = p.between(200*ms, 2*time.Second) / p.ptime * p.ptime
	}
}

// jitter adds an exponential delay of a mean to every packet from one on.
func (p *path) jitter(mean time.Duration, from int) {
	for i := from; i < len(p.late); i++ {
		p.late[i] += p.exp(mean)
	}
}

// lose loses packets in bursts (Gilbert): the share of them, and the mean length.
func (p *path) lose(share, burst float64) {
	bad := false
	for i := range p.late {
		if bad {
			bad = p.rng.Float64() < 1-1/burst
		} else {
			bad = p.rng.Float64() < share/((1-share)*burst)
		}
		if bad {
			p.late[i] = lost
		}
	}
}

// stall holds everything up for a time, from packet i on; it returns the packet after.
func (p *path) stall(i int, held time.Duration) int {
	for ; held > 0 && i < len(p.late); i++ {
		if p.late[i] != lost {
			p.late[i] = max(p.late[i], held)
		}
		held -= ptime
	}
	return i
}

func packetsIn(d time.Duration) int { return int(d / ptime) }

// wifi: small jitter; now and then the channel is busy, or scanned.
func wifi(p *path) {
	p.jitter(2*ms, 0)
	p.lose(0.002, 1)
	for i := 0; i < len(p.late); {
		i += 1 + packetsIn(p.exp(3*time.Second))
		i = p.stall(i, p.between(40*ms, 160*ms))
	}
}

// lte: retransmissions of 8 ms; at a handover a gap, and another base afterwards.
func lte(p *path) {
	base := p.between(0, 12*ms)
	next := packetsIn(p.between(5*time.Second, 25*time.Second))
	for i := range p.late {
		if i == next {
			base = p.between(0, 20*ms)
		}
		p.late[i] = base + p.between(0, 4*ms)
		for p.rng.Float64() < 0.1 {
			p.late[i] += 8 * ms
		}
		if i == next {
			next += packetsIn(p.between(10*time.Second, 25*time.Second))
		}
	}
	for i := packetsIn(p.between(5*time.Second, 20*time.Second)); i < len(p.late); {
		i = p.stall(i, p.between(60*ms, 150*ms))
		i += packetsIn(p.between(10*time.Second, 25*time.Second))
	}
}

// bufferbloat: somebody's upload fills the queue of the router within seconds, in
// bursts of a window each; the queue empties when the upload backs off.
func bufferbloat(p *path) {
	p.jitter(3*ms, 0)
	for i := 0; i < len(p.late); {
		i += packetsIn(p.between(2*time.Second, 14*time.Second))
		peak := p.between(100*ms, 300*ms)
		rise, fall := packetsIn(p.between(800*ms, 3*time.Second)), packetsIn(p.between(300*ms, time.Second))
		for range 1 + p.rng.IntN(3) { // the saw-tooth of TCP
			queue, burst := time.Duration(0), 1.0
			for k := 0; k < rise+fall && i < len(p.late); k++ {
				if k%4 == 0 {
					burst = 2 * p.rng.Float64()
				}
				if k < rise {
					queue += time.Duration(burst * float64(peak) / float64(rise))
				} else {
					queue -= queue / time.Duration(rise+fall-k)
				}
				p.late[i] += queue
				i++
			}
		}
	}
	p.lose(0.003, 2)
}

// reordered: every twentieth packet takes a longer way.
func reordered(p *path) {
	p.overtakes = true
	p.jitter(2*ms, 0)
	for i := range p.late {
		if p.rng.Float64() < 0.05 {
			p.late[i] += p.between(20*ms, 50*ms)
		}
	}
}

// step: another route, 80 ms longer.
func step(p *path) {
	p.jitter(3*ms, 0)
	p.event = len(p.late)*2/3 + p.rng.IntN(500)
	for i := p.event; i < len(p.late); i++ {
		p.late[i] += 80 * ms
	}
}

// outage: seconds of nothing; what was sent last before the end comes all at once.
func outage(p *path) {
	p.jitter(3*ms, 0)
	p.event = len(p.late)/2 + p.rng.IntN(500)
	length := p.between(2*time.Second, 4*time.Second)
	queued := p.between(300*ms, 900*ms)
	for i := range packetsIn(length - queued) {
		p.late[p.event+i] = lost
	}
	p.event = p.stall(p.event+packetsIn(length-queued), queued)
}
