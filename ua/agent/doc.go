// Package agent is ua.Agent on sipgo: it joins the pure machines of ua/dialog,
// ua/registration, ua/subscription and ua/digest to the network.
//
// One goroutine, started by Run, owns accounts, registrations and calls (type
// owner). It waits on an inbox, on its timers and on whoever reads the events,
// and on nothing else. A flow's reader cuts messages from its socket, lets
// ua/guard judge them and passes them on in the order of their arrival;
// dialling and DNS run in goroutines of their own and post what came of it.
//
// Of sipgo it takes the message types and the transaction machines of RFC 3261
// §17 and RFC 6026. It brings sockets of its own, for sipgo's implementation
// hands each message to a goroutine (so that their order is lost), finds
// connections by local address, and refuses datagrams above the MTU.
package agent
