package agent

import (
	"slices"
	"sort"
	"strconv"
	"strings"

	"offhook/ua/dialog"
	"offhook/ua/wire"
)

// outgoingFields are what an Outgoing says besides its addresses and its body.
func outgoingFields(r dialog.Outgoing) []wire.Field {
	return filled(append([]wire.Field{
		{Name: "Supported", Value: strings.Join(r.Supported, ", ")},
		{Name: "Require", Value: strings.Join(r.Require, ", ")},
		{Name: "Replaces", Value: r.Replaces},
		{Name: "Referred-By", Value: r.ReferredBy},
		{Name: "Event", Value: r.Event},
		{Name: "Subscription-State", Value: r.SubscriptionState},
		{Name: "Refer-Sub", Value: r.ReferSub},
	}, sessionFields(r.Session)...))
}

// answerFields are what an Answer says besides its addresses and its body.
func answerFields(a dialog.Answer) []wire.Field {
	return filled(append([]wire.Field{
		{Name: "Accept", Value: a.Accept},
		{Name: "Unsupported", Value: strings.Join(a.Unsupported, ", ")},
		{Name: "Allow-Events", Value: a.AllowEvents},
		{Name: "Reason", Value: a.ReasonHead},
		{Name: "Retry-After", Value: seconds(a.RetryAfter)},
		{Name: "Supported", Value: strings.Join(a.Supported, ", ")},
		{Name: "Require", Value: strings.Join(a.Require, ", ")},
		{Name: "Refer-Sub", Value: a.ReferSub},
		{Name: "Answer-Mode", Value: a.AnswerMode},
		{Name: "RSeq", Value: digits(a.RSeq)},
	}, sessionFields(a.Session)...))
}

func digits(n uint32) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(uint64(n), 10)
}

// number reads a number; what is malformed is as if it were not there.
func number(text string) uint32 {
	n, _ := strconv.ParseUint(strings.TrimSpace(text), 10, 32)
	return uint32(n)
}

// rack reads a RAck (RFC 3262 §7.2).
func rack(text string) dialog.RAck {
	words := strings.Fields(text)
	if len(words) != 3 {
		return dialog.RAck{}
	}
	return dialog.RAck{RSeq: number(words[0]), CSeq: number(words[1]), Method: words[2]}
}

func filled(fields []wire.Field) []wire.Field {
	kept := fields[:0]
	for _, field := range fields {
		if field.Value != "" {
			kept = append(kept, field)
		}
	}
	return kept
}

// sessionFields write a session timer (RFC 4028 §4, §5).
func sessionFields(t dialog.SessionTimer) []wire.Field {
	expires := seconds(t.Expires)
	if expires != "" && t.Refresher != "" {
		expires += ";refresher=" + t.Refresher
	}
	return []wire.Field{{Name: "Session-Expires", Value: expires}, {Name: "Min-SE", Value: seconds(t.Min)}}
}

// sessionTimer reads one; what is malformed is as if it were not there.
func sessionTimer(m *wire.Message) dialog.SessionTimer {
	var t dialog.SessionTimer
	digits, rest, _ := strings.Cut(m.Get("Session-Expires"), ";")
	if expires, ok := delta(digits); ok {
		t.Expires = expires
		params, _ := wire.ParseParams(rest)
		refresher, _ := params.Get("refresher")
		t.Refresher = strings.ToLower(refresher)
	}
	digits, _, _ = strings.Cut(m.Get("Min-SE"), ";")
	t.Min, _ = delta(digits)
	return t
}

// targets are where a 3xx points, best first (RFC 3261 §20.10).
func targets(m *wire.Message) []string {
	if m.Status/100 != 3 {
		return nil
	}
	quality := map[string]float64{}
	var out []string
	for _, text := range m.List("Contact") {
		contact, err := wire.ParseAddress(text)
		if err != nil {
			continue
		}
		uri, err := wire.ParseURI(contact.URI)
		if err != nil || hasControl(contact.URI) {
			continue
		}
		uri.Headers = ""
		target, q := uri.String(), 1.0
		if value, ok := contact.Params.Get("q"); ok {
			q, _ = strconv.ParseFloat(value, 64)
		}
		quality[target] = q
		out = append(out, target)
	}
	sort.SliceStable(out, func(i, j int) bool { return quality[out[i]] > quality[out[j]] })
	return out
}

// gate reads whether early media may be heard: only a server of ours may say so
// (RFC 5009 §7).
func gate(m *wire.Message, trusted bool) dialog.Gate {
	words := m.List("P-Early-Media")
	switch {
	case !trusted || len(words) == 0:
		return dialog.GateUnsaid
	case slices.ContainsFunc(words, func(word string) bool {
		return strings.EqualFold(word, "inactive") || strings.EqualFold(word, "recvonly")
	}):
		return dialog.GateShut
	}
	return dialog.GateOpen
}

// warning is the text of the first Warning, for a person (RFC 3261 §20.43).
func warning(m *wire.Message) string {
	_, text, ok := strings.Cut(m.Get("Warning"), `"`)
	if !ok {
		return ""
	}
	text, _, _ = strings.Cut(text, `"`)
	return cut(text)
}
