// Package rls reads what a resource list server notifies of (RFC 4662): one
// multipart/related body with an application/rlmi+xml document, which says which
// resources there are, and a part for each of them.
package rls

// ContentTypes are what a SUBSCRIBE to a list has to accept beside the event
// package's own type (RFC 4662 §4.2); Extension is the option tag for Supported.
const (
	ContentTypes = "application/rlmi+xml, multipart/related"
	Extension    = "eventlist"
)
