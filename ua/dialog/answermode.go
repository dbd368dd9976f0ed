package dialog

import "strings"

// forbidden is the reason phrase of a 403 to who insists on an answer that is not
// for him to have (RFC 5373 §4).
const forbidden = "automatic answer forbidden"

// answerMode is what Answer-Mode or Priv-Answer-Mode asks for (RFC 5373).
type answerMode struct {
	auto, manual bool
	require      bool // or not at all
}

func answerModeOf(text string) answerMode {
	mode, rest, _ := strings.Cut(text, ";")
	mode = strings.TrimSpace(mode)
	m := answerMode{auto: strings.EqualFold(mode, "auto"), manual: strings.EqualFold(mode, "manual")}
	for parameter := range strings.SplitSeq(rest, ";") {
		m.require = m.require || strings.EqualFold(strings.TrimSpace(parameter), "require")
	}
	return m
}

// autoAnswer decides whether an INVITE that asks for it may be answered without a
// person. Answer-Mode says more than what exchanges send instead of it, and
// Priv-Answer-Mode more than both. refused: the caller does not want to be
// answered otherwise.
func (r Request) autoAnswer() (auto, refused bool) {
	privileged, plain := answerModeOf(r.PrivAnswerMode), answerModeOf(r.AnswerMode)
	switch {
	case privileged.auto && r.MayCommand:
		return true, false
	case privileged.auto && privileged.require:
		return false, true
	case plain.auto:
		return r.MayAutoAnswer, plain.require && !r.MayAutoAnswer
	case plain.manual, privileged.manual:
		return false, false
	}
	return r.MayAutoAnswer && WantsAutoAnswer(r.CallInfo, r.AlertInfo, ""), false
}

// byHand reports whether the caller wants a person to answer.
func (r Request) byHand() bool {
	return answerModeOf(r.AnswerMode).manual || answerModeOf(r.PrivAnswerMode).manual
}

// tellsAnswerMode reports whether the caller wants to know how he was answered.
func (r Request) tellsAnswerMode() bool {
	return r.AnswerMode != "" || r.PrivAnswerMode != "" || has(r.Supported, "answermode")
}

// answeredBy is the Answer-Mode of a 2xx (RFC 5373): who was never made to ring
// was answered by nobody.
func (s *step) answeredBy(rang bool) string {
	switch {
	case !s.server.tells:
		return ""
	case rang:
		return "Manual"
	}
	return "Auto"
}
