package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/media"
)

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

func statusCommand() command {
	return command{name: "status", summary: "Tells how the running telephone is: accounts, calls, configuration, sound.",
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
					return printJSON(t.out, s)
				}
				return printStatus(t.out, s, time.Now())
			}
		}}
}

func printStatus(out io.Writer, s localapi.Status, now time.Time) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintf(w, "offhook\t%s on %s, up %s\n", s.Version, s.Board, now.Sub(s.Started).Round(time.Second))
	for _, a := range s.Accounts {
		fmt.Fprintf(w, "account %s\t%s by %s: %s\n", a.ID, a.AOR, a.Transport, plain(accountLine(a, now)))
		printWays(w, a)
		printWatched(w, a, now)
	}
	if len(s.Accounts) == 0 {
		fmt.Fprintf(w, "account\tnone: the telephone is not configured yet\n")
	}
	printDiverting(w, s)
	for _, c := range s.Calls {
		fmt.Fprintf(w, "call %d\t%s %s, %s%s\n", c.ID, callArrow(c), plain(caller(c)), plain(callState(c)), callFigures(c, now))
	}
	p := s.Provisioning
	fmt.Fprintf(w, "configuration\t%s\n", plain(strings.ReplaceAll(joined(p.State, p.Source, p.Error), "\n", "; ")))
	if p.Pending {
		fmt.Fprintf(w, "\ta newer one waits for the end of the call\n")
	}
	printTrial(w, p, now)
	for _, s := range p.LeftOut {
		fmt.Fprintf(w, "\tleft out: %s\n", plain(s))
	}
	if p.StoreError != "" {
		fmt.Fprintf(w, "\twould not survive a restart: %s\n", plain(p.StoreError))
	}
	for _, a := range p.Attempts {
		fmt.Fprintf(w, "step %s\t%s\n", a.Step, plain(strings.ReplaceAll(attemptLine(a), "\n", "; ")))
	}
	if err := printFirmware(w, s.Firmware, now); err != nil {
		return err
	}
	if n := s.Dropped.Total(); n > 0 {
		fmt.Fprintf(w, "strangers\t%d messages were dropped unread\n", n)
	}
	fmt.Fprintf(w, "sound\t%s\n", audioLine(s.Audio))
	for _, d := range s.Devices {
		fmt.Fprintf(w, "part %s\t%s\n", d.Part, plain(d.Error))
	}
	if s.Faceplate != "" {
		fmt.Fprintf(w, "faceplate\t%s\n", s.Faceplate)
	}
	return w.Flush()
}

// printTrial tells of a document that has to prove itself, or was taken back.
func printTrial(w io.Writer, p localapi.Provisioning, now time.Time) {
	if !p.OnTrial.IsZero() {
		fmt.Fprintf(w, "\ton trial for %s more: %s\n", p.OnTrial.Sub(now).Round(time.Second), plain(p.Missing))
	}
	if p.RolledBack != "" && p.RolledBack != p.Error {
		fmt.Fprintf(w, "\tthe newest was not kept: %s\n", plain(strings.ReplaceAll(p.RolledBack, "\n", "; ")))
	}
	if p.Pinned {
		fmt.Fprintf(w, "\tbrought back by hand; the server's is passed over until it changes (offhook reprovision takes it)\n")
	}
}

// attemptLine says why a step of discovery won, failed or was passed over.
func attemptLine(a localapi.Attempt) string {
	switch {
	case a.URL == "":
		return "passed over: " + a.Why
	case a.Error != "":
		return fmt.Sprintf("failed at %s (%s): %s", a.URL, a.Why, a.Error)
	}
	return fmt.Sprintf("won with %s (%s)", a.URL, a.Why)
}

func accountLine(a localapi.Account, now time.Time) string {
	line := a.State
	if a.Cause != "" {
		line += ": " + a.Cause
	}
	if !a.Expires.IsZero() && a.State == "registered" {
		line += fmt.Sprintf(" at %s for %s more", a.Server, a.Expires.Sub(now).Round(time.Second))
	}
	if !a.Retry.IsZero() && a.State == "failed" {
		line += fmt.Sprintf("; next attempt in %s", a.Retry.Sub(now).Round(time.Second))
	}
	if a.New > 0 {
		line += fmt.Sprintf("; %d new messages", a.New)
	}
	return line
}

func caller(c localapi.Call) string {
	if c.Name == "" {
		return c.Remote
	}
	return fmt.Sprintf("%s <%s>", c.Name, c.Remote)
}

func callArrow(c localapi.Call) string {
	if c.Incoming {
		return "from"
	}
	return "to"
}

// callState is why it ended too.
func callState(c localapi.Call) string {
	if c.Ended.IsZero() || c.Reason == "" {
		return c.State
	}
	return c.State + " (" + c.Reason + ")"
}

func callFigures(c localapi.Call, now time.Time) string {
	line := ""
	if !c.Ended.IsZero() {
		now = c.Ended
	}
	if !c.Answered.IsZero() {
		line += " " + now.Sub(c.Answered).Round(time.Second).String()
	}
	if c.Media == nil || c.Media.Encoding == "" { // no sound was agreed on
		return line
	}
	m := c.Media
	secure := m.Suite
	if secure == "" {
		secure = "not encrypted"
	}
	return line + fmt.Sprintf(", %s (%s), received %d lost %d, jitter %s, delay %s, concealed %s",
		m.Encoding, secure, m.Received, m.Lost, m.Jitter.Round(100*time.Microsecond), m.PlayoutDelay.Round(time.Millisecond), m.Concealed) + handsFreeFigures(m.HandsFree)
}

// handsFreeFigures says what is done to the microphone, as far as that is known.
func handsFreeFigures(h media.HandsFree) string {
	line := ""
	for _, f := range []struct {
		name, unit string
		media.Measured
	}{{"echo comes back at", "dB", negative(h.ERL)}, {"less by", "dB", h.ERLE}, {"after", "ms", h.Delay}, {"both speak", "%", h.DoubleTalk},
		{"noise", "dB", negative(h.Noise)}, {"gain", "dB", h.Gain}} {
		if f.Known {
			line += ", " + f.name + " " + f.String() + " " + f.unit
		}
	}
	if h.Canceller != "" {
		return "; echo canceller " + h.Canceller + line
	}
	return line
}

func negative(m media.Measured) media.Measured {
	return media.Measured{Value: -m.Value, Known: m.Known}
}

func audioLine(a localapi.Audio) string {
	if a.SampleRate == 0 {
		return a.State
	}
	return fmt.Sprintf("%s, %d Hz, %s periods, xruns %d capture %d playback", a.State, a.SampleRate,
		time.Duration(a.Period)*time.Second/time.Duration(a.SampleRate), a.CaptureXruns, a.PlaybackXruns)
}

func joined(parts ...string) string {
	out := ""
	for _, p := range parts {
		if p == "" {
			continue
		}
		if out != "" {
			out += ", "
		}
		out += p
	}
	return out
}
