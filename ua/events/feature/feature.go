package feature

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"strconv"
	"strings"

	"offhook/ua"
	"offhook/ua/events/element"
)

// ErrDocument says that a body tells of no feature that we know.
var ErrDocument = errors.New("feature: not a feature event")

// Bounds of what is believed.
const (
	maxParts  = 16
	maxTarget = 128
	maxRings  = 99
)

const namespace = "http://www.ecma-international.org/standards/ecma-323/csta/ed3"

// kinds are the types of forwarding (ECMA-323 §9.19).
var kinds = map[string]ua.Feature{
	"forwardImmediate": ua.ForwardAlways, "forwardBusy": ua.ForwardBusy, "forwardNoAns": ua.ForwardNoAnswer,
}

// Parse reads the body of a NOTIFY: one event, or several as multipart/mixed.
// Events of other features are passed over.
func Parse(contentType string, body []byte) ([]ua.FeatureState, error) {
	kind, parameters, err := mime.ParseMediaType(contentType)
	switch {
	case err != nil:
		return nil, ErrDocument
	case kind == ContentType:
		state, known, err := parseOne(body)
		if err != nil || !known {
			return nil, err
		}
		return []ua.FeatureState{state}, nil
	case kind != "multipart/mixed" || parameters["boundary"] == "":
		return nil, ErrDocument
	}
	var states []ua.FeatureState
	reader := multipart.NewReader(bytes.NewReader(body), parameters["boundary"])
	for range maxParts {
		part, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return states, nil
		}
		if err != nil {
			return nil, ErrDocument
		}
		content, err := io.ReadAll(part)
		if err != nil {
			return nil, ErrDocument
		}
		state, known, err := parseOne(content)
		if err != nil {
			return nil, err
		}
		if known {
			states = append(states, state)
		}
	}
	return nil, ErrDocument
}

func parseOne(body []byte) (ua.FeatureState, bool, error) {
	root, err := element.Parse(body)
	if err != nil {
		return ua.FeatureState{}, false, err
	}
	switch root.Name {
	case "DoNotDisturbEvent":
		return ua.FeatureState{Feature: ua.DoNotDisturb, On: isTrue(root.Child("doNotDisturbOn").Text)}, true, nil
	case "ForwardingEvent":
		state, known := forwarding(&root)
		return state, known, nil
	}
	return ua.FeatureState{}, false, nil
}

func forwarding(e *element.Element) (ua.FeatureState, bool) {
	state := ua.FeatureState{Feature: kinds[e.Child("forwardingType").Text], On: isTrue(e.Child("forwardStatus").Text)}
	target := e.Child("forwardTo").Text
	if target == "" {
		target = e.Child("forwardDN").Text
	}
	if len(target) <= maxTarget {
		state.Target = strings.Clone(target)
	}
	if rings, err := strconv.ParseUint(e.Child("ringCount").Text, 10, 8); err == nil && state.Feature == ua.ForwardNoAnswer {
		state.Rings = min(int(rings), maxRings)
	}
	return state, state.Feature != ""
}

func isTrue(text string) bool { return text == "true" || text == "1" }

// Encode writes what asks the server for a state: the body of a SUBSCRIBE.
func Encode(state ua.FeatureState) []byte {
	if state.Feature == ua.DoNotDisturb {
		return fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>`+"\r\n"+
			`<SetDoNotDisturb xmlns="%s"><device/><doNotDisturbOn>%t</doNotDisturbOn></SetDoNotDisturb>`+"\r\n", namespace, state.On)
	}
	var kind string
	for name, feature := range kinds {
		if feature == state.Feature {
			kind = name
		}
	}
	rings := ""
	if state.Rings > 0 && state.Feature == ua.ForwardNoAnswer {
		rings = fmt.Sprintf("<ringCount>%d</ringCount>", state.Rings)
	}
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>`+"\r\n"+
		`<SetForwarding xmlns="%s"><device/><forwardingType>%s</forwardingType><activateForward>%t</activateForward>`+
		`<forwardDN>%s</forwardDN>%s</SetForwarding>`+"\r\n", namespace, kind, state.On, element.Escape(state.Target), rings)
}

// Known reports whether there is such a feature.
func Known(feature ua.Feature) bool {
	switch feature {
	case ua.DoNotDisturb, ua.ForwardAlways, ua.ForwardBusy, ua.ForwardNoAnswer:
		return true
	}
	return false
}
