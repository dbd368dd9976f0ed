package alsa

import "math"

// Types of what a control tells of its levels (<sound/tlv.h>).
const (
	tlvContainer  = 0
	tlvScale      = 1
	tlvLinear     = 2
	tlvRange      = 3
	tlvMinMax     = 4
	tlvMinMaxMute = 5
)

// segment maps the values low to high of a control to decibels.
type segment struct {
	low, high int
	min, max  float64 // dB at low and at high
	linear    bool    // in amplitude, not in decibels
	mutes     bool    // low is silence
}

// curve is a control's levels, from the lowest segment to the highest; empty
// when the control tells none.
type curve []segment

// parseTLV reads what a control of the values low to high tells. What it cannot
// read is no curve.
func parseTLV(words []uint32, low, high int) curve {
	return parseItem(words, low, high, 0)
}

// deepest bounds containers within containers.
const deepest = 4

func parseItem(words []uint32, low, high, depth int) curve {
	if len(words) < 2 || depth > deepest || high <= low {
		return nil
	}
	n := int(min(words[1]/4, uint32(len(words)))) // lengths are in bytes
	if n > len(words)-2 {
		return nil
	}
	body := words[2 : 2+n]
	switch words[0] {
	case tlvContainer:
		return parseContainer(body, low, high, depth)
	case tlvRange:
		return parseRange(body, low, high, depth)
	}
	if len(body) < 2 {
		return nil
	}
	first := centibels(body[0])
	s := segment{low: low, high: high, min: first, max: centibels(body[1])}
	switch words[0] {
	case tlvScale:
		step := float64(body[1]&0xffff) / 100
		s.max, s.mutes = first+step*float64(high-low), body[1]&0x10000 != 0
	case tlvLinear:
		s.linear = true
	case tlvMinMaxMute:
		s.mutes = true
	case tlvMinMax:
	default:
		return nil
	}
	if s.max < s.min {
		return nil
	}
	return curve{s}
}

// centibels are hundredths of a decibel, signed.
func centibels(word uint32) float64 { return float64(int32(word)) / 100 }

func parseContainer(body []uint32, low, high, depth int) curve {
	for len(body) >= 2 {
		if c := parseItem(body, low, high, depth+1); c != nil {
			return c
		}
		size := 2 + int(min(body[1]/4, math.MaxInt16))
		if size > len(body) {
			return nil
		}
		body = body[size:]
	}
	return nil
}

// parseRange reads entries of low value, high value and an item for those.
func parseRange(body []uint32, low, high, depth int) curve {
	var all curve
	for len(body) >= 4 {
		size := 4 + int(min(body[3]/4, math.MaxInt16))
		if size > len(body) {
			return nil
		}
		from, to := int(int32(body[0])), int(int32(body[1]))
		var part curve
		if from == to { // one value: its level is the item's lowest
			part = parseItem(body[2:], from, from+1, depth+1)
			for i := range part {
				part[i].high, part[i].max = from, part[i].min
			}
		} else {
			part = parseItem(body[2:], from, to, depth+1)
		}
		if part == nil || len(all) > 0 && part[0].low <= all[len(all)-1].high {
			return nil
		}
		all = append(all, part...)
		body = body[size:]
	}
	if len(all) == 0 || all[0].low > low || all[len(all)-1].high < high {
		return nil
	}
	return all
}

// decibels of a value; minus infinity is silence.
func (c curve) decibels(value int) float64 {
	s := c[0]
	for _, next := range c[1:] {
		if next.low <= value {
			s = next
		}
	}
	value = min(max(value, s.low), s.high)
	switch {
	case s.mutes && value == s.low:
		return math.Inf(-1)
	case s.high == s.low:
		return s.min
	}
	part := float64(value-s.low) / float64(s.high-s.low)
	if !s.linear {
		return s.min + part*(s.max-s.min)
	}
	bottom, top := amplitude(s.min), amplitude(s.max)
	return 20 * math.Log10(bottom+part*(top-bottom))
}

// quietest is the level in dB that the kernel means as silence.
const quietest = -9999.99

func amplitude(db float64) float64 {
	if db <= quietest {
		return 0
	}
	return math.Pow(10, db/20)
}
