package door

import (
	"crypto/subtle"
	"fmt"
	"maps"
	"slices"
	"time"

	"offhook/provisioning"
	"offhook/ua"
)

// entryTime is how long a half code at the station's keys waits for the rest.
const entryTime = 10 * time.Second

// entry is what was dialled of a code.
type entry struct {
	digits string
	last   time.Time
}

func place(call ua.CallID) Place {
	if call == 0 {
		return ByKeypad
	}
	return ByCall
}

func (s State) call(in Call) (State, []Effect) {
	known, talked := s.talks[in.Call]
	if talked == in.Talks {
		if talked && known.Who != in.Who {
			s.talks = with(s.talks, in.Call, in)
		}
		return s, nil
	}
	s, effects := s.drop(in.Call, in.Now)
	if in.Talks {
		s.talks = with(s.talks, in.Call, in)
	} else {
		s.talks = without(s.talks, in.Call)
	}
	return s, effects
}

// digit judges what was dialled since the last '*' or '#', which begin anew: as
// soon as it is a code, and when no code is longer.
func (s State) digit(in Digit) (State, []Effect) {
	_, talks := s.talks[in.Call]
	_, longest := s.config.lengths(place(in.Call))
	if in.Call != 0 && !talks || longest == 0 || len(s.config.Doors) == 0 {
		return s, nil
	}
	var before []Effect
	if e := s.entries[in.Call]; in.Call == 0 && in.Now.Sub(e.last) > entryTime {
		s, before = s.drop(0, in.Now)
	}
	if in.Digit < '0' || in.Digit > '9' {
		s, effects := s.drop(in.Call, in.Now)
		return s, append(effects, shown(in.Call, Entry{Over: true})...)
	}
	dialed := s.entries[in.Call].digits + string(in.Digit)
	code, right := s.config.match(place(in.Call), dialed)
	if !right && len(dialed) < longest {
		s.entries = with(s.entries, in.Call, entry{dialed, in.Now})
		return s, append(before, shown(in.Call, Entry{Digits: len(dialed)})...)
	}
	s.entries = without(s.entries, in.Call)
	s, effects := s.judge(in.Call, code, right, in.Now)
	return s, slices.Concat(before, effects, shown(in.Call, Entry{Over: true}))
}

func shown(call ua.CallID, e Entry) []Effect {
	if call != 0 {
		return nil
	}
	return []Effect{e}
}

// card judges a credential. Strange ones are counted like wrong codes, apart from
// them: who guesses numbers with a machine is kept out, and who has a good one and
// finds the reader locked has his code.
func (s State) card(in Card) (State, []Effect) {
	if len(s.config.Doors) == 0 {
		return s, nil
	}
	note := Note{Event: Refused, Warn: true, By: string(ByReader)}
	if s, effects, locked := s.lockedOut(ByReader, note, in.Now); locked {
		return s, effects
	}
	for _, code := range s.config.Codes {
		if !slices.Contains(code.Cards, in.Code) {
			continue
		}
		note.By = code.Name
		why := s.uncounted(code, in.Now)
		if why == "" {
			s.guards = without(s.guards, ByReader)
			return s.right(code, note, true, in.Now)
		}
		note.Text = "the card of " + code.Name + " does not count: " + why
		return s, []Effect{note}
	}
	note.Text = fmt.Sprintf("the card %d is nobody's", in.Code)
	return s.wrong(ByReader, note, in.Now)
}

// lockedOut tells whether nothing counts at a place now, which is said once.
func (s State) lockedOut(at Place, note Note, now time.Time) (State, []Effect, bool) {
	g := s.guards[at]
	if !now.Before(g.locked) {
		return s, nil, false
	}
	if g.warned {
		return s, []Effect{Shut{note.Call}}, true
	}
	g.warned = true
	s.guards = with(s.guards, at, g)
	note.Text = "door code ignored: too many wrong ones before"
	if at == ByReader {
		note.Text = "the card is ignored: too many strange ones before"
	}
	return s, []Effect{note, Shut{note.Call}}, true
}

// drop forgets what was dialled. As long as a code, it was a guess like any other:
// nobody tries short codes for nothing because there are longer ones.
func (s State) drop(call ua.CallID, now time.Time) (State, []Effect) {
	dialed := s.entries[call].digits
	s.entries = without(s.entries, call)
	if shortest, _ := s.config.lengths(place(call)); dialed == "" || shortest == 0 || len(dialed) < shortest {
		return s, nil
	}
	return s.judge(call, Code{}, false, now)
}

