package tone

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ErrCadence is returned (wrapped) for text that is no cadence.
var ErrCadence = errors.New("tone: not a cadence")

const (
	maxParts = 64
	maxFreq  = 4000
	maxTime  = time.Minute
)

// ParseCadence reads a cadence in the notation of the countries' table: parts with
// commas between them, each "frequencies:on/off" with times in milliseconds.
// Frequencies are joined by +, and *16.7 behind them modulates; 0 is silence.
// Without times a part sounds without end, without an off it runs into the next.
// Parts marked by a leading ! sound once, the others are repeated; if all are
// marked the whole sounds once. "10x100/100" in place of times is ten of them.
//
//	350+440                       a dial tone
//	425:500/500                   busy
//	!400:1000/15000,400:360/15000 once, then over and over
func ParseCadence(text string) (Cadence, error) {
	var c Cadence
	once := 0
	for _, item := range strings.Split(text, ",") {
		rest, marked := strings.CutPrefix(strings.TrimSpace(item), "!")
		parts, err := parseParts(rest)
		if err != nil {
			return Cadence{}, fmt.Errorf("%w: %q: %w", ErrCadence, item, err)
		}
		if marked && once < len(c.Parts) {
			return Cadence{}, fmt.Errorf("%w: %q sounds once, behind what is repeated", ErrCadence, item)
		}
		if c.Parts = append(c.Parts, parts...); marked {
			once = len(c.Parts)
		}
		if len(c.Parts) > maxParts {
			return Cadence{}, fmt.Errorf("%w: more than %d parts", ErrCadence, maxParts)
		}
	}
	if c.Loop = once; once == len(c.Parts) {
		c.Loop, c.Repeat = 0, 1
	}
	return c, nil
}

func parseParts(text string) ([]Part, error) {
	chords, times, timed := strings.Cut(text, ":")
	p, err := parseChord(chords)
	if err != nil || !timed {
		return []Part{p}, err
	}
	count := 1
	if n, rest, many := strings.Cut(times, "x"); many {
		times = rest
		if count, err = strconv.Atoi(n); err != nil || count < 1 || count > maxParts {
			return nil, fmt.Errorf("%q is no count from 1 to %d", n, maxParts)
		}
	}
	on, off, gap := strings.Cut(times, "/")
	if p.On, err = parseTime(on); err != nil {
		return nil, err
	}
	if gap {
		if p.Off, err = parseTime(off); err != nil {
			return nil, err
		}
	}
	parts := make([]Part, count)
	for i := range parts {
		parts[i] = p
	}
	return parts, nil
}

func parseChord(text string) (p Part, err error) {
	tones, mod, modulated := strings.Cut(text, "*")
	if modulated {
		if p.Mod, err = parseFreq(mod); err != nil {
			return p, err
		}
	}
	if tones == "0" {
		return p, nil
	}
	fields := strings.Split(tones, "+")
	if len(fields) > len(p.Freqs) {
		return p, fmt.Errorf("%d frequencies, at most %d sound at a time", len(fields), len(p.Freqs))
	}
	for i, f := range fields {
		if p.Freqs[i], err = parseFreq(f); err != nil {
			return p, err
		}
	}
	return p, nil
}

func parseFreq(text string) (float64, error) {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || !(f >= 1 && f <= maxFreq) {
		return 0, fmt.Errorf("%q is no frequency from 1 to %d Hz", text, maxFreq)
	}
	return f, nil
}

func parseTime(text string) (time.Duration, error) {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || ms(n) > maxTime {
		return 0, fmt.Errorf("%q is no time from 1 to %d ms", text, maxTime.Milliseconds())
	}
	return ms(n), nil
}
