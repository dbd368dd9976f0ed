package chaos

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"

	"offhook/board"
	"offhook/cmd/internal/app"
	"offhook/hal/drivers"
	"offhook/hal/faceplate"
	"offhook/provisioning/native"
)

// AgentCommand is the name under which the program is a telephone whose board may be
// wounded: the folder of its wounds, then the arguments of offhook.
const AgentCommand = "chaos-agent"

// Agent is the telephone as offhook run is, on the workbench's board.
func Agent(ctx context.Context, args []string, out, errs io.Writer) error {
	if len(args) < 2 || args[1] != "run" {
		return fmt.Errorf("%s is run by chaos", AgentCommand)
	}
	fs := flag.NewFlagSet(AgentCommand, flag.ContinueOnError)
	file, state, socket, name := fs.String("config", "", ""), fs.String("state", "", ""), fs.String("socket", "", ""), fs.String("board", "workbench", "")
	if err := fs.Parse(args[2:]); err != nil {
		return err
	}
	config, err := native.LoadAgentConfig(*file)
	if err != nil {
		return err
	}
	config.State = *state
	b, err := board.Find(*name)
	if err != nil {
		return err
	}
	ring, level := app.NewLogRing(100), new(slog.LevelVar)
	log := slog.New(app.Fanout{slog.NewTextHandler(errs, nil), slog.NewJSONHandler(ring, nil)})
	panel := faceplate.New(faceplate.Config{Log: log})
	defer panel.Close()
	err = app.Run(ctx, app.Config{Version: "chaos", Board: b, Drivers: patient{args[0]}.drivers(drivers.Table(panel)), Agent: config, Socket: *socket,
		Log: log, Ring: ring, Level: level, Faceplate: panel.URL, Ready: func() { fmt.Fprintf(out, "faceplate %s\nready\n", panel.URL()) }})
	if errors.Is(err, app.ErrRestart) {
		return nil // whoever keeps it starts it
	}
	return err
}

// wrapper makes the program that stands for the agent.
func wrapper(file, program, dir string) error {
	return os.WriteFile(file, fmt.Appendf(nil, "#!/bin/sh\nexec '%s' %s '%s' \"$@\"\n", program, AgentCommand, dir), 0o700)
}
