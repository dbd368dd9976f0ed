package tone

import (
	"strings"
	"time"
)

// Tones are the call-progress tones of a country.
type Tones struct {
	Dial, RingBack, Busy, Congestion Cadence
	CallWaiting                      Cadence
	Stutter                          Cadence // dial tone with a message waiting
	Howler                           Cadence // left off the hook
	Confirm                          Cadence // a feature was accepted
	Ring                             Cadence // of the ringer: Ringer(Bell, …) in the country's rhythm
}

// Levels. ITU-T E.180 has tones at -10 dBm0, about -16 dB here; the howler is
// meant to be heard across the room.
const (
	progressLevel = -16
	waitingLevel  = -22 // the conversation goes on
	howlerLevel   = -9
)

// Countries are the ISO 3166 codes that Plan knows, in order.
func Countries() []string {
	codes := make([]string, 0, len(countries()))
	for _, c := range countries() {
		codes = append(codes, c.code)
	}
	return codes
}

// Plan is the tones of a country by its ISO 3166 code, in either case.
func Plan(code string) (Tones, bool) {
	code = strings.ToUpper(code)
	if code == "GB" {
		code = "UK" // what people write
	}
	for _, c := range countries() {
		if c.code == code {
			return c.tones(), true
		}
	}
	return Tones{}, false
}

// country is a row of the table: each tone as its parts.
type country struct {
	code                             string
	dial, ringBack, busy, congestion []Part
	waiting, stutter, confirm        []Part
	ring                             []Part // nil: as ringBack
}

func (c country) tones() Tones {
	if c.ring == nil {
		c.ring = c.ringBack
	}
	return Tones{
		Dial:        Cadence{Parts: c.dial, LevelDB: progressLevel},
		RingBack:    Cadence{Parts: c.ringBack, LevelDB: progressLevel},
		Busy:        Cadence{Parts: c.busy, LevelDB: progressLevel},
		Congestion:  Cadence{Parts: c.congestion, LevelDB: progressLevel},
		CallWaiting: Cadence{Parts: c.waiting, LevelDB: waitingLevel},
		Stutter:     Cadence{Parts: c.stutter, LevelDB: progressLevel},
		Howler:      Cadence{Parts: howler(), LevelDB: howlerLevel},
		Confirm:     Cadence{Parts: c.confirm, Repeat: 1, LevelDB: progressLevel},
		Ring:        Ringer(Bell, c.ring),
	}
}

// howler is the receiver-off-hook tone (Telcordia GR-506). Where a country has
// none of its own on the record, it serves as well: it is meant to annoy.
func howler() []Part { return parts(chord(1400, 2060, 2450, 2600), 100, 100) }

// threeBeeps is a confirmation where no other is on the record.
func threeBeeps(freqs [4]float64) []Part {
	return parts(freqs, 100, 100, 100, 100, 100, 0, 1)
}

func chord(freqs ...float64) (c [4]float64) {
	copy(c[:], freqs)
	return c
}

// parts is one chord by on and off times in ms, in turn; a last on without its
// off runs into the next part, and 0 is without end.
func parts(freqs [4]float64, times ...int) []Part {
	var out []Part
	for i := 0; i < len(times); i += 2 {
		p := Part{Freqs: freqs, On: ms(times[i])}
		if i+1 < len(times) {
			p.Off = ms(times[i+1])
		}
		out = append(out, p)
	}
	return out
}

// stuttered is n bursts, then the tone without end.
func stuttered(freqs [4]float64, n, on, off int) []Part {
	var out []Part
	for range n {
		out = append(out, parts(freqs, on, off)...)
	}
	return append(out, steady(freqs)...)
}

// steady is a tone without end.
func steady(freqs [4]float64) []Part { return parts(freqs, 0) }

func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }
