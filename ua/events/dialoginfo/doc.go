// Package dialoginfo is the dialog event package (RFC 4235): what is read of an
// application/dialog-info+xml document, the state of a watched resource that
// full and partial documents add up to, and the document that tells of our own
// calls.
package dialoginfo

// ContentType is that of a document, Event the name of the package.
const (
	ContentType = "application/dialog-info+xml"
	Event       = "dialog"
)
