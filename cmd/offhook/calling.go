package main

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"strings"

	"offhook/cmd/internal/localapi"
)

// switching makes a command that turns something on or off by its one word.
func switching(on, off string, ask func(context.Context, *localapi.Client, localapi.Switch) error) func(*flag.FlagSet) action {
	return asking(func(ctx context.Context, c *localapi.Client, args []string) error {
		if args[0] != on && args[0] != off {
			return usageError(fmt.Sprintf("%q is neither %s nor %s", args[0], on, off))
		}
		return ask(ctx, c, localapi.Switch{On: args[0] == on})
	}, "done")
}

func recordCommand() command {
	return command{name: "record", args: "start|stop", words: []string{"start", "stop"}, least: 1, most: 1,
		summary: "Records the talk to a WAV file, both sides, or ends that.",
		details: "The configuration must allow it (recording.enabled) and says what the far end hears of it\n(recording.announce). Files are in the folder recordings of the state directory: this side on\nthe left, the far ends on the right.",
		prepare: switching("start", "stop", func(ctx context.Context, c *localapi.Client, s localapi.Switch) error {
			return c.Record(ctx, s)
		})}
}

func conferenceCommand() command {
	return command{name: "conference", args: "join|split", words: []string{"join", "split"}, least: 1, most: 1,
		summary: "Joins the talk and the held call, or splits the conference.",
		prepare: switching("join", "split", func(ctx context.Context, c *localapi.Client, s localapi.Switch) error {
			return c.Conference(ctx, s)
		})}
}

func playCommand() command {
	return command{name: "play", args: "[FILE.wav]", most: 1,
		summary: "Plays a WAV file into the call, or aloud where there is none.",
		details: "16-bit PCM or G.711, one or two channels, 8 to 48 kHz. Without a file it ends what is played.",
		prepare: asking(func(ctx context.Context, c *localapi.Client, args []string) error {
			if len(args) == 0 {
				return c.Play(ctx, localapi.PlayRequest{})
			}
			name, err := filepath.Abs(args[0]) // the agent is in another directory
			if err != nil {
				return err
			}
			return c.Play(ctx, localapi.PlayRequest{File: name})
		}, "done")}
}

func dndCommand() command {
	return command{name: "dnd", args: "on|off", words: []string{"on", "off"}, least: 1, most: 1,
		summary: "Begins or ends do not disturb.",
		prepare: switching("on", "off", func(ctx context.Context, c *localapi.Client, s localapi.Switch) error {
			return c.DoNotDisturb(ctx, s)
		})}
}

func forwardCommand() command {
	return command{name: "forward", args: "NUMBER|off", least: 1, most: 1,
		summary: "Sends every call to a number, or ends that.",
		prepare: asking(func(ctx context.Context, c *localapi.Client, args []string) error {
			if args[0] == "off" {
				args[0] = ""
			}
			return c.Forward(ctx, localapi.ForwardRequest{Target: args[0]})
		}, "done")}
}

func messageCommand() command {
	return command{name: "message", args: "NUMBER|URI TEXT", least: 2, most: -1,
		summary: "Sends a text, and tells what became of it.",
		prepare: func(fs *flag.FlagSet) action {
			account := fs.String("account", "", "`ID` of the account to send it with (the first one)")
			return asking(func(ctx context.Context, c *localapi.Client, args []string) error {
				return c.Message(ctx, localapi.MessageRequest{Account: *account, Target: args[0], Text: strings.Join(args[1:], " ")})
			}, "delivered")(fs)
		}}
}
