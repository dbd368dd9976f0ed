package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"offhook/cmd/internal/farm"
	"offhook/provisioning"
	"offhook/provisioning/source/https"
	"offhook/provisioning/source/persona"
	"offhook/provisioning/source/tftp"
	"offhook/ua"
)

// farmFlags is what the command line of a farm says.
type farmFlags struct {
	persona               persona.Persona
	count, polls, atOnce  int
	spread, interval, all time.Duration
	checkSync             bool
	ca, cert, key         string
	user, passwordFile    string
	http, tftp, json      bool
}

func farmCommand() command {
	var f farmFlags
	return command{name: "farm", args: "URL", least: 1, most: 1,
		summary: "Tries a provisioning server by many telephones at once: boot, polls, check-sync.",
		details: "Each telephone fetches its configuration with connections and handshakes of its own. URL may hold\n" +
			"the macros of provisioning.url ({mac}); with a persona it may be a folder, where that maker's file\n" +
			"names are asked for. MAC addresses are 02:0f:00:00:00:00 and up. Ask who runs the server first.",
		prepare: func(fs *flag.FlagSet) action {
			fs.StringVar(&f.persona.Maker, "persona", "", "ask as a telephone of this `MAKER`: "+strings.Join(persona.Makers(), ", "))
			fs.StringVar(&f.persona.Model, "model", "", "`MODEL` of the persona")
			fs.StringVar(&f.persona.Code, "code", "", "`CODE` of the model in file names, such as 108")
			fs.IntVar(&f.count, "count", 100, "how `MANY` telephones")
			fs.DurationVar(&f.spread, "spread", 10*time.Second, "`TIME` over which they start, and come to each poll")
			fs.IntVar(&f.polls, "polls", 1, "how `OFTEN` they look for something newer")
			fs.DurationVar(&f.interval, "interval", time.Second, "`TIME` before each poll")
			fs.BoolVar(&f.checkSync, "check-sync", true, "at the end all are told to come")
			fs.DurationVar(&f.all, "check-sync-spread", 0, "`TIME` over which they then come")
			fs.IntVar(&f.atOnce, "at-once", 256, "requests on their way at most")
			fs.StringVar(&f.ca, "ca", "", "`FILE` of the authority that vouches for the server, PEM")
			fs.StringVar(&f.cert, "certificate", "", "`FILE` of a client certificate, PEM")
			fs.StringVar(&f.key, "key", "", "`FILE` of its key, PEM")
			fs.StringVar(&f.user, "user", "", "`NAME` for Basic and Digest")
			fs.StringVar(&f.passwordFile, "password-file", "", "`FILE` with the password")
			fs.BoolVar(&f.http, "allow-http", false, "let plain HTTP be used")
			fs.BoolVar(&f.tftp, "allow-tftp", false, "let TFTP be used")
			fs.BoolVar(&f.json, "json", false, "print JSON")
			return func(ctx context.Context, t terminal, args []string) error { return f.run(ctx, t, args[0]) }
		}}
}

func (f farmFlags) run(ctx context.Context, t terminal, address string) error {
	cfg, err := f.config(address)
	if err != nil {
		return err
	}
	shown := &bar{to: t.err, lines: !isTerminal(t.err)}
	cfg.Progress = shown.show
	result, err := farm.Run(ctx, cfg)
	shown.done()
	if err != nil && len(result.Phases) == 0 {
		return err
	}
	if f.json {
		err = errors.Join(err, printJSON(t.out, result))
	} else {
		_, _ = fmt.Fprint(t.out, result.Table()) // a person's terminal
	}
	if n := result.Failed(); n > 0 && err == nil {
		return fmt.Errorf("%d fetches failed", n)
	}
	return err
}

func (f farmFlags) config(address string) (farm.Config, error) {
	if f.count < 1 || f.count > 100_000 {
		return farm.Config{}, usageError("--count is from 1 to 100000")
	}
	access, err := f.access()
	if err != nil {
		return farm.Config{}, err
	}
	if f.persona.Maker != "" {
		if err := f.persona.Check(); err != nil {
			return farm.Config{}, usageError(err.Error())
		}
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return farm.Config{}, usageError(fmt.Sprintf("%q is no URL; give https://host/path", address))
	}
	var inner provisioning.Source = https.New(https.Config{})
	if u.Scheme == "tftp" {
		inner = tftp.New(tftp.Config{})
	}
	phases := []farm.Phase{farm.Boot(f.spread)}
	for n := range f.polls {
		phases = append(phases, farm.Poll(n+1, f.interval, f.spread))
	}
	if f.checkSync {
		phases = append(phases, farm.CheckSync(f.all))
	}
	return farm.Config{Count: f.count, URL: address, Access: access, Phases: phases, AtOnce: f.atOnce,
		Device: func(n int) provisioning.Device {
			return provisioning.Device{MAC: farm.MAC(n), Model: "farm", Serial: fmt.Sprint(n), Version: version}
		},
		Source: func(d provisioning.Device) provisioning.Source {
			if f.persona.Maker == "" {
				return inner
			}
			return persona.New(persona.Config{Persona: f.persona, Device: d, Inner: inner})
		}}, nil
}

func (f farmFlags) access() (provisioning.Access, error) {
	a := provisioning.Access{Username: f.user, AllowHTTP: f.http, AllowTFTP: f.tftp}
	for _, one := range []struct {
		name string
		to   func(string)
	}{
		{f.ca, func(s string) { a.CA = s }},
		{f.cert, func(s string) { a.Certificate = s }},
		{f.key, func(s string) { a.Key = ua.NewSecret(s) }},
		{f.passwordFile, func(s string) { a.Password = ua.NewSecret(strings.TrimRight(s, "\r\n")) }},
	} {
		if one.name == "" {
			continue
		}
		data, err := os.ReadFile(one.name)
		if err != nil {
			return a, err
		}
		one.to(string(data))
	}
	return a, nil
}

// bar is a line that tells how far a round is.
type bar struct {
	to    io.Writer
	lines bool // no terminal: a line when a round is done

	mu    sync.Mutex
	round string
	last  time.Time
	wrote bool
}

const barWidth = 40

// isTerminal tells whether a line that is written over again would be seen so.
func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (b *bar) show(round string, done, of int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.lines {
		if done == of {
			fmt.Fprintf(b.to, "%-12s %d of %d\n", round, done, of)
		}
		return
	}
	if round == b.round && done < of && time.Since(b.last) < 200*time.Millisecond {
		return
	}
	if b.wrote && round != b.round {
		fmt.Fprintln(b.to)
	}
	b.round, b.last, b.wrote = round, time.Now(), true
	full := barWidth * done / max(of, 1)
	fmt.Fprintf(b.to, "\r%-12s [%s%s] %d/%d", round, strings.Repeat("#", full), strings.Repeat(".", barWidth-full), done, of)
}

func (b *bar) done() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.wrote {
		fmt.Fprintln(b.to)
	}
}
