package media

import (
	"encoding/json"
	"math"
	"strconv"
)

// Measured is a figure that may not be known yet.
type Measured struct {
	Value float64
	Known bool
}

// Figure is one that is known, unless it is no number.
func Figure(v float64) Measured {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Measured{}
	}
	return Measured{Value: v, Known: true}
}

// String is the figure to a tenth, a dash while it is not known.
func (m Measured) String() string {
	if !m.Known {
		return "–"
	}
	return strconv.FormatFloat(math.Round(10*m.Value)/10+0, 'f', -1, 64) // no -0
}

// MarshalJSON writes a number, null while it is not known.
func (m Measured) MarshalJSON() ([]byte, error) {
	if !m.Known {
		return []byte("null"), nil
	}
	return []byte(m.String()), nil
}

// UnmarshalJSON reads what MarshalJSON writes.
func (m *Measured) UnmarshalJSON(b []byte) error {
	*m = Measured{Known: string(b) != "null"}
	if !m.Known {
		return nil
	}
	return json.Unmarshal(b, &m.Value)
}

// HandsFree is how it goes with what is done to the microphone, as of the last second.
type HandsFree struct {
	Canceller  string   // "learning", "converged", or "lost": what it knew is no more so; "": none is at work
	ERL, ERLE  Measured // dB: the loss from loudspeaker to microphone, and what the filter adds to it
	Delay      Measured // ms from what is played to its echo
	DoubleTalk Measured // percent of the last second in which both sides spoke
	Noise      Measured // dB by which noise is made quieter
	Gain       Measured // dB by which speech is made louder
}
