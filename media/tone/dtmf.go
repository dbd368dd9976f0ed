package tone

import "time"

// The DTMF pairs (ITU-T Q.23), and a pause after a digit as in Q.24.
const (
	dtmfOn    = 100 * time.Millisecond
	dtmfOff   = 60 * time.Millisecond
	dtmfLevel = -13 // of each of the two, dB
)

// DTMF is a digit's sound, once: 0–9, '*', '#', A–D. For another rune it is the
// zero Cadence.
func DTMF(digit rune) Cadence {
	freqs, ok := dtmfFreqs(digit)
	if !ok {
		return Cadence{}
	}
	return Cadence{Parts: []Part{{Freqs: freqs, On: dtmfOn, Off: dtmfOff}}, Repeat: 1, LevelDB: dtmfLevel}
}

// DTMFHeld is a digit's sound for as long as its key is held: until the next Set.
func DTMFHeld(digit rune) Cadence {
	c := DTMF(digit)
	for i := range c.Parts {
		c.Parts[i].On, c.Parts[i].Off = 0, 0
	}
	return c
}

func dtmfFreqs(digit rune) ([4]float64, bool) {
	const keys = "123A" + "456B" + "789C" + "*0#D"
	rows := [4]float64{697, 770, 852, 941}
	columns := [4]float64{1209, 1336, 1477, 1633}
	code, ok := Code(digit)
	if !ok {
		return [4]float64{}, false
	}
	upper, _ := Digit(code)
	for i, k := range keys {
		if k == upper {
			return chord(rows[i/4], columns[i%4]), true
		}
	}
	return [4]float64{}, false
}
