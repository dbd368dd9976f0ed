package main

import (
	"context"
	"flag"
	"fmt"

	"offhook/cmd/internal/localapi"
)

func provisioningCommand() command {
	return command{name: "provisioning", args: "accept [SERVER]", words: []string{"accept"}, least: 1, most: 2,
		summary: "Accepts a provisioning server that the network has named.",
		details: "DHCP, SIP PnP and DNS can be answered by anybody on the network. A server that they name is used when\nits certificate is of provisioning.ca of the agent's file, or when it was accepted here. offhook status\nshows what waits, as https://host.",
		prepare: func(fs *flag.FlagSet) action {
			socket, asJSON := socketFlag(fs), jsonFlag(fs)
			return func(ctx context.Context, t terminal, args []string) error {
				if args[0] != "accept" {
					return usageError(fmt.Sprintf("%q is not known here; wanted is accept", args[0]))
				}
				server := ""
				if len(args) > 1 {
					server = args[1]
				}
				ctx, cancel := context.WithTimeout(ctx, commandTime)
				defer cancel()
				accepted, err := localapi.NewClient(*socket).Accept(ctx, server)
				if err != nil {
					return err
				}
				if *asJSON {
					return printJSON(t.out, localapi.AcceptRequest{Server: accepted})
				}
				_, err = fmt.Fprintf(t.out, "accepted %s\n", accepted)
				return err
			}
		}}
}
