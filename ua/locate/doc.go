// Package locate finds where to send a SIP request (RFC 3263): a Resolver asks
// DNS with a client of its own (NAPTR, SRV, A and AAAA; a bounded cache that
// outlives a DNS that is down), and Health remembers which targets failed.
//
// Nothing here sends SIP. Health is pure: its callers bring the time.
package locate
