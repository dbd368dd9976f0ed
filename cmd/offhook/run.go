package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"offhook/board"
	"offhook/cmd/internal/app"
	"offhook/hal/drivers"
	"offhook/hal/faceplate"
	"offhook/provisioning"
	"offhook/provisioning/native"
)

// defaultConfig is the agent's own file. It need not be there.
const defaultConfig = "/etc/offhook/offhook.yaml"

// logLines is how much of the log offhook logs can still show.
const logLines = 2000

// runFlags override the agent's file.
type runFlags struct {
	config, board, state, socket, listen string
	provisioning, ca, mac                string
	debug, json                          bool
}

func runCommand() command {
	return command{name: "run", summary: "Runs the telephone.",
		details: "Settings come from the agent's file (" + defaultConfig + ", see docs/provisioning.md); a flag wins\nover the file. Without a board the machine's own is detected. SIGTERM and Ctrl-C end calls,\nremove the registrations and stop, within two seconds.",
		prepare: func(fs *flag.FlagSet) action {
			f := runFlags{}
			fs.StringVar(&f.config, "config", defaultConfig, "`FILE` of the agent's settings")
			fs.StringVar(&f.board, "board", "", "`NAME|FILE` of the board (offhook board list)")
			fs.StringVar(&f.state, "state", "", "`DIR` for what must survive a restart")
			fs.StringVar(&f.provisioning, "provisioning-url", "", "`URL` of this phone's configuration; {mac} and {model} are filled in")
			fs.StringVar(&f.ca, "provisioning-ca", "", "`FILE` of the authority (PEM) that the provisioning server's certificate is from")
			fs.StringVar(&f.mac, "mac", "", "hardware `ADDRESS` to be known by")
			fs.StringVar(&f.listen, "faceplate", "", "`HOST:PORT` of the faceplate's page, on the workbench board")
			fs.BoolVar(&f.debug, "debug", false, "log everything")
			fs.BoolVar(&f.json, "log-json", false, "log JSON lines")
			socket := socketFlag(fs)
			return func(ctx context.Context, t terminal, _ []string) error {
				f.socket = *socket
				return f.run(ctx, t)
			}
		}}
}

func (f runFlags) run(ctx context.Context, t terminal) error {
	launched, err := f.launched()
	if err == nil {
		err = launch(launched)
	}
	if err != nil {
		fmt.Fprintln(t.err, "offhook: another version of this program could not be run:", err)
	}
	config, err := f.agentConfig()
	if err != nil {
		return err
	}
	if config.StateKey == "" {
		config.StateKey = credential("offhook-state")
	}
	log, ring, level := f.logger(t, config)
	if err := harden(); err != nil {
		log.Warn("this process is less shut off than it could be", "error", err)
	}
	b, err := f.chooseBoard(config)
	if err != nil {
		return err
	}
	panel := faceplate.New(faceplate.Config{Log: log, Listen: f.listen})
	defer panel.Close()
	table := drivers.Table(panel)
	if err := b.Validate(table); err != nil {
		return fmt.Errorf("the board's file has faults:\n%w", err)
	}
	supervised(b, &table)
	f.shutIn(log, b, config.State)
	err = app.Run(ctx, app.Config{Version: version, Built: built(), Firmware: launched, Board: b, Drivers: table, Agent: config, Socket: f.socket,
		Log: log, Ring: ring, Level: level, Faceplate: panel.URL, Media: mediaProcess,
		Ready: func() {
			if url := panel.URL(); url != "" {
				fmt.Fprintln(t.out, "faceplate", url)
			}
			fmt.Fprintln(t.out, "ready")
			_ = notify("READY=1") // one that does not hear it says so itself
		}})
	if errors.Is(err, app.ErrRestart) {
		log.Info("restarting as asked")
		return again(panel.URL())
	}
	return err
}

// again replaces this process by a new one of the same command line. Its page
// stays where it was.
func again(page string) error {
	self, err := os.Executable()
	if installed := os.Getenv(installedVariable); installed != "" {
		self, err = installed, nil // it says which version is next
	}
	if err != nil {
		return err
	}
	err = syscall.Exec(self, stayAt(page, os.Args), installedOnly(os.Environ()))
	return fmt.Errorf("%s cannot take this program's place: %w; where it was replaced while it ran, who started it (systemd) starts the new one", self, err)
}

// stayAt is the command line with the page's address, which may have been any
// free one, made its own.
func stayAt(page string, args []string) []string {
	u, err := url.Parse(page)
	if err != nil || u.Host == "" {
		return args
	}
	flag := "--faceplate=" + u.Host
	if args[len(args)-1] == flag {
		return args
	}
	return append(slices.Clone(args), flag)
}

// beside makes the names of files relative to the agent's file, wherever the
// program was started.
func beside(config *provisioning.AgentConfig, file string) {
	dir := filepath.Dir(file)
	if !filepath.IsAbs(config.State) {
		config.State = filepath.Join(dir, config.State)
	}
	if strings.ContainsAny(config.Board, "./") && !filepath.IsAbs(config.Board) { // else a name that is built in
		config.Board = filepath.Join(dir, config.Board)
	}
}

func (f runFlags) agentConfig() (provisioning.AgentConfig, error) {
	config, err := native.LoadAgentConfig(f.config)
	if errors.Is(err, fs.ErrNotExist) && f.config == defaultConfig {
		config, err = provisioning.DefaultAgentConfig(), nil
	}
	if err != nil {
		return config, err
	}
	beside(&config, f.config)
	if f.state != "" {
		config.State = f.state
	}
	if f.provisioning != "" {
		if u, err := url.Parse(f.provisioning); err == nil && u.User != nil { // it would be shown in logs and by ps
			return config, errors.New("--provisioning-url holds a user name or password: give them in the agent's file, as provisioning.username and provisioning.password")
		}
		config.Provisioning.URL = f.provisioning
	}
	if f.mac != "" {
		config.Device.MAC = f.mac
	}
	if f.board != "" {
		config.Board = f.board
	}
	if f.ca == "" {
		return config, nil
	}
	pem, err := os.ReadFile(f.ca)
	if err != nil {
		return config, fmt.Errorf("--provisioning-ca: %w", err)
	}
	config.Provisioning.CA = string(pem)
	return config, nil
}

func (f runFlags) chooseBoard(c provisioning.AgentConfig) (*board.Board, error) {
	if c.Board != "" {
		return board.Find(c.Board)
	}
	return board.Detect(os.DirFS("/"))
}

func (f runFlags) logger(t terminal, c provisioning.AgentConfig) (*slog.Logger, *app.LogRing, *slog.LevelVar) {
	level := new(slog.LevelVar)
	_ = level.UnmarshalText([]byte(c.Log.Level)) // checked when the file was read
	ring := app.NewLogRing(logLines)
	options := &slog.HandlerOptions{Level: level}
	if f.debug {
		options.Level = slog.LevelDebug
	}
	var console slog.Handler = slog.NewTextHandler(t.err, options)
	if f.json || c.Log.Format == "json" {
		console = slog.NewJSONHandler(t.err, options)
	}
	return slog.New(app.Fanout{console, slog.NewJSONHandler(ring, options)}), ring, level
}
