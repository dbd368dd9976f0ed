package localapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// Configuration is what an agent lets be done with its documents and settings.
type Configuration interface {
	History(context.Context) (History, error)
	// Kept is a document of the history in words, without its secrets.
	Kept(ctx context.Context, number int) (KeptDocument, error)
	// Differences lists what is different in document b from document a.
	Differences(ctx context.Context, a, b int) ([]string, error)
	// Rollback brings back a document, and says which: 0 is the one before.
	Rollback(context.Context, RollbackRequest) (RollbackRequest, error)
	Set(context.Context, SetRequest) error
	Unset(context.Context, SetRequest) error
}

// History is the documents that are kept, newest first.
type History struct {
	Documents []Kept `json:"documents"`
	Damaged   string `json:"damaged,omitzero"` // what of it cannot be read
}

// Kept is a document of the history.
type Kept struct {
	Number  int       `json:"number"`
	InForce bool      `json:"in_force,omitzero"`
	Step    string    `json:"step"`
	URL     string    `json:"url"`
	Hash    string    `json:"hash"`
	Size    int       `json:"size"` // bytes, as it was fetched
	Fetched time.Time `json:"fetched,omitzero"`
	Applied time.Time `json:"applied,omitzero"`
	Verdict string    `json:"verdict"` // "on trial", "confirmed", "rolled back", "broken off"
	Why     string    `json:"why,omitzero"`
	Decided time.Time `json:"decided,omitzero"`
}

// KeptDocument is a document of the history with what it says.
type KeptDocument struct {
	Kept
	Document string `json:"document"` // YAML, secrets as ***
}

// RollbackRequest names a document of the history.
type RollbackRequest struct {
	Number int `json:"number"`
}

// SetRequest is a setting as the phone's user wants it.
type SetRequest struct {
	Path  string `json:"path"`
	Value string `json:"value,omitzero"`
}

// configuration adds the paths of a Configuration.
func configuration(mux *http.ServeMux, b Configuration) {
	mux.HandleFunc("GET /v1/history", get(b.History))
	mux.HandleFunc("GET /v1/history/{number}", func(w http.ResponseWriter, r *http.Request) {
		v, err := b.Kept(r.Context(), number(r, "number"))
		reply(w, v, err)
	})
	mux.HandleFunc("GET /v1/history/{number}/diff/{other}", func(w http.ResponseWriter, r *http.Request) {
		v, err := b.Differences(r.Context(), number(r, "number"), number(r, "other"))
		reply(w, v, err)
	})
	mux.HandleFunc("POST /v1/rollback", func(w http.ResponseWriter, r *http.Request) {
		var req RollbackRequest
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&req); err != nil {
			refuse(w, http.StatusBadRequest, fmt.Errorf("rollback: %w", err))
			return
		}
		v, err := b.Rollback(r.Context(), req)
		reply(w, v, err)
	})
	mux.HandleFunc("POST /v1/set", tell("set", b.Set))
	mux.HandleFunc("POST /v1/unset", tell("unset", b.Unset))
}

// number is one of the path's; no document has 0 or less.
func number(r *http.Request, name string) int {
	n, _ := strconv.Atoi(r.PathValue(name))
	return n
}

// History asks for the documents that are kept.
func (c *Client) History(ctx context.Context) (h History, err error) {
	return h, c.call(ctx, "GET", "/v1/history", nil, &h)
}

// Kept asks for one of them.
func (c *Client) Kept(ctx context.Context, number int) (d KeptDocument, err error) {
	return d, c.call(ctx, "GET", fmt.Sprintf("/v1/history/%d", number), nil, &d)
}

// Differences asks what is different in document b from document a.
func (c *Client) Differences(ctx context.Context, a, b int) (lines []string, err error) {
	return lines, c.call(ctx, "GET", fmt.Sprintf("/v1/history/%d/diff/%d", a, b), nil, &lines)
}

// Rollback brings back a document of the history.
func (c *Client) Rollback(ctx context.Context, r RollbackRequest) (to RollbackRequest, err error) {
	return to, c.call(ctx, "POST", "/v1/rollback", r, &to)
}

// Set makes a setting what the phone's user wants.
func (c *Client) Set(ctx context.Context, r SetRequest) error {
	return c.call(ctx, "POST", "/v1/set", r, nil)
}

// Unset gives a setting back to the document.
func (c *Client) Unset(ctx context.Context, r SetRequest) error {
	return c.call(ctx, "POST", "/v1/unset", r, nil)
}
