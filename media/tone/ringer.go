package tone

import "time"

// Style is how a ringer sounds.
type Style uint8

// The styles.
const (
	Bell   Style = iota // two gongs and a clapper, as a telephone of old
	Warble              // two tones in quick turn, as an office telephone
	Chime               // three soft notes
)

func (s Style) String() string {
	if s > Chime {
		return "invalid"
	}
	return [...]string{"bell", "warble", "chime"}[s]
}

// ParseStyle is the style of a name, as String gives it.
func ParseStyle(name string) (Style, bool) {
	for s := Bell; s <= Chime; s++ {
		if s.String() == name {
			return s, true
		}
	}
	return Bell, false
}

const ringLevel = -15 // of each frequency; a bell's four together reach -3 dB

// Ringer is a ring of a style in a rhythm: the On and Off of parts whose
// frequencies do not matter.
func Ringer(style Style, rhythm []Part) Cadence {
	c := Cadence{LevelDB: ringLevel}
	for _, r := range rhythm {
		c.Parts = append(c.Parts, burst(style, r.On)...)
		if n := len(c.Parts); n > 0 {
			c.Parts[n-1].Off += r.Off
		}
	}
	return c
}

// burst is one On of the rhythm, of exactly its length.
func burst(style Style, on time.Duration) []Part {
	strokes := stroke(style)
	if on <= 0 {
		on = 2 * time.Second
	}
	var out []Part
	for i := 0; on > 0; i++ {
		p := strokes[i%len(strokes)]
		if style == Chime && i >= len(strokes) { // the notes once, then rest
			out[len(out)-1].Off += on
			return out
		}
		if p.On+p.Off > on {
			p.On = min(p.On, on)
			p.Off = on - p.On
		}
		on -= p.On + p.Off
		out = append(out, p)
	}
	return out
}

func stroke(style Style) []Part {
	switch style {
	case Warble:
		return []Part{{Freqs: chord(800, 1600), On: ms(50)}, {Freqs: chord(1000, 2000), On: ms(50)}}
	case Chime:
		return []Part{
			{Freqs: chord(523.25, 1046.5), On: ms(160), Off: ms(20)},
			{Freqs: chord(659.26, 1318.5), On: ms(160), Off: ms(20)},
			{Freqs: chord(783.99, 1568), On: ms(320), Off: ms(40)},
		}
	}
	// A clapper at 20 Hz strikes each gong in turn; the gongs are a third apart and
	// their partials are not harmonic. The gap between strokes is the stroke.
	return []Part{
		{Freqs: chord(1050, 1660, 2410, 3260), On: ms(20), Off: ms(5)},
		{Freqs: chord(1310, 2075, 3010, 3390), On: ms(20), Off: ms(5)},
	}
}
