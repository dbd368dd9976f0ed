package rls

import (
	"bytes"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"strconv"
	"strings"

	"offhook/ua/events/element"
)

// ErrList says that a body is no list notification.
var ErrList = errors.New("rls: not a resource list notification")

// Bounds of a list.
const (
	maxResources = 256
	maxParts     = 2 * maxResources
	maxText      = 256
)

// List is a notification of a list.
type List struct {
	URI       string
	Version   uint32
	Full      bool
	Resources []Resource
}

// Resource is one of a list. Only the first of several instances counts: a
// telephone has one lamp for it.
type Resource struct {
	URI         string
	Name        string
	State       string // active, pending or terminated; "" when there is no instance
	Reason      string // when terminated
	ContentType string
	Body        []byte // nil when nothing was told of it
}

// Parse reads a notification by its Content-Type (RFC 4662 §5).
func Parse(contentType string, body []byte) (List, error) {
	kind, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || kind != "multipart/related" || parameters["boundary"] == "" {
		return List{}, ErrList
	}
	parts, err := split(body, parameters["boundary"])
	if err != nil || len(parts) == 0 {
		return List{}, ErrList
	}
	root := 0
	if start := bare(parameters["start"]); start != "" {
		for i := range parts {
			if parts[i].id == start {
				root = i
			}
		}
	}
	if !strings.EqualFold(parts[root].kind(), "application/rlmi+xml") {
		return List{}, ErrList
	}
	return read(parts, root)
}

type part struct {
	id, contentType string
	body            []byte
}

func (p part) kind() string {
	kind, _, _ := strings.Cut(p.contentType, ";")
	return strings.TrimSpace(kind)
}

// split cuts the body into its parts, which stay slices of copies that are
// together no larger than it.
func split(body []byte, boundary string) ([]part, error) {
	reader := multipart.NewReader(bytes.NewReader(body), boundary)
	var parts []part
	for len(parts) < maxParts {
		one, err := reader.NextRawPart()
		if errors.Is(err, io.EOF) {
			return parts, nil
		}
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(one)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part{bare(one.Header.Get("Content-ID")), one.Header.Get("Content-Type"), content})
	}
	return nil, ErrList
}

// bare is a Content-ID without its brackets (RFC 2045 §7).
func bare(id string) string {
	return strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(id), "<"), ">")
}

func read(parts []part, root int) (List, error) {
	e, err := element.Parse(parts[root].body)
	if err != nil {
		return List{}, err
	}
	version, err := strconv.ParseUint(e.Attr("version"), 10, 32)
	if e.Name != "list" || err != nil {
		return List{}, ErrList
	}
	full := e.Attr("fullState")
	list := List{URI: keep(e.Attr("uri")), Version: uint32(version), Full: full == "true" || full == "1"}
	for i := range e.Children {
		if e.Children[i].Name != "resource" || len(list.Resources) == maxResources {
			continue
		}
		if resource := resourceOf(&e.Children[i], parts); resource.URI != "" {
			list.Resources = append(list.Resources, resource)
		}
	}
	return list, nil
}

func resourceOf(e *element.Element, parts []part) Resource {
	instance := e.Child("instance")
	r := Resource{
		URI: keep(e.Attr("uri")), Name: keep(e.Child("name").Text),
		State: keep(instance.Attr("state")), Reason: keep(instance.Attr("reason")),
	}
	cid := instance.Attr("cid")
	if cid == "" {
		return r
	}
	for _, p := range parts {
		if p.id == cid {
			r.ContentType, r.Body = p.kind(), p.body
		}
	}
	return r
}

func keep(text string) string {
	if len(text) > maxText {
		return ""
	}
	return strings.Clone(text)
}
