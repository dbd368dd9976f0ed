package dialog

import "strings"

// completedElsewhere tells who rings that another took the call (RFC 3326 §2).
const completedElsewhere = "Call completed elsewhere"

// answeredElsewhere reports whether Reason header values say that another
// telephone took the call (RFC 3326 §2: SIP;cause=200).
func answeredElsewhere(values []string) bool {
	for _, value := range values {
		for _, reason := range strings.Split(value, ",") {
			protocol, cause, _ := reasonParts(reason)
			if strings.EqualFold(protocol, "SIP") && cause == "200" {
				return true
			}
		}
	}
	return false
}

// byeReason is the text of a Reason header for a person, "" when there is none.
func byeReason(values []string) string {
	for _, value := range values {
		if _, _, text := reasonParts(value); text != "" {
			return text
		}
	}
	return ""
}

func reasonParts(value string) (protocol, cause, text string) {
	for i, part := range strings.Split(value, ";") {
		part = strings.TrimSpace(part)
		if i == 0 {
			protocol = part
			continue
		}
		name, v, _ := strings.Cut(part, "=")
		v = strings.Trim(strings.TrimSpace(v), `"`)
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "cause":
			cause = v
		case "text":
			text = v
		}
	}
	return protocol, cause, text
}

// phrases are the reason phrases of RFC 3261 §21 and its extensions.
var phrases = map[int]string{
	100: "Trying", 180: "Ringing", 181: "Call Is Being Forwarded", 182: "Queued", 183: "Session Progress",
	199: "Early Dialog Terminated", 200: "OK", 202: "Accepted",
	300: "Multiple Choices", 301: "Moved Permanently", 302: "Moved Temporarily", 305: "Use Proxy", 380: "Alternative Service",
	400: "Bad Request", 401: "Unauthorized", 402: "Payment Required", 403: "Forbidden", 404: "Not Found",
	405: "Method Not Allowed", 406: "Not Acceptable", 407: "Proxy Authentication Required", 408: "Request Timeout",
	410: "Gone", 413: "Request Entity Too Large", 415: "Unsupported Media Type", 420: "Bad Extension",
	421: "Extension Required", 422: "Session Interval Too Small", 423: "Interval Too Brief",
	433: "Anonymity Disallowed", 480: "Temporarily Unavailable", 481: "Call/Transaction Does Not Exist",
	482: "Loop Detected", 483: "Too Many Hops", 484: "Address Incomplete", 485: "Ambiguous", 486: "Busy Here",
	487: "Request Terminated", 488: "Not Acceptable Here", 489: "Bad Event", 491: "Request Pending",
	500: "Server Internal Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable",
	504: "Server Time-out", 600: "Busy Everywhere", 603: "Decline", 604: "Does Not Exist Anywhere", 606: "Not Acceptable",
}

// phrase is the reason phrase of a status code, or of its class.
func phrase(status int) string {
	if text, ok := phrases[status]; ok {
		return text
	}
	return [...]string{"", "Progress", "OK", "Redirected", "Request Failed", "Server Failed", "Global Failure"}[min(max(status/100, 0), 6)]
}
