package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"time"

	"offhook/board"
	"offhook/hal"
)

// notify tells the service manager, if one asked for it (sd_notify(3)).
func notify(state string) error {
	path := os.Getenv("NOTIFY_SOCKET")
	if path == "" {
		return nil
	}
	c, err := net.DialTimeout("unixgram", path, time.Second) // an @ in front is Go's abstract name, too
	if err != nil {
		return err
	}
	_, err = io.WriteString(c, state)
	return errors.Join(err, c.Close())
}

// managed is the name of the service manager's watchdog, where a board has none.
const managed = "service-manager"

// supervised lets the service manager, if it wants to be kicked, be kicked along
// with the board's watchdog: one that hangs is started anew before the board is.
func supervised(b *board.Board, drivers *hal.Drivers) {
	within, err := time.ParseDuration(os.Getenv("WATCHDOG_USEC") + "us")
	if err != nil || within <= 0 {
		return
	}
	m := &manager{within: within}
	for i := range b.Parts {
		if part := &b.Parts[i]; part.Kind == board.Watchdog {
			m.open = drivers.Watchdogs[part.Compatible].Open
			part.Compatible = managed
		}
	}
	if m.open == nil {
		b.Parts = append(b.Parts, board.Part{Kind: board.Watchdog, Path: managed, Spec: hal.Spec{Compatible: managed}})
	}
	drivers.Watchdogs[managed] = hal.Driver[hal.Watchdog]{Open: func(ctx context.Context, p hal.Params, log *slog.Logger) (hal.Watchdog, error) {
		if m.open == nil {
			return m, nil
		}
		var err error
		if m.board, err = m.open(ctx, p, log); err != nil {
			m.board = nil
			log.Error("the service manager alone watches: " + err.Error())
		}
		return m, nil
	}}
}

// manager is the service manager, which starts the program again when it hangs,
// and the board's watchdog, if there is one that works.
type manager struct {
	within time.Duration
	open   func(context.Context, hal.Params, *slog.Logger) (hal.Watchdog, error)
	board  hal.Watchdog
}

func (m *manager) Kick() error {
	err := notify("WATCHDOG=1")
	if m.board != nil {
		err = errors.Join(err, m.board.Kick())
	}
	return err
}

func (m *manager) Timeout() time.Duration {
	if m.board != nil {
		return min(m.within, m.board.Timeout())
	}
	return m.within
}

func (m *manager) Close() error {
	if m.board != nil {
		return m.board.Close()
	}
	return nil
}
