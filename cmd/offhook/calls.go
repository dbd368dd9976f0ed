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

func callsCommand() command {
	return command{name: "calls", summary: "Lists the calls that are up and the last twenty, each with how it was heard.",
		prepare: func(fs *flag.FlagSet) action {
			socket, asJSON := socketFlag(fs), jsonFlag(fs)
			return func(ctx context.Context, t terminal, _ []string) error {
				ctx, cancel := context.WithTimeout(ctx, commandTime)
				defer cancel()
				s, err := localapi.NewClient(*socket).Status(ctx)
				if err != nil {
					return err
				}
				if *asJSON {
					return printJSON(t.out, s.Calls)
				}
				return printCalls(t.out, s.Calls, time.Now())
			}
		}}
}

func callCommand() command {
	return command{name: "call", args: "N", least: 1, most: 1, summary: "Tells how call N went (offhook calls lists them), with --plot second by second.",
		prepare: func(fs *flag.FlagSet) action {
			socket, asJSON := socketFlag(fs), jsonFlag(fs)
			plot := fs.Bool("plot", false, "draw its last ten minutes")
			return func(ctx context.Context, t terminal, args []string) error {
				id, err := strconv.ParseUint(args[0], 10, 64)
				if err != nil {
					return usageError(fmt.Sprintf("%q is not a call's number", args[0]))
				}
				ctx, cancel := context.WithTimeout(ctx, commandTime)
				defer cancel()
				d, err := localapi.NewClient(*socket).Call(ctx, id)
				if err != nil {
					return err
				}
				if *asJSON {
					return printJSON(t.out, d)
				}
				return printCall(t.out, d, time.Now(), *plot)
			}
		}}
}

func printCalls(out io.Writer, calls []localapi.Call, now time.Time) error {
	if len(calls) == 0 {
		_, err := fmt.Fprintln(out, "no call yet")
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	for _, c := range calls {
		fmt.Fprintf(w, "%d\t%s\t%s %s\t%s\t%s\t%s\n", c.ID, shown(c.Started), callArrow(c), plain(caller(c)), plain(callState(c)), talked(c, now), plain(verdictOf(c)))
	}
	return w.Flush()
}

// talked is how long, "-" when nobody answered.
func talked(c localapi.Call, now time.Time) string {
	if c.Answered.IsZero() {
		return "-"
	}
	if !c.Ended.IsZero() {
		now = c.Ended
	}
	return now.Sub(c.Answered).Round(time.Second).String()
}

func verdictOf(c localapi.Call) string {
	if c.Grade == "" {
		return ""
	}
	return c.Grade + ": " + c.Verdict
}

func printCall(out io.Writer, d localapi.CallDetail, now time.Time, plot bool) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "call %d\t%s %s, %s\n", d.ID, callArrow(d.Call), plain(caller(d.Call)), plain(callState(d.Call)))
	fmt.Fprintf(w, "began\t%s by account %s\n", shown(d.Started), plain(d.Account))
	fmt.Fprintf(w, "talked\t%s\n", talked(d.Call, now))
	if v := verdictOf(d.Call); v != "" {
		fmt.Fprintf(w, "heard\t%s\n", plain(v))
	}
	if d.Link != "" {
		fmt.Fprintf(w, "network\t%s\n", plain(d.Link))
	}
	if d.Media != nil && d.Media.Encoding != "" {
		fmt.Fprintf(w, "sound\t%s%s\n", d.Media.Encoding, map[bool]string{true: ", not encrypted", false: ", " + d.Media.Suite}[d.Media.Suite == ""])
		d.Media.Figures(func(name string, value float64) {
			fmt.Fprintf(w, "%s\t%s\n", name, strconv.FormatFloat(value, 'g', 4, 64))
		})
	}
	if err := w.Flush(); err != nil || !plot {
		return err
	}
	return plotCall(out, d)
}
