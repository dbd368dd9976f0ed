package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"offhook/cmd/internal/localapi"
)

// defaultSocket is where the agent listens unless told otherwise.
const defaultSocket = "/run/offhook/control.sock"

// commandTime bounds a command to the agent that does not follow.
const commandTime = 10 * time.Second

func socketFlag(fs *flag.FlagSet) *string {
	def := defaultSocket
	if s := os.Getenv("OFFHOOK_SOCKET"); s != "" {
		def = s
	}
	return fs.String("socket", def, "`PATH` of the agent's control socket ($OFFHOOK_SOCKET)")
}

func jsonFlag(fs *flag.FlagSet) *bool { return fs.Bool("json", false, "print JSON") }

// asking makes a command that asks the agent one thing.
func asking(ask func(context.Context, *localapi.Client, []string) error, done string) func(*flag.FlagSet) action {
	return func(fs *flag.FlagSet) action {
		socket, asJSON := socketFlag(fs), jsonFlag(fs)
		return func(ctx context.Context, t terminal, args []string) error {
			ctx, cancel := context.WithTimeout(ctx, commandTime)
			defer cancel()
			if err := ask(ctx, localapi.NewClient(*socket), args); err != nil {
				return err
			}
			if *asJSON {
				return printJSON(t.out, map[string]bool{"ok": true})
			}
			_, err := fmt.Fprintln(t.out, done)
			return err
		}
	}
}

func dialCommand() command {
	return command{name: "dial", args: "NUMBER|URI", least: 1, most: 1, summary: "Has the running telephone call a number.",
		prepare: func(fs *flag.FlagSet) action {
			account := fs.String("account", "", "`ID` of the account to call with (the first one)")
			intercom := fs.Bool("intercom", false, "ask for the call to be answered by itself")
			return asking(func(ctx context.Context, c *localapi.Client, args []string) error {
				return c.Dial(ctx, localapi.DialRequest{Account: *account, Target: args[0], Intercom: *intercom})
			}, "dialling")(fs)
		}}
}

func answerCommand() command {
	return command{name: "answer", summary: "Answers the call that rings.",
		prepare: asking(func(ctx context.Context, c *localapi.Client, _ []string) error { return c.Answer(ctx) }, "answered")}
}

func hangupCommand() command {
	return command{name: "hangup", summary: "Ends all calls.",
		prepare: asking(func(ctx context.Context, c *localapi.Client, _ []string) error { return c.Hangup(ctx) }, "hung up")}
}

func reprovisionCommand() command {
	return command{name: "reprovision", summary: "Fetches the configuration now.",
		prepare: asking(func(ctx context.Context, c *localapi.Client, _ []string) error { return c.Reprovision(ctx) }, "fetching")}
}

func screenCommand() command {
	return command{name: "screen", args: "FILE.png", least: 1, most: 1, summary: "Saves a picture of the telephone's screen (- for standard output).",
		prepare: func(fs *flag.FlagSet) action {
			socket := socketFlag(fs)
			return func(ctx context.Context, t terminal, args []string) error {
				png, err := localapi.NewClient(*socket).Screen(ctx)
				if err != nil {
					return err
				}
				if args[0] == "-" {
					_, err = t.out.Write(png)
					return err
				}
				return os.WriteFile(args[0], png, 0o644)
			}
		}}
}

func explainCommand() command {
	return command{name: "explain", args: "[PATH…]", most: -1, summary: "Tells every setting in force and where it comes from.",
		details: "With a PATH such as accounts or phone.name only the settings below it.",
		prepare: func(fs *flag.FlagSet) action {
			socket, asJSON := socketFlag(fs), jsonFlag(fs)
			return func(ctx context.Context, t terminal, args []string) error {
				ctx, cancel := context.WithTimeout(ctx, commandTime)
				defer cancel()
				settings, err := localapi.NewClient(*socket).Explain(ctx)
				if err != nil {
					return err
				}
				if len(args) > 0 {
					settings = slices.DeleteFunc(settings, func(s localapi.Setting) bool {
						return !slices.ContainsFunc(args, func(a string) bool { return below(s.Path, a) })
					})
				}
				if len(settings) == 0 && len(args) > 0 {
					return fmt.Errorf("there is no setting %q (offhook explain without a path lists them)", strings.Join(args, " "))
				}
				if *asJSON {
					return printJSON(t.out, settings)
				}
				w := tabwriter.NewWriter(t.out, 0, 0, 2, ' ', 0)
				for _, s := range settings {
					fmt.Fprintf(w, "%s\t%s\t%s\n", s.Path, s.Value, s.Origin)
				}
				if err := w.Flush(); err != nil || len(args) == 0 {
					return err
				}
				return printWhence(t.out, settings)
			}
		}}
}

// printWhence tells of the document that the settings are of: there is one.
func printWhence(out io.Writer, settings []localapi.Setting) error {
	i := slices.IndexFunc(settings, func(s localapi.Setting) bool { return s.Step != "" })
	if i < 0 {
		return nil
	}
	s := settings[i]
	_, err := fmt.Fprintf(out, "\ndocument %s, in force since %s%s\n", plain(source(s.URL, s.Step, s.Found)), clock(s.Applied), parenthesis(s.State))
	return err
}

// below tells whether a setting is the one at path or in its section:
// accounts is above accounts[1001].user.
func below(setting, path string) bool {
	rest, ok := strings.CutPrefix(setting, strings.TrimRight(path, "."))
	return ok && (rest == "" || rest[0] == '.' || rest[0] == '[')
}

func logsCommand() command {
	return command{name: "logs", summary: "Prints the agent's newest log records.",
		prepare: func(fs *flag.FlagSet) action {
			socket, asJSON := socketFlag(fs), jsonFlag(fs)
			follow := fs.Bool("f", false, "go on with new records until interrupted")
			return func(ctx context.Context, t terminal, _ []string) error {
				return localapi.NewClient(*socket).Logs(ctx, *follow, func(line []byte) error {
					if *asJSON {
						_, err := fmt.Fprintf(t.out, "%s\n", line)
						return err
					}
					return printRecord(t.out, line)
				})
			}
		}}
}

// printRecord writes a JSON log record for a person: time, level, message,
// attributes in order.
func printRecord(w io.Writer, line []byte) error {
	var head struct {
		Time  time.Time
		Level string
		Msg   string
	}
	if err := json.Unmarshal(line, &head); err != nil {
		_, err = fmt.Fprintln(w, plain(string(line)))
		return err
	}
	var rest map[string]any
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber() // as it was written
	if err := decoder.Decode(&rest); err != nil {
		return err
	}
	fmt.Fprintf(w, "%s %-5s %s", head.Time.Local().Format("15:04:05.000"), head.Level, plain(head.Msg))
	for _, k := range sortedKeys(rest) {
		if k != "time" && k != "level" && k != "msg" {
			fmt.Fprintf(w, " %s=%s", plain(k), value(rest[k]))
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}

// plain is text that strangers may have sent, without what a terminal obeys.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.In(r, unicode.Cf) { // escapes; marks that turn the line around
			return '\uFFFD'
		}
		return r
	}, text)
}

// value is an attribute of a log record: quoted where it would not be seen
// where it ends.
func value(v any) string {
	text := fmt.Sprint(v)
	if text == "" || strings.ContainsAny(text, " \"=") || plain(text) != text {
		return strconv.Quote(text)
	}
	return text
}
