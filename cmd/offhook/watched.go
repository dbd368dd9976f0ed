package main

import (
	"fmt"
	"io"
	"time"

	"offhook/cmd/internal/localapi"
)

// printWatched tells what an account's server says beside its binding.
func printWatched(w io.Writer, a localapi.Account, now time.Time) {
	for _, x := range a.Watched {
		name := x.Resource
		if x.Name != "" {
			name = x.Name + " <" + x.Resource + ">"
		}
		state := x.State
		if x.Remote != "" {
			state += map[bool]string{true: " from ", false: " to "}[x.Incoming] + x.Remote
		}
		fmt.Fprintf(w, "\twatches %s: %s\n", plain(name), plain(state))
	}
	for _, f := range a.Features {
		state := "off"
		if f.On {
			state = "on"
			if f.Target != "" {
				state += ", to " + f.Target
			}
		}
		fmt.Fprintf(w, "\tat the server: %s is %s\n", plain(f.Name), plain(state))
	}
	for _, s := range a.Missing {
		what := s.Event
		if s.Resource != "" {
			what += " of " + s.Resource
		}
		fmt.Fprintf(w, "\tis not told of %s: %s; next attempt in %s\n", plain(what), plain(s.Cause), s.Retry.Sub(now).Round(time.Second))
	}
}
