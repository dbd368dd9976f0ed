// Package flood throws at a telephone in a call what strangers throw: SIP by the
// thousand, connections that come to nothing, sound that is not the call's, forged
// ends of the call. It tells what the call, and another that is to ring
// meanwhile, feel of it, against a quiet window just before.
//
// All is on loopback, where 127.0.0.0/8 has strangers enough. What that leaves out:
// the kernel takes a packet in on the sender's time, which on a board is the
// telephone's. Whoever forges the exchange's own address needs raw sockets, and so
// root; elsewhere that is told as not made.
package flood
