package dialog

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"strings"
)

const sdpType = "application/sdp"

// mediaType is a Content-Type without parameters, lower case.
func mediaType(contentType string) string {
	name, _, _ := strings.Cut(contentType, ";")
	return strings.ToLower(strings.TrimSpace(name))
}

// sdpOf returns the session description of a body, or nil.
func sdpOf(contentType string, body []byte) []byte {
	sdp, _ := offerOf(contentType, body)
	return sdp
}

// offerOf returns the session description of a body, nil when the body is empty.
// ok is false for a body that holds something else (415).
func offerOf(contentType string, body []byte) (sdp []byte, ok bool) {
	if len(bytes.TrimSpace(body)) == 0 {
		return nil, true
	}
	switch kind := mediaType(contentType); {
	case kind == sdpType:
		return body, true
	case strings.HasPrefix(kind, "multipart/"):
		sdp = fromMultipart(contentType, body)
		return sdp, sdp != nil
	case kind == "" && bytes.HasPrefix(bytes.TrimSpace(body), []byte("v=0")):
		return body, true // RFC 3261 §20.15 wants the header; what it is, is plain
	}
	return nil, false
}

// fromMultipart finds the first description in a multipart body (RFC 5621 §3.1).
func fromMultipart(contentType string, body []byte) []byte {
	_, parameters, err := mime.ParseMediaType(contentType)
	if err != nil || parameters["boundary"] == "" {
		return nil
	}
	reader := multipart.NewReader(bytes.NewReader(body), parameters["boundary"])
	for range 16 { // no honest body has more parts
		part, err := reader.NextRawPart()
		if err != nil {
			return nil
		}
		if mediaType(part.Header.Get("Content-Type")) != sdpType {
			continue
		}
		if sdp, err := io.ReadAll(part); err == nil && len(sdp) > 0 {
			return sdp
		}
	}
	return nil
}