// match finds the code that was dialled. Each is compared in the same time.
func (c Config) match(p Place, dialed string) (found Code, ok bool) {
	for _, code := range c.Codes {
		same := subtle.ConstantTimeCompare([]byte(dialed), []byte(code.Digits.Reveal())) == 1
		if same && dialed != "" && slices.Contains(code.Places, p) {
			found, ok = code, true
		}
	}
	return found, ok
}

func (s State) judge(call ua.CallID, code Code, right bool, now time.Time) (State, []Effect) {
	at := place(call)
	note := Note{Event: Refused, Warn: true, Call: call, Who: s.talks[call].Who, By: string(at)}
	if s, effects, locked := s.lockedOut(at, note, now); locked {
		return s, effects
	}
	if !right {
		note.Text = "wrong door code"
		return s.wrong(at, note, now)
	}
	note.By = code.Name
	if why := s.uncounted(code, now); why != "" {
		note.Text = "door code " + code.Name + " does not count: " + why
		return s, []Effect{note}
	}
	s.guards = without(s.guards, at)
	return s.right(code, note, false, now)
}

// uncounted says why a code opens nothing now; "" when it does.
func (s State) uncounted(c Code, now time.Time) string {
	switch {
	case c.Offline && !s.offline:
		return "it is for a station that is not registered"
	case (len(c.Hours) > 0 || !c.Until.IsZero()) && now.Before(s.config.ClockFloor):
		return "the clock is not set"
	case len(c.Hours) > 0 && !slices.ContainsFunc(c.Hours, func(h provisioning.Hours) bool { return h.Include(now) }):
		return "not at this time"
	case !c.Until.IsZero() && !now.Before(c.Until):
		return "its time is over"
	case c.Uses > 0 && s.used[c.ID()] >= c.Uses:
		return "it was used up"
	}
	return ""
}

func (s State) right(c Code, note Note, byCard bool, now time.Time) (State, []Effect) {
	d, ok := s.config.door(c.Relay)
	if !ok {
		return s, nil
	}
	var effects []Effect
	if c.Uses > 0 { // kept before the door opens
		s.used = with(s.used, c.ID(), s.used[c.ID()]+1)
		effects = append(effects, Keep{Used: maps.Clone(s.used)})
	}
	note.Event, note.Warn = Opened, false
	if note.Text = "door opened by code"; byCard {
		note.Text = "door opened by card"
	}
	s, more := s.later(d, now, note)
	return s, append(effects, more...)
}

// guard bounds guessing at a place: after so many wrong codes, whoever dialled
// them, no code counts for a while, and for twice as long the next time.
type guard struct {
	wrong  int           // codes since the last right one or the last lock
	last   time.Duration // of the last lock
	locked time.Time     // no code counts before
	warned bool          // of a code dialled meanwhile: said once, whoever goes on dialling
}

// maxLock bounds a lock: a resident gets in again on the same day.
const maxLock = time.Hour

func (s State) wrong(at Place, note Note, now time.Time) (State, []Effect) {
	g := s.guards[at]
	g.wrong++
	if g.wrong >= s.config.attempts(at) {
		length := min(max(2*g.last, s.config.lock()), max(maxLock, s.config.lock()))
		g = guard{last: length, locked: now.Add(length)}
		note.Event = Locked
		what := "code"
		if at == ByReader {
			what = "card"
		}
		note.Text += fmt.Sprintf(": no %s counts for the next %s", what, span(length))
	}
	s.guards = with(s.guards, at, g)
	return s, []Effect{note}
}

func span(d time.Duration) string {
	if d == time.Minute {
		return "minute"
	}
	if d%time.Minute == 0 {
		return fmt.Sprintf("%d minutes", int(d.Minutes()))
	}
	return fmt.Sprintf("%d seconds", int(d.Seconds()))
}

// cardAttempts is how many strange cards in a row lock a reader: whoever takes the
// wrong one out of his purse does not.
const cardAttempts = 10

func (c Config) attempts(at Place) int {
	switch {
	case at == ByReader && c.CardAttempts > 0:
		return c.CardAttempts
	case at == ByReader:
		return cardAttempts
	case c.Attempts == 0:
		return 3
	}
	return c.Attempts
}

func (c Config) lock() time.Duration {
	if c.Lock == 0 {
		return time.Minute
	}
	return c.Lock
}

// with is a copy of m with v at k.
func with[K comparable, V any](m map[K]V, k K, v V) map[K]V {
	out := make(map[K]V, len(m)+1)
	maps.Copy(out, m)
	out[k] = v
	return out
}

// without is a copy of m that lacks k.
func without[K comparable, V any](m map[K]V, k K) map[K]V {
	out := maps.Clone(m)
	delete(out, k)
	return out
}
