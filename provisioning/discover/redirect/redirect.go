// Package redirect asks a service that the agent's file names where this
// phone's server is. It answers with an HTTP redirect, or with a small document
// that names the URL. The service knows the phone by the macros in its URL and
// by its client certificate.
package redirect

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"offhook/provisioning"
	"offhook/provisioning/discover"
)

// maxSize bounds the document: it holds a URL.
const maxSize = 16 << 10

// Config says who is asked.
type Config struct {
	URL    string // "" when there is no such service
	Source provisioning.Source
	Device provisioning.Device
	Files  []string // where the answer names no file
}

// Step is the step "redirect". The service is the owner's choice and was
// verified, so what it names needs nobody's consent.
func Step(cfg Config) discover.Step {
	return discover.Step{Name: "redirect", Find: func(ctx context.Context, known discover.Known) ([]discover.Found, error) {
		if cfg.URL == "" {
			return nil, errors.New("provisioning.redirect is not set in the agent's file")
		}
		address, err := cfg.ask(ctx, known.Access)
		if err != nil {
			return nil, err
		}
		// The password is for the service, not for whom it names.
		p := known.Document.Provisioning
		known.Access.Username, known.Access.Password = p.Username, p.Password
		found, err := discover.ReadAddresses(address, cfg.Files, known.Access)
		if err != nil {
			return nil, fmt.Errorf("the redirect service names a place that %w", err)
		}
		for i := range found {
			found[i].From, found[i].Why = discover.FromServer, "named by the redirect service"
		}
		return found, nil
	}}
}

// ask returns the place that the service names.
func (c Config) ask(ctx context.Context, access provisioning.Access) (string, error) {
	url, err := c.Device.Expand(c.URL)
	if err != nil {
		return "", err
	}
	response, err := c.Source.Fetch(ctx, provisioning.Request{URL: url, Access: access, UserAgent: c.Device.UserAgent()})
	if response.URL != "" && response.URL != url {
		return response.URL, nil // whatever is there: that is the fetch's to find out
	}
	if err != nil {
		return "", fmt.Errorf("the redirect service: %w", err)
	}
	return Read(response.Data)
}

// ErrNoPlace says that a document names no place.
var ErrNoPlace = errors.New("the redirect service answered with neither a redirect nor a document that names a URL; it may be {\"url\": \"https://…\"}, a line url: https://… or the URL alone")

// Read finds the URL in a redirect document: JSON with "url", a line "url: …",
// or nothing but the URL.
func Read(data []byte) (string, error) {
	data = bytes.TrimSpace(data)
	if len(data) > maxSize {
		return "", fmt.Errorf("the redirect service's document has %d bytes, more than %d; it is not what is wanted here", len(data), maxSize)
	}
	if bytes.HasPrefix(data, []byte("{")) {
		var document struct{ URL string }
		if json.Unmarshal(data, &document) != nil || document.URL == "" {
			return "", ErrNoPlace
		}
		return document.URL, nil
	}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		name, value, ok := strings.Cut(line, ":")
		switch {
		case line == "" || strings.HasPrefix(line, "#"):
		case ok && strings.TrimSpace(name) == "url":
			return strings.Trim(strings.TrimSpace(value), `"'`), nil
		case strings.HasPrefix(strings.ToLower(line), "https://") && !strings.ContainsAny(line, " \t"):
			return line, nil
		}
	}
	return "", ErrNoPlace
}
