package tone

import "time"

// Melody is something soft for who waits on hold, without end: broken chords, four
// bars of four.
func Melody() Cadence {
	const beat = 300 * time.Millisecond
	c := Cadence{LevelDB: -24}
	for _, bar := range [][4]float64{
		{261.63, 329.63, 392.00, 523.25}, // C
		{220.00, 329.63, 440.00, 523.25}, // A minor
		{293.66, 349.23, 440.00, 587.33}, // D minor
		{246.94, 392.00, 493.88, 587.33}, // G
	} {
		for _, note := range [...]int{0, 1, 2, 3, 2, 1, 2, 1} {
			c.Parts = append(c.Parts, Part{Freqs: chord(bar[note]), On: beat - 40*time.Millisecond, Off: 40 * time.Millisecond})
		}
	}
	return c
}
