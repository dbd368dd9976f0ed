package main

import (
	"context"
	"flag"
	"fmt"
	"strings"

	"offhook/cmd/internal/localapi"
)

func rollbackCommand() command {
	return command{name: "rollback", args: "[N]", most: 1,
		summary: "Brings back a configuration of the history: the one before, or number N.",
		details: "It stays until the server has another document than now, or offhook reprovision takes the\nserver's again. What would interrupt a call waits for its end.",
		prepare: func(fs *flag.FlagSet) action {
			socket, asJSON := socketFlag(fs), jsonFlag(fs)
			return func(ctx context.Context, t terminal, args []string) error {
				var r localapi.RollbackRequest
				if len(args) > 0 {
					n, err := documentNumber(args[0])
					if err != nil {
						return err
					}
					r.Number = n
				}
				ctx, cancel := context.WithTimeout(ctx, commandTime)
				defer cancel()
				to, err := localapi.NewClient(*socket).Rollback(ctx, r)
				if err != nil {
					return err
				}
				if *asJSON {
					return printJSON(t.out, to)
				}
				_, err = fmt.Fprintf(t.out, "going back to document %d\n", to.Number)
				return err
			}
		}}
}

func setCommand() command {
	return command{name: "set", args: "PATH VALUE", least: 2, most: -1,
		summary: "Changes a setting as the telephone's user; new configurations leave it so.",
		details: "The configuration says what is the user's to change (phone.user-may-change), and may reset it\n(phone.user-reset). offhook explain PATH tells who has set what.",
		prepare: asking(func(ctx context.Context, c *localapi.Client, args []string) error {
			return c.Set(ctx, localapi.SetRequest{Path: args[0], Value: strings.Join(args[1:], " ")})
		}, "set")}
}

func unsetCommand() command {
	return command{name: "unset", args: "PATH", least: 1, most: 1, summary: "Gives a setting back to the configuration.",
		prepare: asking(func(ctx context.Context, c *localapi.Client, args []string) error {
			return c.Unset(ctx, localapi.SetRequest{Path: args[0]})
		}, "given back")}
}
