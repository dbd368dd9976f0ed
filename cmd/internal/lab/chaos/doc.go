// Package chaos breaks what a telephone stands on, one thing after the other, and
// watches the real program live through it: its name server, its exchange, its
// network, its clock, its disk, its memory, itself (killed at random moments), and
// the devices of its board. A fault is survived when the telephone is registered
// and makes a call again without a person, once the fault is over.
//
// Meanwhile a witness compares what the telephone says of itself, in status and on
// its screen, with what is so at the exchange: a difference that lasts longer than
// the telephone can need to notice is a lie of the screen.
//
// All is in network and mount namespaces that are gone with the process that made
// them, for which it takes root.
package chaos
