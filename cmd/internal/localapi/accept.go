package localapi

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
)

// Accepter lets a person decide of provisioning servers that wait for it.
type Accepter interface {
	// Accept takes the server by its name (https://host), or the one that waits
	// when the name is empty, and returns which it was.
	Accept(ctx context.Context, server string) (string, error)
	// Refuse passes it over from now on.
	Refuse(ctx context.Context, server string) (string, error)
	// Forget has a refused server, every one with "", asked about again.
	Forget(ctx context.Context, server string) (string, error)
}

// AcceptRequest names a provisioning server.
type AcceptRequest struct {
	Server string `json:"server,omitzero"`
}

// accepting adds the paths of an Accepter.
func accepting(mux *http.ServeMux, b Accepter) {
	for name, decide := range map[string]func(context.Context, string) (string, error){"accept": b.Accept, "refuse": b.Refuse, "forget": b.Forget} {
		mux.HandleFunc("POST /v1/provisioning/"+name, func(w http.ResponseWriter, r *http.Request) {
			var req AcceptRequest
			if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&req); err != nil {
				refuse(w, http.StatusBadRequest, fmt.Errorf("%s: %w", name, err))
				return
			}
			server, err := decide(r.Context(), req.Server)
			reply(w, AcceptRequest{server}, err)
		})
	}
}

// Accept accepts a provisioning server, and returns which.
func (c *Client) Accept(ctx context.Context, server string) (string, error) {
	return c.decide(ctx, "accept", server)
}

// Refuse refuses a provisioning server, and returns which.
func (c *Client) Refuse(ctx context.Context, server string) (string, error) {
	return c.decide(ctx, "refuse", server)
}

// Forget has refused servers asked about again, and returns which.
func (c *Client) Forget(ctx context.Context, server string) (string, error) {
	return c.decide(ctx, "forget", server)
}

func (c *Client) decide(ctx context.Context, how, server string) (string, error) {
	var out AcceptRequest
	err := c.call(ctx, "POST", "/v1/provisioning/"+how, AcceptRequest{server}, &out)
	return out.Server, err
}
