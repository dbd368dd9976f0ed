package localapi

// Way is how an account reaches its server: one, or two at the same time.
type Way struct {
	State     string `json:"state"`
	Server    string `json:"server"`
	Transport string `json:"transport,omitzero"` // "": there is no connection
	Local     string `json:"local,omitzero"`
	Remote    string `json:"remote,omitzero"`
	Public    string `json:"public,omitzero"`   // as the server sees the phone
	Outbound  bool   `json:"outbound,omitzero"` // the registrar keeps the flow (RFC 5626)
	GRUU      string `json:"gruu,omitzero"`
}

// Listener is where anyone may call the phone.
type Listener struct {
	Transport string `json:"transport"`
	Address   string `json:"address"`
}

// Diverting is what keeps calls from ringing here.
type Diverting struct {
	DoNotDisturb bool   `json:"do_not_disturb"`
	Forward      string `json:"forward,omitzero"` // where every call goes
}
