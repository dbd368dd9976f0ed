package phone

import "offhook/ua"

// State is the telephone. The zero value is one that boots. It is a value:
// Step never changes the one it was given.
type State struct {
	calls    []ua.Call // never a terminated one
	bindings []ua.RegistrationChanged
	view     View
}

// View is what the screen shows.
func (s State) View() View { return s.view }

// Calls lists the calls as the user agent last told of them, oldest first.
func (s State) Calls() []ua.Call { return append([]ua.Call(nil), s.calls...) }

// Registrations lists the bindings as the user agent last told of them.
func (s State) Registrations() []ua.RegistrationChanged {
	return append([]ua.RegistrationChanged(nil), s.bindings...)
}
