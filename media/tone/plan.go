package tone

import "strings"

// Tones are the call-progress tones of a country.
type Tones struct {
	Dial, RingBack, Busy, Congestion Cadence
	CallWaiting                      Cadence
	Stutter                          Cadence // dial tone with a message waiting, or a service on
	Howler                           Cadence // left off the hook
	Confirm                          Cadence // a feature was accepted
	Info                             Cadence // special information: no such number
	Record                           Cadence // the call is recorded
	Ring                             Cadence // of the ringer: Ringer(Bell, …) in the country's rhythm
}

// Levels. ITU-T E.180 has tones at -10 dBm0, about -16 dB here; the howler is
// meant to be heard across the room.
const (
	progressLevel = -16
	waitingLevel  = -22 // the conversation goes on
	howlerLevel   = -9
	recordLevel   = -25
)

// What is played where a country has none of its own on the record: the
// receiver-off-hook tone of Telcordia GR-506, the special information tone of
// ITU-T E.180 §9, and a beep of half a second in every fifteen.
const (
	usualHowler = "1400+2060+2450+2600:100/100"
	usualInfo   = "950:330,1400:330,1800:330/1000"
	usualRecord = "1400:500/15000"
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

func (c row) tones() Tones {
	ringBack := cadence(c.ringBack, progressLevel)
	return Tones{
		Dial:        cadence(c.dial, progressLevel),
		RingBack:    ringBack,
		Busy:        cadence(c.busy, progressLevel),
		Congestion:  cadence(c.congestion, progressLevel),
		CallWaiting: cadence(c.waiting, waitingLevel),
		Stutter:     c.special(),
		Howler:      cadence(usualHowler, howlerLevel),
		Confirm:     c.accepted(),
		Info:        cadence(or(c.info, usualInfo), progressLevel),
		Record:      cadence(or(c.record, usualRecord), recordLevel),
		Ring:        Ringer(Bell, ringBack.Parts),
	}
}

// special is the stutter: usually the dial tone in ten bursts, then as always.
func (c row) special() Cadence {
	if c.stutter != "" {
		return cadence(c.stutter, progressLevel)
	}
	return cadence("!"+firstChord(c.dial)+":10x100/100,"+c.dial, progressLevel)
}

// accepted is the confirmation: usually three short bursts of the dial tone.
func (c row) accepted() Cadence {
	once := cadence(or(c.confirm, firstChord(c.dial)+":3x100/100"), progressLevel)
	once.Repeat = 1
	return once
}

// firstChord is what a tone begins with, without its times.
func firstChord(text string) string { return text[:strings.IndexAny(text+":", ":,")] }

// cadence reads one of the table, which a test has read before.
func cadence(text string, level float64) Cadence {
	c, _ := ParseCadence(text)
	c.LevelDB = level
	return c
}

func or(own, usual string) string {
	if own != "" {
		return own
	}
	return usual
}
