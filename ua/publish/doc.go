// Package publish keeps a piece of event state published (RFC 3903): a pure
// machine on ua/refresh.
//
// The agent calls Step for everything that happens and executes the actions in
// order. Send is a PUBLISH to the address of record: with ETag as SIP-If-Match,
// with the body unless there is none. Each is answered by one Responded (final)
// or Failed with its Tx; 401 and 407 are answered below.
package publish
