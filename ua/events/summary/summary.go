// Package summary is the message-summary event package (RFC 3842).
package summary

import (
	"errors"
	"strconv"
	"strings"
)

// Summary is a mailbox (RFC 3842).
type Summary struct {
	Waiting  bool
	Account  string // URI of the mailbox, "" when not told
	New, Old int    // voice messages; -1 when not told
}

// ErrBody is returned for a body that tells nothing of a mailbox.
var ErrBody = errors.New("summary: not a message summary")

// ContentType is that of a body, Event the name of the package.
const (
	ContentType = "application/simple-message-summary"
	Event       = "message-summary"
)

// maxCount bounds what is believed.
const maxCount = 9999

// Parse reads an application/simple-message-summary body. It is tolerant
// of spacing, case, line ends and unknown lines; a missing Messages-Waiting line
// is made up for by the counts.
func Parse(body []byte) (Summary, error) {
	summary := Summary{New: -1, Old: -1}
	waiting := false
	for _, line := range strings.FieldsFunc(string(body), func(r rune) bool { return r == '\r' || r == '\n' }) {
		name, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "messages-waiting", "message-waiting":
			waiting = true
			summary.Waiting = strings.EqualFold(value, "yes")
		case "message-account":
			summary.Account = value
		case "voice-message", "voicemessage":
			summary.New, summary.Old = counts(value)
		}
	}
	if !waiting {
		if summary.New < 0 {
			return Summary{New: -1, Old: -1}, ErrBody
		}
		summary.Waiting = summary.New > 0
	}
	return summary, nil
}

// counts reads "new/old (urgent-new/urgent-old)".
func counts(value string) (fresh, old int) {
	value, _, _ = strings.Cut(value, "(")
	a, b, _ := strings.Cut(value, "/")
	return count(a), count(b)
}

func count(text string) int {
	n, err := strconv.ParseUint(strings.TrimSpace(text), 10, 31)
	if err != nil {
		return -1
	}
	return min(int(n), maxCount)
}
