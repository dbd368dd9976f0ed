// Package feature is the as-feature-event package of BroadSoft's feature key
// synchronisation: do not disturb and call forwarding, told by NOTIFY and set by
// the body of a SUBSCRIBE, in elements of ECMA-323.
package feature

// ContentType is that of a body, Event the name of the package. Accept are the
// types that a NOTIFY may have.
const (
	ContentType = "application/x-as-feature-event+xml"
	Event       = "as-feature-event"
	Accept      = ContentType + ", multipart/mixed"
)
