package discover

import (
	"context"
	"errors"

	"offhook/provisioning"
)

// Default makes the Discovery that the agent's file asks for. The steps that
// look at the network are given to it.
func Default(cfg provisioning.AgentConfig, device provisioning.Device, trust *Trust, network ...Step) (*Discovery, error) {
	p := cfg.Provisioning
	return New(Config{
		Order:  p.Order,
		Steps:  append([]Step{Pinned(p.URL), Document(), Static(p.Static), Cached()}, network...),
		Access: cfg.Access(),
		Device: device,
		Trust:  trust,
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
		return []Found{{URL: url, Access: access, Why: "provisioning.url of the agent's file"}}, nil
	}}
}

// Document is the address that the document in force gives, with its own
// certificates and password.
func Document() Step {
	return Step{"document", func(_ context.Context, known Known) ([]Found, error) {
		if known.Document.Provisioning.URL == "" {
			return nil, errors.New("the document in force has no provisioning.url")
		}
		return []Found{{known.Document.Provisioning.URL, known.Document.Access(), "provisioning.url of the document in force", FromServer}}, nil
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
			all = append(all, Found{URL: url, Access: known.Access, Why: "provisioning.static of the agent's file"})
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
		return []Found{{known.Last.URL, known.Access, "where the newest document came from, by step " + known.Last.Step, FromServer}}, nil
	}}
}
