// Package presence writes what a telephone publishes of itself: open, and on the
// phone or not (RFC 3863, RFC 4480 §3.2).
package presence

import (
	"fmt"

	"offhook/ua/events/element"
)

// ContentType is that of a document, Event the name of the package.
const (
	ContentType = "application/pidf+xml"
	Event       = "presence"
)

// State is how the telephone is.
type State struct {
	Open    bool // it takes calls
	Busy    bool // its person is not to be disturbed (RFC 4480 §3.2)
	OnPhone bool
}

// Encode writes a document.
func Encode(entity string, s State) []byte {
	basic, activities := "closed", ""
	if s.Open {
		basic = "open"
	}
	if s.Busy {
		activities += "<rpid:busy/>"
	}
	if s.OnPhone {
		activities += "<rpid:on-the-phone/>"
	}
	person := ""
	if activities != "" {
		person = `<dm:person id="p1"><rpid:activities>` + activities + `</rpid:activities></dm:person>` + "\r\n"
	}
	return fmt.Appendf(nil, `<?xml version="1.0" encoding="UTF-8"?>`+"\r\n"+
		`<presence xmlns="urn:ietf:params:xml:ns:pidf" xmlns:dm="urn:ietf:params:xml:ns:pidf:data-model" xmlns:rpid="urn:ietf:params:xml:ns:pidf:rpid" entity="%s">`+"\r\n"+
		`<tuple id="t1"><status><basic>%s</basic></status></tuple>`+"\r\n%s</presence>\r\n", element.Escape(entity), basic, person)
}
