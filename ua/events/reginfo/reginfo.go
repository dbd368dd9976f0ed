package reginfo

import (
	"errors"
	"strconv"
	"strings"
	"time"

	"offhook/ua/events/element"
)

// ErrDocument says that a body is no registration information.
var ErrDocument = errors.New("reginfo: not a reginfo document")

// maxContacts bounds what is kept of a document.
const maxContacts = 64

// Info is a document.
type Info struct {
	Version  uint32
	Full     bool
	Contacts []Contact
}

// Contact is a binding.
type Contact struct {
	URI        string
	Active     bool
	Event      string        // registered created refreshed shortened expired deactivated probation unregistered rejected
	RetryAfter time.Duration // after probation
}

// Parse reads a document (RFC 3680 §5.1).
func Parse(body []byte) (Info, error) {
	root, err := element.Parse(body)
	if err != nil {
		return Info{}, err
	}
	version, err := strconv.ParseUint(root.Attr("version"), 10, 32)
	state := root.Attr("state")
	if root.Name != "reginfo" || err != nil || state != "full" && state != "partial" {
		return Info{}, ErrDocument
	}
	info := Info{Version: uint32(version), Full: state == "full"}
	for i := range root.Children {
		if root.Children[i].Name != "registration" {
			continue
		}
		for k := range root.Children[i].Children {
			e := &root.Children[i].Children[k]
			if e.Name == "contact" && len(info.Contacts) < maxContacts {
				info.Contacts = append(info.Contacts, contactOf(e))
			}
		}
	}
	return info, nil
}

func contactOf(e *element.Element) Contact {
	after, err := strconv.ParseUint(e.Attr("retry-after"), 10, 31)
	c := Contact{
		URI: strings.Clone(e.Child("uri").Text), Active: e.Attr("state") == "active",
		Event: strings.Clone(e.Attr("event")),
	}
	if err == nil {
		c.RetryAfter = time.Duration(after) * time.Second
	}
	return c
}

// Verdict is what a document means for our own binding.
type Verdict uint8

// The verdicts.
const (
	Fine   Verdict = iota
	Anew           // register now
	Later          // register after Contact.RetryAfter
	Barred         // an administrator does not want us; the next refresh will tell
)

// Watch is what is known of our binding between documents: a value, the zero one
// has seen nothing.
type Watch struct{ seen bool }

// Judge reads a document for the binding with our contact URI. A full document
// that lacks us counts only if an earlier one had us: some registrars tell of a
// contact in another form than the one they were given.
func (w Watch) Judge(info Info, own string) (Watch, Verdict, time.Duration) {
	for _, c := range info.Contacts {
		if own == "" || c.URI != own {
			continue
		}
		if c.Active {
			w.seen = true
			if c.Event == "shortened" { // RFC 3680 §5.1: refresh, so that we may be asked who we are
				return w, Anew, 0
			}
			return w, Fine, 0
		}
		w.seen = false
		switch c.Event {
		case "probation":
			return w, Later, c.RetryAfter
		case "rejected":
			return w, Barred, 0
		}
		return w, Anew, 0 // deactivated, expired, unregistered
	}
	if info.Full && w.seen {
		w.seen = false
		return w, Anew, 0
	}
	return w, Fine, 0
}
