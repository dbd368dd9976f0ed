// Package link is the wire between control and an engine in another process,
// and both its ends: Engine stands for the engine in control, Host serves the
// engine where it is.
//
// One message is one datagram of a SOCK_SEQPACKET socket: a version, a kind,
// and the kind's fields in their order, all bounded. A stream's two sockets go
// along with the message that opens it (SCM_RIGHTS). What one end says the
// other never answers by itself: commands are carried out or their failure is
// logged, and figures are told several times a second.
//
// Engine keeps the truth of every stream, its sockets included, so that a media
// process that died is followed by another that goes on with the same calls:
// same SSRC, the next sequence numbers, the right roll-over counter. Host keeps
// the sound going when control dies, until another control comes or the time of
// grace is over.
package link
