package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"offhook/cmd/internal/localapi"
)

func historyCommand() command {
	return command{name: "history", args: "[show N | diff N M]", words: []string{"show", "diff"}, most: 3,
		summary: "Lists the configurations that the telephone has had, shows one, or compares two.",
		details: "Secrets are shown as ***. offhook rollback brings one back.",
		prepare: func(fs *flag.FlagSet) action {
			socket, asJSON := socketFlag(fs), jsonFlag(fs)
			return func(ctx context.Context, t terminal, args []string) error {
				ctx, cancel := context.WithTimeout(ctx, commandTime)
				defer cancel()
				h := historian{ctx, t.out, localapi.NewClient(*socket), *asJSON}
				switch {
				case len(args) == 0:
					return h.list()
				case args[0] == "show" && len(args) == 2:
					return h.show(args[1])
				case args[0] == "diff" && len(args) == 3:
					return h.diff(args[1], args[2])
				}
				return usageError("wanted is nothing, show N or diff N M")
			}
		}}
}

// historian answers one command.
type historian struct {
	ctx    context.Context
	out    io.Writer
	client *localapi.Client
	json   bool
}

func (h historian) list() error {
	all, err := h.client.History(h.ctx)
	if err != nil {
		return err
	}
	if h.json {
		return printJSON(h.out, all)
	}
	w := tabwriter.NewWriter(h.out, 0, 0, 2, ' ', 0)
	for _, k := range all.Documents {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", mark(k), shown(k.Fetched), plain(k.Verdict), plain(joined(k.Step, k.URL)), plain(k.Why))
	}
	if len(all.Documents) == 0 {
		fmt.Fprintln(w, "no configuration has come from a server yet")
	}
	if err := w.Flush(); err != nil || all.Damaged == "" {
		return err
	}
	_, err = fmt.Fprintf(h.out, "damaged, and passed over: %s\n", plain(all.Damaged))
	return err
}

// mark is a document's number, with a star where it is in force.
func mark(k localapi.Kept) string {
	if k.InForce {
		return fmt.Sprintf("%d *", k.Number)
	}
	return strconv.Itoa(k.Number)
}

func shown(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.Local().Format("2006-01-02 15:04:05")
}

func (h historian) show(which string) error {
	n, err := documentNumber(which)
	if err != nil {
		return err
	}
	d, err := h.client.Kept(h.ctx, n)
	if err != nil {
		return err
	}
	if h.json {
		return printJSON(h.out, d)
	}
	fmt.Fprintf(h.out, "# document %d, %s, fetched %s from %s (%s), SHA-256 %s\n", d.Number, plain(joined(d.Verdict, d.Why)), shown(d.Fetched), plain(d.URL), plain(d.Step), plain(d.Hash))
	_, err = io.WriteString(h.out, d.Document)
	return err
}

func (h historian) diff(from, to string) error {
	a, err := documentNumber(from)
	if err != nil {
		return err
	}
	b, err := documentNumber(to)
	if err != nil {
		return err
	}
	lines, err := h.client.Differences(h.ctx, a, b)
	if err != nil {
		return err
	}
	if h.json {
		return printJSON(h.out, lines)
	}
	for _, line := range lines {
		fmt.Fprintln(h.out, plain(line))
	}
	if len(lines) == 0 {
		fmt.Fprintln(h.out, "they say the same")
	}
	return nil
}

func documentNumber(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 {
		return 0, usageError(fmt.Sprintf("%q is not the number of a document (offhook history lists them)", s))
	}
	return n, nil
}
