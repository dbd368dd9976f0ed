package main

import (
	"context"
	"flag"
	"fmt"
	"os"

	"offhook/cmd/internal/lab/sbom"
)

// listParts prints what programs are made of.
func listParts(_ context.Context, t terminal, args []string) error {
	fs := flag.NewFlagSet("offhook-lab sbom", flag.ContinueOnError)
	version := fs.String("version", "development", "`VERSION` of the programs")
	notices := fs.String("notices", "docs/third-party.md", "`FILE` with the licences")
	if err := parseSome(fs, t, args); err != nil {
		return err
	}
	if fs.NArg() == 0 {
		fmt.Fprintln(t.err, "offhook-lab sbom: name the programs")
		return errUsage
	}
	text, err := os.ReadFile(*notices)
	if err != nil {
		return err
	}
	document, err := sbom.Of("offhook", *version, sbom.Licences(string(text)), fs.Args())
	if err != nil {
		return err
	}
	return document.Write(t.out)
}
