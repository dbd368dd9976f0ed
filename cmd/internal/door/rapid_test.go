package door

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"offhook/ua"
)

// witness watches what is done to a house, and knows of nothing but that: what
// was dialled where, without a break.
type witness struct {
	config Config
	dialed map[ua.CallID]string
	may    map[ua.CallID]bool
	last   map[ua.CallID]time.Time
	uses   map[string]int
	asked  map[string]int // openings of each relay that somebody had a right to
}

func (w *witness) sees(in Input) {
	switch in := in.(type) {
	case Exit:
		w.asked["strike"]++
	case Command:
		w.asked[map[bool]string{true: "strike", false: in.Relay}[in.Relay == ""]]++
	case Call:
		if w.may[in.Call] != in.Talks {
			w.dialed[in.Call], w.may[in.Call] = "", in.Talks
		}
	case Card:
		for _, c := range w.config.Codes {
			if slices.Contains(c.Cards, in.Code) {
				w.right(c)
			}
		}
	case Digit:
		if in.Call == 0 && in.Now.Sub(w.last[0]) > entryTime || in.Digit < '0' || in.Digit > '9' {
			w.dialed[in.Call] = ""
		}
		if in.Digit >= '0' && in.Digit <= '9' {
			w.dialed[in.Call] += string(in.Digit)
		}
		w.last[in.Call] = in.Now
		for _, c := range w.config.Codes {
			digits := c.Digits.Reveal()
			if digits != "" && strings.HasSuffix(w.dialed[in.Call], digits) && slices.Contains(c.Places, place(in.Call)) && (in.Call == 0 || w.may[in.Call]) {
				w.right(c)
			}
		}
	}
}

func (w *witness) right(c Code) {
	if c.Uses > 0 && w.uses[c.Name] >= c.Uses {
		return
	}
	w.uses[c.Name]++
	d, _ := w.config.door(c.Relay)
	w.asked[d.Relay]++
}

// No relay moves more often than somebody had a right to, whatever happens.
func TestStep_opens_for_nobody_else(t *testing.T) {
	house := house(t)
	codes := []string{"2580", "739155", "4711", "86420", "97531", "112358", "5050"}
	rapid.Check(t, func(t *rapid.T) {
		w := &witness{config: house, dialed: map[ua.CallID]string{}, may: map[ua.CallID]bool{}, last: map[ua.CallID]time.Time{}, uses: map[string]int{}, asked: map[string]int{}}
		s, _ := Step(State{}, house)
		now, opened := start, map[string]int{}
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			now = now.Add(rapid.SampledFrom([]time.Duration{0, time.Second, 9 * time.Second, time.Minute}).Draw(t, "later"))
			for _, in := range some(t, codes, now) {
				w.sees(in)
				var effects []Effect
				s, effects = Step(s, in)
				for _, e := range effects {
					if e, ok := e.(Open); ok {
						opened[e.Relay]++
					}
				}
				for relay, n := range opened {
					if n > w.asked[relay] {
						t.Fatalf("%+v opened %s for nobody", in, relay)
					}
				}
				if due := s.Due(); !due.IsZero() && due.Before(start) {
					t.Fatalf("due at %s", due)
				}
			}
		}
	})
}

// some are inputs of one moment.
func some(t *rapid.T, codes []string, now time.Time) []Input {
	call := ua.CallID(rapid.IntRange(0, 2).Draw(t, "call"))
	dialled := func(digits string) (all []Input) {
		for _, d := range digits {
			all = append(all, Digit{Call: call, Digit: byte(d), Now: now})
		}
		return all
	}
	switch rapid.IntRange(0, 9).Draw(t, "what") {
	case 0:
		return []Input{Exit{Now: now}}
	case 1:
		return []Input{Command{Relay: rapid.SampledFrom([]string{"", "gate", "cellar"}).Draw(t, "relay"), Now: now}}
	case 2:
		return []Input{Card{Code: rapid.SampledFrom([]uint64{7, 8, 99, 13899649}).Draw(t, "card"), Now: now}}
	case 3:
		return []Input{Call{Call: max(call, 1), Talks: rapid.Bool().Draw(t, "talks"), Now: now}}
	case 4:
		return []Input{Contact{Open: rapid.Bool().Draw(t, "open"), Now: now}, Tick{Now: now}}
	case 5:
		return []Input{Online{Registered: rapid.Bool().Draw(t, "registered")}}
	case 6:
		return dialled(rapid.StringMatching(`[0-9*#]{1,8}`).Draw(t, "digits"))
	case 7:
		code := rapid.SampledFrom(codes).Draw(t, "half")
		return dialled(code[:rapid.IntRange(1, len(code)).Draw(t, "so far")])
	}
	return dialled(rapid.SampledFrom(codes).Draw(t, "code"))
}
