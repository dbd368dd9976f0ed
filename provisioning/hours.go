package provisioning

import (
	"fmt"
	"strings"
	"time"
)

// Hours are hours of some days of the week: mon-fri 08:00-18:00.
type Hours struct {
	days     [7]bool // by time.Weekday
	from, to int     // minutes of the day; to is 1440 for its end, and may be before from: over midnight
}

var weekdays = map[string]time.Weekday{"sun": time.Sunday, "mon": time.Monday, "tue": time.Tuesday, "wed": time.Wednesday, "thu": time.Thursday, "fri": time.Friday, "sat": time.Saturday}

const endOfDay = 24 * 60

// ParseHours reads "mon-fri 08:00-18:00", "sat,sun 10:00-12:00" or "22:00-06:00",
// which is every day. Hours over midnight belong to the day that they begin on.
func ParseHours(s string) (Hours, error) {
	days, window, found := strings.Cut(s, " ")
	if !found {
		days, window = "sun-sat", s
	}
	h := Hours{}
	var ok bool
	if h.days, ok = parseDays(days); !ok {
		return Hours{}, badHours(s)
	}
	from, to, _ := strings.Cut(window, "-")
	if h.from, ok = parseMinute(from); !ok || h.from == endOfDay {
		return Hours{}, badHours(s)
	}
	if h.to, ok = parseMinute(to); !ok || h.from == h.to {
		return Hours{}, badHours(s)
	}
	return h, nil
}

func badHours(s string) error {
	return fmt.Errorf("%q is not a time of the week; write mon-fri 08:00-18:00, or 08:00-18:00 for every day", clip(s))
}

func parseDays(s string) (days [7]bool, ok bool) {
	for part := range strings.SplitSeq(s, ",") {
		first, last, isRange := strings.Cut(part, "-")
		if !isRange {
			last = first
		}
		a, okA := weekdays[first]
		b, okB := weekdays[last]
		if !okA || !okB {
			return days, false
		}
		for d := a; ; d = (d + 1) % 7 {
			days[d] = true
			if d == b {
				break
			}
		}
	}
	return days, true
}

func parseMinute(s string) (int, bool) {
	if s == "24:00" {
		return endOfDay, true
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil && len(s) == len("15:04")
}

// Include tells whether a moment, in its own zone, is within the hours.
func (h Hours) Include(t time.Time) bool {
	minute, today := t.Hour()*60+t.Minute(), t.Weekday()
	if h.from < h.to {
		return h.days[today] && minute >= h.from && minute < h.to
	}
	yesterday := (today + 6) % 7
	return h.days[today] && minute >= h.from || h.days[yesterday] && minute < h.to
}

func matchHours(s string) string {
	if _, err := ParseHours(s); err != nil {
		return err.Error()
	}
	return ""
}
