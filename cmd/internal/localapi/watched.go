package localapi

import "time"

// Watched is a telephone whose state an account watches.
type Watched struct {
	Resource string `json:"resource"`
	Name     string `json:"name,omitzero"`
	State    string `json:"state"`
	Incoming bool   `json:"incoming,omitzero"`
	Remote   string `json:"remote,omitzero"` // who is on the other end
}

// Feature is a service of the server's that is kept the same here and there.
type Feature struct {
	Name   string `json:"name"`
	On     bool   `json:"on"`
	Target string `json:"target,omitzero"`
}

// Subscription is one that does not stand.
type Subscription struct {
	Event    string    `json:"event"`
	Resource string    `json:"resource,omitzero"`
	Cause    string    `json:"cause"`
	Retry    time.Time `json:"retry"`
}
