package phone

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// clock is the time of day, "" while it is not known.
func (s *State) clock(at time.Time) string {
	switch {
	case at.IsZero():
		return ""
	case s.config.Hour12:
		return at.Format("3:04 pm")
	}
	return at.Format("15:04")
}

func (s *State) date() string {
	if s.now.IsZero() {
		return ""
	}
	return s.texts().longDate(s.now)
}

// when is an entry's time in a list: the hour today, the day before that.
func (s *State) when(at time.Time) string {
	if at.IsZero() {
		return ""
	}
	at = at.In(s.now.Location())
	if at.YearDay() == s.now.YearDay() && at.Year() == s.now.Year() {
		return s.clock(at)
	}
	return s.texts().shortDate(at)
}

func (x *Texts) longDate(at time.Time) string {
	return fillDate(x.LongDate, x, at)
}

func (x *Texts) shortDate(at time.Time) string {
	return fillDate(x.ShortDate, x, at)
}

func fillDate(pattern string, x *Texts, at time.Time) string {
	month := x.Months[at.Month()-1]
	short := []rune(month)
	return strings.NewReplacer("{weekday}", x.Weekdays[at.Weekday()], "{day}", fmt.Sprint(at.Day()), "{month}", month, "{num}", strconv.Itoa(int(at.Month())),
		"{mon}", string(short[:min(3, len(short))])).Replace(pattern)
}

// count words a number of things; 0 is nothing, -1 an untold number.
func (x *Texts) count(words [3]string, n int) string {
	switch {
	case n == 0:
		return ""
	case n < 0:
		return words[2]
	case n == 1:
		return words[0]
	}
	return fmt.Sprintf(words[1], n)
}

// initials are the first letters of the first and the last word of a name.
func initials(name string) string {
	var out []rune
	words := strings.Fields(name)
	for i, w := range words {
		if i != 0 && i != len(words)-1 {
			continue
		}
		for _, r := range w {
			if unicode.IsLetter(r) || unicode.IsDigit(r) {
				out = append(out, unicode.ToUpper(r))
				break
			}
		}
	}
	return string(out)
}
