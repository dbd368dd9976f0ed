package echo

import "time"

// Powers are those of the last blocks: of what was played, of the microphone, and of what
// the linear filter left. They cost nothing; only who calls Process may ask.
func (c *Canceller) Powers() (far, near, left float32) {
	return c.farPower, c.nearPower, c.errorPower
}

// Lost tells that the path of the echo is not known, or no more. Only who calls
// Process may ask.
func (c *Canceller) Lost() bool { return c.suppressor.lost }

// DoubleTalk tells whether both sides speak, as Meters does. Only who calls Process may ask.
func (c *Canceller) DoubleTalk() bool { return c.double }

// EchoDelay is when the echo is loudest, to a sample; Meters tell in which partition.
// It costs a transform; only who calls Process may ask.
func (c *Canceller) EchoDelay() time.Duration {
	f := c.filter
	p := f.peak()
	f.t.Inverse(f.time, f.path[p])
	at := 0
	for i, v := range f.time[:f.hops*f.block] {
		if v*v > f.time[at]*f.time[at] {
			at = i
		}
	}
	at += (f.lag + p*f.hops) * f.block
	return time.Duration(at) * time.Second / time.Duration(c.rate)
}
