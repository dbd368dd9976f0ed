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

// Plan is the tones of a country by its ISO 3166 code (ITU-T E.180 Supplement 2).
func Plan(country string) (Tones, bool) {
	p, ok := plans()[strings.ToUpper(country)]
	return p, ok
}

func ms(n int) time.Duration { return time.Duration(n) * time.Millisecond }

func plans() map[string]Tones { return map[string]Tones{} }
