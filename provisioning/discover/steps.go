package discover

import (
	"context"
	"errors"

	"offhook/provisioning"
)

// Default makes the Discovery that the agent's file asks for.
func Default(cfg provisioning.AgentConfig, device provisioning.Device) (*Discovery, error) {
	p := cfg.Provisioning
	return New(Config{
		Order:  p.Order,
		Steps:  []Step{Pinned(p.URL), Document(), Static(p.Static), Cached()},
		Access: cfg.Access(),
		Device: device,
	})
}

// Pinned is the address that was set on the board itself. No document can move
// the phone away from it, but one may give the password to use there.
func Pinned(url string) Step {
	return Step{"pinned", func(_ context.Context, known Known) ([]Found, error) {
		if url == "" {
			return nil, errors.New("provisioning.url is not set in the agent's file")
		}
		access := known.Access
		if p := known.Document.Provisioning; access.Username == "" {
			access.Username, access.Password = p.Username, p.Password
		}
		return []Found{{url, access, "provisioning.url of the agent's file"}}, nil
	}}
}

// Document is the address that the document in force gives, with its own
// certificates and password.
func Document() Step {
	return Step{"document", func(_ context.Context, known Known) ([]Found, error) {
		if known.Document.Provisioning.URL == "" {
			return nil, errors.New("the document in force has no provisioning.url")
		}
		return []Found{{known.Document.Provisioning.URL, known.Document.Access(), "provisioning.url of the document in force"}}, nil
	}}
}

// Static is a list of addresses that came with the image, tried in turn. With
// numeric hosts they work where there is no DNS.
func Static(urls []string) Step {
	return Step{"static", func(_ context.Context, known Known) ([]Found, error) {
		if len(urls) == 0 {
			return nil, errors.New("provisioning.static is empty in the agent's file")
		}
		var all []Found
		for _, url := range urls {
			all = append(all, Found{url, known.Access, "provisioning.static of the agent's file"})
		}
		return all, nil
	}}
}

// Cached is where the newest document came from.
func Cached() Step {
	return Step{"cached", func(_ context.Context, known Known) ([]Found, error) {
		if known.Last.URL == "" {
			return nil, errors.New("no document was fetched before")
		}
		return []Found{{known.Last.URL, known.Access, "where the newest document came from, by step " + known.Last.Step}}, nil
	}}
}
