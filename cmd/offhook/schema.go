package main

import (
	"context"
	"flag"
	"fmt"

	"offhook/board"
	"offhook/provisioning"
)

func schemaCommand() command {
	return command{name: "schema", args: "board|config|agent", words: []string{"board", "config", "agent"}, least: 1, most: 1,
		summary: "Writes the JSON Schema of a kind of file, by which editors complete and check it.",
		details: "board: a board file; config: a document that provisions phones; agent: the agent's own offhook.yaml.\n" +
			"In YAML, an editor takes it by a first line such as: # yaml-language-server: $schema=board.schema.json",
		prepare: func(*flag.FlagSet) action {
			return func(_ context.Context, t terminal, args []string) error {
				switch args[0] {
				case "board":
					return printJSON(t.out, board.Schema(table()))
				case "config":
					return printJSON(t.out, provisioning.DocumentSchema())
				case "agent":
					return printJSON(t.out, provisioning.AgentSchema())
				}
				return usageError(fmt.Sprintf("%q is none of board, config and agent", args[0]))
			}
		}}
}
