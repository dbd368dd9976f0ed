package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"offhook/cmd/internal/localapi"
)

func provisioningCommand() command {
	return command{name: "provisioning", args: "[accept|refuse|forget [SERVER]]", words: []string{"accept", "refuse", "forget"}, most: 2,
		summary: "Tells where the configuration comes from; accepts or refuses a server that the network has named.",
		details: "DHCP, SIP PnP and DNS can be answered by anybody on the network. A server that they name is used when\nits certificate is of provisioning.ca of the agent's file, or when it was accepted, here or at the\ntelephone. One that was refused is not asked about again, until it is accepted or forgotten (without\nSERVER: all of them). Without a word the command shows what waits, as https://host.",
		prepare: func(fs *flag.FlagSet) action {
			socket, asJSON := socketFlag(fs), jsonFlag(fs)
			return func(ctx context.Context, t terminal, args []string) error {
				ctx, cancel := context.WithTimeout(ctx, commandTime)
				defer cancel()
				client := localapi.NewClient(*socket)
				if len(args) == 0 {
					return showProvisioning(ctx, t.out, client, *asJSON)
				}
				decide, done := client.Accept, "accepted"
				switch args[0] {
				case "accept":
				case "refuse":
					decide, done = client.Refuse, "refused"
				case "forget":
					decide, done = client.Forget, "asked about again:"
				default:
					return usageError(fmt.Sprintf("%q is not known here; wanted is accept, refuse or forget", args[0]))
				}
				server, err := decide(ctx, strings.Join(args[1:], ""))
				if err != nil {
					return err
				}
				if *asJSON {
					return printJSON(t.out, localapi.AcceptRequest{Server: server})
				}
				_, err = fmt.Fprintf(t.out, "%s %s\n", done, server)
				return err
			}
		}}
}

func showProvisioning(ctx context.Context, out io.Writer, client *localapi.Client, asJSON bool) error {
	s, err := client.Status(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		return printJSON(out, s.Provisioning)
	}
	h, err := client.History(ctx)
	if err != nil {
		return err
	}
	return printProvisioning(out, s.Provisioning, h, time.Now())
}

func printProvisioning(out io.Writer, p localapi.Provisioning, h localapi.History, now time.Time) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	row := func(name, text string) {
		if text != "" {
			fmt.Fprintf(w, "%s\t%s\n", name, plain(strings.ReplaceAll(text, "\n", "; ")))
		}
	}
	row("state", p.State)
	row("document", source(p.Source, p.Step, p.Found))
	if !p.Applied.IsZero() {
		row("in force", "since "+clock(p.Applied)+parenthesis(p.Verdict))
	}
	if !p.OnTrial.IsZero() {
		row("trial", fmt.Sprintf("%s more: %s", p.OnTrial.Sub(now).Round(time.Second), p.Missing))
	}
	if p.Pending {
		row("newer", "waits for the end of the call")
	}
	if p.Pinned {
		row("pinned", "brought back by hand; the server's is passed over until it changes (offhook reprovision takes it)")
	}
	back := slices.IndexFunc(h.Documents, func(k localapi.Kept) bool { return k.Verdict == "rolled back" })
	switch {
	case back >= 0:
		k := h.Documents[back]
		row("last rollback", fmt.Sprintf("document %d, %s: %s", k.Number, clock(k.Decided), k.Why))
	case p.RolledBack != "":
		row("last rollback", p.RolledBack)
	}
	last := clock(p.LastFetch)
	if !p.LastAttempt.IsZero() && p.Error != "" {
		last += fmt.Sprintf("; tried at %s (%d failed in a row): %s", clock(p.LastAttempt), p.Failures, p.Error)
	}
	row("last fetch", last)
	if !p.NextFetch.IsZero() {
		row("next fetch", "in "+max(0, p.NextFetch.Sub(now)).Round(time.Second).String())
	}
	for _, s := range p.LeftOut {
		row("left out", s)
	}
	row("not kept", p.StoreError)
	for _, a := range p.Attempts {
		row("step "+a.Step, attemptLine(a))
	}
	for _, n := range p.Waiting {
		row("waits", newcomer(n))
	}
	for _, server := range p.Refused {
		row("refused", server)
	}
	return w.Flush()
}

// newcomer is all that helps to decide about a server.
func newcomer(n localapi.Waiting) string {
	text := n.Server + ", named by " + n.Step
	if n.Fingerprint != "" {
		text += fmt.Sprintf(", certificate by %s, SHA-256 %s", n.Issuer, n.Fingerprint)
	}
	if n.Problem != "" {
		text += ", not trusted: " + n.Problem
	}
	return text + " (offhook provisioning accept or refuse)"
}

// source is where a document is from and how its server was found.
func source(url, step, found string) string {
	if step == "" {
		return url
	}
	return cmp.Or(url, "-") + ", found by " + step + parenthesis(found)
}

func parenthesis(text string) string {
	if text == "" {
		return ""
	}
	return " (" + text + ")"
}

func clock(at time.Time) string {
	if at.IsZero() {
		return "never"
	}
	return at.Local().Format("2006-01-02 15:04:05")
}
