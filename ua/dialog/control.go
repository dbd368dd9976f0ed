package dialog

import (
	"slices"
	"strings"
)

// controlled takes a NOTIFY of talk or hold, by which whoever owns the telephone
// has a server press its keys: BroadSoft's remote control. It reports whether it
// was one. What is asked for is done above, where the sound is.
func (s *step) controlled(tx ServerTx, r Request) bool {
	name, _, _ := strings.Cut(strings.ToLower(r.Event), ";")
	name = strings.TrimSpace(name)
	if !s.config.RemoteControl || !slices.Contains([]string{"talk", "hold"}, name) {
		return false
	}
	hold := name == "hold"
	switch {
	case !r.Trusted:
		s.refuse(tx, 403)
	case s.phase == phaseConfirmed, s.phase == phaseIncoming && !hold:
		s.refuse(tx, 200)
		s.do(Control{Hold: hold})
	default:
		s.refuse(tx, 480)
	}
	return true
}
