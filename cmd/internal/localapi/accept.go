package localapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// Accepter lets a person accept a provisioning server that waits for it.
type Accepter interface {
	// Accept takes the server by its name (https://host), or the one that waits
	// when the name is empty, and returns which it was.
	Accept(ctx context.Context, server string) (string, error)
}

// AcceptRequest names a provisioning server.
type AcceptRequest struct {
	Server string `json:"server,omitzero"`
}

// accepting adds the path of an Accepter.
func accepting(mux *http.ServeMux, b Accepter) {
	mux.HandleFunc("POST /v1/provisioning/accept", func(w http.ResponseWriter, r *http.Request) {
		var req AcceptRequest
		if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&req); err != nil {
			refuse(w, http.StatusBadRequest, fmt.Errorf("accept: %w", err))
			return
		}
		server, err := b.Accept(r.Context(), req.Server)
		reply(w, AcceptRequest{server}, err)
	})
}

// Accept accepts a provisioning server, and returns which.
func (c *Client) Accept(ctx context.Context, server string) (string, error) {
	var out AcceptRequest
	err := c.call(ctx, "POST", "/v1/provisioning/accept", AcceptRequest{server}, &out)
	return out.Server, err
}
