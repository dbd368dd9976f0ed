package benchfleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"time"

	"offhook/board"
	"offhook/cmd/internal/app"
	"offhook/cmd/internal/farm"
	"offhook/hal/soundfile"
	"offhook/provisioning"
)

// Command is the name under which the program is the telephones, followed by an
// Order in JSON.
const Command = "fleet-phones"

// Order is what the telephones are told.
type Order struct {
	Count  int
	Dir    string
	URL    string // of documents, with {mac}
	CA     string // PEM
	Spread time.Duration
}

// none has nobody's hands and ears: its sound is silence.
const none = "offhook-board: 1\nname: fleet\nmodel: Fleet\naudio: {compatible: file, sample-rate: 16000, period-ms: 10}\n"

// Phones runs telephones until the context ends: it is what Command runs.
func Phones(ctx context.Context, args []string) error {
	var o Order
	if len(args) != 1 {
		return fmt.Errorf("%s is run by bench-fleet", Command)
	}
	if err := json.Unmarshal([]byte(args[0]), &o); err != nil {
		return err
	}
	b, err := board.Load("fleet.yaml", []byte(none))
	if err != nil {
		return err
	}
	var group sync.WaitGroup
	errs := make([]error, o.Count)
	for n := range o.Count {
		select {
		case <-time.After(o.Spread / time.Duration(o.Count)):
		case <-ctx.Done():
		}
		group.Go(func() { errs[n] = o.phone(ctx, b, n) })
	}
	group.Wait()
	return errors.Join(errs...)
}

func (o Order) phone(ctx context.Context, b *board.Board, n int) error {
	dir := filepath.Join(o.Dir, strconv.Itoa(n))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	agent := provisioning.DefaultAgentConfig()
	agent.State, agent.Device.MAC = dir, farm.MAC(n)
	agent.Provisioning.URL, agent.Provisioning.CA, agent.Provisioning.Order = o.URL, o.CA, []string{"pinned:stop"}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})).With("phone", n)
	return app.Run(ctx, app.Config{Version: "fleet", Board: b, Drivers: soundfile.Drivers(), Agent: agent, Socket: filepath.Join(dir, "s"), Log: log})
}
