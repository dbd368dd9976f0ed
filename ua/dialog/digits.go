package dialog

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// The bodies by which an INFO carries a digit. No standard has them; they are
// what exchanges and gateways agree on (RFC 6086 §2 tells of such uses).
const (
	relayType = "application/dtmf-relay" // Signal=5, Duration=160
	plainType = "application/dtmf"       // 5
)

const (
	usualDigit  = 160 * time.Millisecond
	longestInfo = 30 * time.Second
	mostDigits  = 64 // that may wait
)

// digitSigns are the digits by their event codes (RFC 4733 §3.2); '!' is a flash.
const digitSigns = "0123456789*#ABCD!"

// infos are the digits to be sent. They go one at a time: two under way could
// change places.
type infos struct {
	tx      Tx
	waiting []SendDigit // the first is under way, if tx is not 0
	plain   bool        // the far end does not take the relay form
	tries   int         // of the first that others have overtaken
}

// sendDigit queues a digit.
func (s *step) sendDigit(in SendDigit) {
	in.Digit = digitOf(string(in.Digit))
	switch {
	case s.phase != phaseConfirmed || in.Digit == 0:
		s.log("a digit is not possible now")
		return
	case len(s.infos.waiting) >= mostDigits:
		s.log("too many digits wait")
		return
	}
	s.infos.waiting = append(slices.Clone(s.infos.waiting), in)
	s.nextDigit()
}

// nextDigit sends the first digit that waits.
func (s *step) nextDigit() {
	if s.infos.tx != 0 || len(s.infos.waiting) == 0 || s.phase != phaseConfirmed {
		return
	}
	digit := s.infos.waiting[0]
	request := s.legs[s.chosen].request("INFO")
	request.ContentType, request.Body = relayType, digit.relay()
	if s.infos.plain {
		request.ContentType, request.Body = plainType, []byte(string(digit.Digit))
	}
	s.infos.tx = s.send(txInfo, request)
}

func (d SendDigit) relay() []byte {
	duration := d.Duration
	if duration <= 0 {
		duration = usualDigit
	}
	return []byte("Signal=" + string(d.Digit) + "\r\nDuration=" + strconv.FormatInt(min(duration, longestInfo).Milliseconds(), 10) + "\r\n")
}

func (s *step) infoResponse(r Response) {
	switch {
	case r.Status == 481 || r.Status == 408: // RFC 6086 §4.2.2, RFC 5057 §5.1
		s.infos = infos{}
		s.dialogLost(r.Status, reasonOf(r))
		return
	case r.Status == 415 && !s.infos.plain:
		s.infos.plain, s.infos.tx = true, 0
		s.nextDigit()
		return
	case s.overtaken(s.infos.tx, r) && s.infos.tries < maxReinvites:
		s.infos.tx = 0
		s.infos.tries++
		s.nextDigit()
		return
	case r.Status >= 300:
		s.log("the other telephone takes no digit by INFO: %d %s", r.Status, r.Reason)
	}
	s.digitDone()
}

func (s *step) infoFailed(in Failed) {
	if in.Timeout {
		s.infos = infos{}
		s.dialogLost(408, or(in.Cause, "the other telephone does not respond"))
		return
	}
	s.log("a digit could not be sent: %s", in.Cause)
	s.digitDone()
}

func (s *step) digitDone() {
	s.infos.tx, s.infos.waiting, s.infos.tries = 0, s.infos.waiting[1:], 0
	s.nextDigit()
}

// info takes digits and the empty heartbeat (RFC 6086 §4.2.2 for the rest).
func (s *step) info(tx ServerTx, r Request) {
	kind := mediaType(r.ContentType)
	switch {
	case kind == relayType || kind == plainType:
		digit, ok := parseDigit(kind, r.Body)
		if !ok {
			s.refuse(tx, 400)
			return
		}
		s.refuse(tx, 200)
		if s.phase == phaseConfirmed {
			s.do(digit)
		}
	case len(r.Body) == 0:
		s.refuse(tx, 200)
	default:
		s.reply(tx, Answer{Status: 415, Accept: relayType + ", " + plainType})
	}
}

// parseDigit reads a body in either form; writers differ in spaces, in the case of
// the names, and in how they write *, # and a flash.
func parseDigit(kind string, body []byte) (Digit, bool) {
	d := Digit{Duration: usualDigit}
	text := strings.TrimSpace(string(body))
	if kind == plainType && !strings.Contains(text, "=") {
		d.Digit = digitOf(text)
		return d, d.Digit != 0
	}
	for line := range strings.Lines(text) {
		name, value, _ := strings.Cut(line, "=")
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "signal":
			d.Digit = digitOf(value)
		case "duration":
			if ms, err := strconv.ParseUint(value, 10, 31); err == nil && ms > 0 {
				d.Duration = min(time.Duration(ms)*time.Millisecond, longestInfo)
			}
		}
	}
	return d, d.Digit != 0
}

// digitOf is a digit by its sign or, from 10 on, by its event code; 0 for others.
func digitOf(text string) rune {
	switch text = strings.ToUpper(text); {
	case len(text) == 1 && strings.Contains(digitSigns, text):
		return rune(text[0])
	case text == "FLASH":
		return '!'
	}
	if code, err := strconv.ParseUint(text, 10, 8); err == nil && len(text) == 2 && code >= 10 && int(code) < len(digitSigns) {
		return rune(digitSigns[code])
	}
	return 0
}
