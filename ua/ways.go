package ua

import "net/netip"

// Way is how an account reaches its server: a flow, and the binding over it. An
// account has one, or two that stand at the same time (RFC 5626).
type Way struct {
	Account   AccountID
	State     RegistrationState // of the binding
	Server    string            // as configured: who serves now, or is tried
	Transport Transport         // as it came to be; "" while there is no connection
	Local     netip.AddrPort
	Remote    netip.AddrPort
	Public    netip.AddrPort // as the server sees us; zero when that is not known
	Outbound  bool           // the registrar keeps this flow (RFC 5626)
	GRUU      string         // that reaches this very telephone (RFC 5627), "" for none
}
