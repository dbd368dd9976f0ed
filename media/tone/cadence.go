package tone

import "time"

// Part is one step of a cadence: a chord, then silence.
type Part struct {
	Freqs   [4]float64    // Hz; 0 is unused; all unused: silence for On
	Mod     float64       // Hz by which the chord's amplitude is modulated, to nine tenths; 0: it is not
	On, Off time.Duration // On 0: without end; Off 0: runs into the next part
}

// Cadence is a tone as plain data.
type Cadence struct {
	Parts   []Part
	Loop    int     // the part that a repetition begins with; those before it sound once
	Repeat  int     // how often Parts are played; 0 means until Set
	LevelDB float64 // of each frequency, dB relative to a full-scale sine; 0 is meant as it stands
}

// Zero reports whether the cadence has nothing to play.
func (c Cadence) Zero() bool { return len(c.Parts) == 0 }

func chord(freqs ...float64) (c [4]float64) {
	copy(c[:], freqs)
	return c
}

func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }
