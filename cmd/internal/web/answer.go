package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"time"
)

const (
	maxBody  = 64 << 10         // bytes of a request
	bodyTime = 10 * time.Second // that it may take to come
	// backTime is what the telephone has for an answer; a screen is drawn and a
	// document is checked in far less.
	backTime = 10 * time.Second
)

// failure is what went wrong, as the unix socket says it.
type failure struct {
	Error string `json:"error"`
}

func reply(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // the browser may be gone
}

func refuse(w http.ResponseWriter, status int, why string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(failure{why}) // the browser may be gone
}

// badRequest is a body that cannot be understood.
type badRequest struct{ error }

func (b badRequest) Unwrap() error { return b.error }

// refuseFor finds the status of an error.
func refuseFor(w http.ResponseWriter, err error) {
	var bad badRequest
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		refuse(w, http.StatusRequestEntityTooLarge, "The request is larger than 64 KiB.")
	case errors.As(err, &bad):
		refuse(w, http.StatusBadRequest, "The request cannot be understood: "+err.Error())
	case errors.Is(err, context.DeadlineExceeded):
		refuse(w, http.StatusGatewayTimeout, "The telephone did not answer within 10 seconds. It may be busy: try again.")
	default:
		refuse(w, http.StatusConflict, err.Error())
	}
}

// read takes the whole body, which has to be one JSON value of v's fields. No body is
// the zero value.
func read(w http.ResponseWriter, r *http.Request, v any) error {
	control := http.NewResponseController(w)
	_ = control.SetReadDeadline(time.Now().Add(bodyTime)) // a recorder in a test has none
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	_ = control.SetReadDeadline(time.Time{})
	if err != nil {
		return badRequest{err}
	}
	if len(bytes.TrimSpace(body)) == 0 {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return badRequest{err}
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return badRequest{errors.New("something follows its end")}
	}
	return nil
}
