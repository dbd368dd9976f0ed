package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"offhook/provisioning/dialect"
)

// printLinted lists what became of the parameters, what is to be mended, and a
// line that sums it up.
func printLinted(out io.Writer, l linted, all bool) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, list := range []struct {
		title string
		fate  dialect.Fate
		extra bool
	}{
		{"Taken", dialect.Mapped, false}, {"Blank", dialect.Blank, true}, {"Idle", dialect.Idle, true}, {"Replaced", dialect.Replaced, true},
		{"Not supported", dialect.Unsupported, false}, {"Unknown", dialect.Unknown, false}, {"Refused", dialect.Refused, false},
	} {
		if list.extra && !all || l.Count[list.fate] == 0 || len(l.Entries) == 0 {
			continue
		}
		fmt.Fprintf(w, "%s (%d)\n", list.title, l.Count[list.fate])
		for _, e := range l.Entries {
			if e.Fate == list.fate {
				fmt.Fprintf(w, "  %s\t%s\t%s\n", plain(place(e.File, e.Line)), plain(e.Key), plain(outcome(e)))
			}
		}
		fmt.Fprintln(w)
	}
	if len(l.Warnings) > 0 {
		fmt.Fprintf(w, "Warnings (%d)\n", len(l.Warnings))
		for _, n := range l.Warnings {
			fmt.Fprintf(w, "  %s\t%s\t%s\n", plain(place(n.File, n.Line)), plain(n.Key), plain(n.Msg))
		}
		fmt.Fprintln(w)
	}
	if len(l.Faults) > 0 {
		fmt.Fprintf(w, "Faults (%d): the phone would refuse this\n", len(l.Faults))
		for _, f := range l.Faults {
			fmt.Fprintf(w, "  %s\n", plain(f))
		}
		fmt.Fprintln(w)
	}
	fmt.Fprintln(w, lintSummary(l))
	return w.Flush()
}

func place(file string, line int) string {
	if line == 0 {
		return file
	}
	return fmt.Sprintf("%s:%d", file, line)
}

func outcome(e dialect.Entry) string {
	switch {
	case e.Fate != dialect.Mapped:
		return e.Why
	case e.Path == "":
		return e.How
	case e.How == "":
		return e.Path
	}
	return e.Path + " (" + e.How + ")"
}

func lintSummary(l linted) string {
	total := 0
	for _, n := range l.Count {
		total += n
	}
	noEffect := l.Count[dialect.Blank] + l.Count[dialect.Idle] + l.Count[dialect.Replaced]
	verdict := "good"
	if len(l.Faults) > 0 {
		verdict = fmt.Sprintf("faults: %d", len(l.Faults))
	}
	switch l.Dialect {
	case "unknown":
		return plain(strings.Join(l.Files, ", ")) + ": not a configuration; " + verdict
	case "native":
		return fmt.Sprintf("%s: a document of our own, %d settings; warnings: %d; %s", plain(strings.Join(l.Files, ", ")), total, len(l.Warnings), verdict)
	}
	return fmt.Sprintf("%s: %s, %d parameters: %d taken, %d not supported, %d unknown, %d refused, %d without effect; warnings: %d; %s",
		plain(strings.Join(l.Files, ", ")), l.Dialect, total, l.Count[dialect.Mapped], l.Count[dialect.Unsupported],
		l.Count[dialect.Unknown], l.Count[dialect.Refused], noEffect, len(l.Warnings), verdict)
}
