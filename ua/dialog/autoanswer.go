package dialog

import "strings"

// WantsAutoAnswer reports whether an INVITE asks to be answered without a
// person: by Answer-Mode (RFC 5373), or by the Call-Info and Alert-Info that
// PBXs send instead. Whether to obey is for others to decide.
func WantsAutoAnswer(callInfo, alertInfo []string, answerMode string) bool {
	if mode, _, _ := strings.Cut(answerMode, ";"); strings.EqualFold(strings.TrimSpace(mode), "auto") {
		return true
	}
	for _, value := range callInfo {
		for _, parameter := range parametersOf(value) {
			name, _, _ := strings.Cut(parameter, "=")
			if strings.TrimSpace(name) == "answer-after" {
				return true
			}
		}
	}
	for _, value := range alertInfo {
		if alertsAutoAnswer(value) {
			return true
		}
	}
	return false
}

// alertsAutoAnswer knows the spellings: info=alert-autoanswer, info=Auto Answer,
// "Ring Answer", RingAnswer, intercom=true.
func alertsAutoAnswer(value string) bool {
	for _, word := range append(parametersOf(value), strings.ToLower(bare(value))) {
		if name, rest, ok := strings.Cut(word, "="); ok && strings.TrimSpace(name) == "info" {
			word = rest
		}
		squeezed := strings.NewReplacer(" ", "", "-", "", "_", "", `"`, "").Replace(word)
		switch squeezed {
		case "alertautoanswer", "autoanswer", "ringanswer", "intercom=true", "answerafter=0":
			return true
		}
	}
	return false
}

// parametersOf returns a header value's parameters in lower case, those inside
// the angle brackets (which some PBXs write) and those after them.
func parametersOf(value string) []string {
	value = strings.NewReplacer("<", ";", ">", ";", ",", ";").Replace(strings.ToLower(value))
	var parameters []string
	for _, p := range strings.Split(value, ";") {
		if p = strings.TrimSpace(p); p != "" {
			parameters = append(parameters, p)
		}
	}
	return parameters
}
