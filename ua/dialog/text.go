package dialog

import (
	"mime"
	"strings"
	"unicode"
	"unicode/utf8"
)

// plainText is the one form of a MESSAGE that every user agent has to take
// (RFC 3428 §5).
const plainText = "text/plain"

// maxText bounds a text that comes in, in octets.
const maxText = 4096

// messaged takes a MESSAGE in the dialog.
func (s *step) messaged(tx ServerTx, r Request) {
	text, status := ReadText(r.ContentType, r.Body)
	switch {
	case status == 415:
		s.reply(tx, Answer{Status: 415, Accept: plainText})
	case status != 0:
		s.refuse(tx, status)
	case !r.Trusted: // only the account's server brings texts
		s.refuse(tx, 403)
	default:
		s.refuse(tx, 200)
		s.do(Text{text})
	}
}

// ReadText is the text of a MESSAGE, cleared of control characters, or the status
// that refuses it.
func ReadText(contentType string, body []byte) (text string, status int) {
	kind, parameters, err := mime.ParseMediaType(contentType)
	charset := strings.ToLower(parameters["charset"])
	switch {
	case contentType == "" && len(body) == 0:
		return "", 400
	case err != nil || kind != plainText || charset != "" && charset != "utf-8" && charset != "us-ascii":
		return "", 415
	case len(body) > maxText:
		return "", 413
	case !utf8.Valid(body):
		return "", 400
	}
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, string(body))
	if strings.TrimSpace(text) == "" {
		return "", 400
	}
	return text, 0
}
