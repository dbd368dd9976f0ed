package tone

import "time"

// Part is one step of a cadence: a chord, then silence.
type Part struct {
	Freqs   [4]float64    // Hz; 0 is unused; all unused: silence for On
	On, Off time.Duration // On 0: without end; Off 0: runs into the next part
}

// Cadence is a tone as plain data.
type Cadence struct {
	Parts   []Part
	Repeat  int     // how often Parts are played; 0 means until Set
	LevelDB float64 // of each frequency, dB relative to a full-scale sine; 0 is meant as it stands
}

// Zero reports whether the cadence has nothing to play.
func (c Cadence) Zero() bool { return len(c.Parts) == 0 }
