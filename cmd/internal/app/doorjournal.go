package app

import (
	"context"
	"log/slog"

	"offhook/cmd/internal/doorlog"
)

// doorJournal writes the door's log in its own goroutine: flash that is slow
// delays no door.
type doorJournal struct {
	dir     string
	log     *slog.Logger
	records chan doorlog.Record
	file    *doorlog.Log // run's; nil until there is something to write
}

// journalSize is how many entries may wait for the disk: wrong codes are told of
// less often than it writes.
const journalSize = 64

func newDoorJournal(dir string, log *slog.Logger) *doorJournal {
	return &doorJournal{dir: dir, log: log, records: make(chan doorlog.Record, journalSize)}
}

// add never blocks. Only the phone's goroutine calls it.
func (j *doorJournal) add(r doorlog.Record) {
	select {
	case j.records <- r:
	default:
		j.log.Error("the disk is too slow for the door's log: an entry is lost", "event", r.Event, "text", r.Text)
	}
}

func (j *doorJournal) run(ctx context.Context) error {
	defer j.close()
	for {
		select {
		case r := <-j.records:
			j.write(r)
		case <-ctx.Done():
			for {
				select {
				case r := <-j.records:
					j.write(r)
				default:
					return nil
				}
			}
		}
	}
}

func (j *doorJournal) write(r doorlog.Record) {
	if j.file == nil {
		file, err := doorlog.Open(j.dir)
		if err != nil {
			j.log.Error("the door's log cannot be kept", "error", err)
			return
		}
		j.file = file
	}
	r, err := j.file.Append(r)
	if err != nil {
		j.log.Error("the door's log cannot be kept", "error", err)
		return
	}
	j.log.Info("door log", "entry", r.Number, "event", r.Event, "hash", r.Hash)
}

func (j *doorJournal) close() {
	if j.file != nil {
		_ = j.file.Close() // every entry is on the disk
	}
}
