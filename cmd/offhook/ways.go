package main

import (
	"fmt"
	"io"
	"strings"

	"offhook/cmd/internal/localapi"
)

// printWays tells how an account reaches its servers, where that is more than
// its first line says.
func printWays(w io.Writer, a localapi.Account) {
	for _, x := range a.Ways {
		var parts []string
		switch {
		case x.Transport == "":
			parts = append(parts, "no connection to "+x.Server)
		default:
			parts = append(parts, fmt.Sprintf("%s to %s (%s) from %s", x.Transport, x.Server, x.Remote, x.Local))
		}
		if x.Public != "" && x.Public != x.Local {
			parts = append(parts, "seen as "+x.Public)
		}
		if x.Outbound {
			parts = append(parts, "kept by the registrar")
		}
		if len(a.Ways) > 1 {
			parts = append(parts, x.State)
		}
		fmt.Fprintf(w, "\tway: %s\n", plain(strings.Join(parts, ", ")))
		if x.GRUU != "" {
			fmt.Fprintf(w, "\treached by %s\n", plain(x.GRUU))
		}
	}
}

// printDiverting tells what keeps calls away, and where anyone may call.
func printDiverting(w io.Writer, s localapi.Status) {
	if s.Diverting.DoNotDisturb {
		fmt.Fprintf(w, "do not disturb\ton\n")
	}
	if s.Diverting.Forward != "" {
		fmt.Fprintf(w, "every call goes\tto %s\n", plain(s.Diverting.Forward))
	}
	for _, l := range s.Listening {
		fmt.Fprintf(w, "listens\tby %s at %s\n", l.Transport, l.Address)
	}
	if s.ListenError != "" {
		fmt.Fprintf(w, "does not listen\t%s\n", plain(strings.ReplaceAll(s.ListenError, "\n", "; ")))
	}
}
