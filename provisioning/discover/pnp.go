package discover

import (
	"context"
	"errors"
	"strings"
)

// Answer is what somebody on the network says.
type Answer struct {
	Place string // a URL, with its macros
	From  string // "192.0.2.1 on eth0"
}

// PnP is the step "pnp": SIP servers are asked for the phone's profile
// (RFC 6080). ask returns an answer of each who gave one, in their order; the
// first that is trusted wins.
func PnP(ask func(context.Context) ([]Answer, error), files []string) Step {
	return Step{Name: "pnp", Find: func(ctx context.Context, known Known) ([]Found, error) {
		answers, err := ask(ctx)
		if err != nil {
			return nil, err
		}
		var found []Found
		var notes []string
		for _, a := range answers {
			more, err := ReadAddresses(a.Place, files, known.Access)
			if err != nil {
				notes = append(notes, "what "+a.From+" answers "+err.Error())
			}
			for _, f := range more {
				f.From, f.Why = FromNetwork, "SIP PnP: the answer of "+a.From
				found = append(found, f)
			}
		}
		if len(found) == 0 {
			return nil, errors.New(strings.Join(notes, "; "))
		}
		return found, nil
	}}
}

// Unless makes a step that is passed over, because of why.
func Unless(step Step, why string) Step {
	if why == "" {
		return step
	}
	return Step{Name: step.Name, Find: func(context.Context, Known) ([]Found, error) { return nil, errors.New(why) }}
}
