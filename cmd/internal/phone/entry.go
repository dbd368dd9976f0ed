package phone

import (
	"slices"
	"strings"

	"offhook/hal"
)

type purpose uint8

const (
	forCall purpose = iota
	forTransfer
	forDeflect // of a call that rings
)

// entry is a number being typed.
type entry struct {
	on      bool
	purpose purpose
	of      int // serial of the call to transfer or to send elsewhere
	digits  string
}

const entryLimit = 64

// openEntry begins a number; with a path there is a dial tone.
func (t *turn) openEntry(p purpose) {
	t.parkLive()
	t.ended, t.list = ended{}, list{}
	t.entry = entry{on: true, purpose: p}
	t.restage()
}

// digitKey: a digit goes to whoever listens, or into a number.
func (t *turn) digitKey(d byte) {
	live, focus := t.live(), t.byFocus()
	if focus != nil && focus.talking() {
		live = focus // of two in a conference
	}
	if t.listKey(d) {
		return
	}
	t.list = list{}
	switch {
	case live != nil && live.talking():
		t.do(SendDigit{Call: live.ID, Digit: d})
		t.signal(Tone{Kind: ToneDTMF, Digit: d})
	case live != nil:
	case t.entry.on:
		t.typed(d)
	case focus != nil && focus.ringing() && t.path == "":
	case len(t.config.Accounts) == 0:
		t.complain(t.texts().NoAccount)
	default:
		t.openEntry(forCall)
		t.typed(d)
	}
}

// typed adds a digit to the number. # sends, unless the digit map goes on
// with it.
func (t *turn) typed(d byte) {
	digits := t.entry.digits + string(rune(d))
	plan := t.config.DialPlan
	mapped := plan.Map.String() != "" && plan.Map.Match(digits) != NoMatch
	if d == '#' && t.entry.digits != "" && !mapped {
		t.place(t.entry.digits)
		return
	}
	if len(digits) > entryLimit {
		t.signal(Tone{Kind: ToneError})
		return
	}
	t.entry.digits = digits
	t.restage()
	t.signal(Tone{Kind: ToneDTMF, Digit: d})
	t.matchDigits()
}

// matchDigits sends a number that is whole. On-hook, and for a transfer, the
// person says when.
func (t *turn) matchDigits() {
	t.stop(timerInterDigit)
	if t.path == "" || t.entry.purpose != forCall {
		return
	}
	if t.isEmergency(t.entry.digits) {
		t.place(t.entry.digits)
		return
	}
	switch plan := t.config.DialPlan; plan.Map.Match(t.entry.digits) {
	case Complete:
		t.place(t.entry.digits)
	case Timed:
		t.start(timerInterDigit, plan.timeout())
	}
}

func (s *State) isEmergency(number string) bool { return slices.Contains(s.config.Emergency, number) }

// erase takes the last digit away; with nothing left it leaves the number.
func (t *turn) erase() {
	if t.entry.digits == "" {
		t.leaveEntry()
		return
	}
	t.entry.digits = t.entry.digits[:len(t.entry.digits)-1]
	t.restage()
	t.matchDigits()
}

// leaveEntry gives up a number. A call that was to be transferred comes back.
func (t *turn) leaveEntry() {
	e := t.entry
	t.entry = entry{}
	if e.purpose == forTransfer {
		if c := t.bySerial(e.of); c != nil && c.held && !c.leaving {
			t.resume(c)
			return
		}
	}
	if t.path == hal.Handset && t.open() == 0 {
		t.openEntry(forCall) // dial tone again
		return
	}
	t.freeHandsfree()
}

// longZero turns a 0 that begins a number into the + of an international one.
func (t *turn) longZero() {
	if t.entry.on && t.entry.digits == "0" {
		t.entry.digits = "+"
		t.restage()
		t.matchDigits()
	}
}

// cleanNumber drops the marks by which people group digits, if that leaves a
// number; a SIP URI stays as it is.
func cleanNumber(text string) string {
	text = strings.TrimSpace(text)
	number := strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -/().\u00a0", r) {
			return -1
		}
		return r
	}, text)
	if strings.Trim(number, digitSymbols) == "" {
		return number
	}
	return text
}
