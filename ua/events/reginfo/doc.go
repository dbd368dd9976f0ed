// Package reginfo is the registration event package (RFC 3680): what a registrar
// tells of an address of record, and what of it is news to the device itself.
package reginfo

// ContentType is that of a document, Event the name of the package.
const (
	ContentType = "application/reginfo+xml"
	Event       = "reg"
)
