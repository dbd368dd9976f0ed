package app

import (
	"context"
	"log/slog"
	"sync"

	"offhook/provisioning"
)

// doorway keeps open what a document wants opened to the network. E is all that makes another
// one of it; its zero value is none.
type doorway[E comparable] struct {
	log    *slog.Logger
	what   string // is not possible, when it fails
	of     func(provisioning.Document) E
	serve  func(ctx context.Context, group *sync.WaitGroup, e E) error // until the context ends, in the group
	wanted chan provisioning.Document                                  // the newest
}

func newDoorway[E comparable](log *slog.Logger, what string, of func(provisioning.Document) E, serve func(context.Context, *sync.WaitGroup, E) error) *doorway[E] {
	return &doorway[E]{log: log, what: what, of: of, serve: serve, wanted: make(chan provisioning.Document, 1)}
}

// use takes what a document says. It never waits.
func (k *doorway[E]) use(doc provisioning.Document) {
	select { // one writer: the newest wins
	case <-k.wanted:
	default:
	}
	k.wanted <- doc
}

// run serves as the newest document says. What cannot be had is told; the rest of the
// phone works without it.
func (k *doorway[E]) run(ctx context.Context) error {
	var group sync.WaitGroup
	defer group.Wait()
	var now, none E
	stop := func() {}
	defer func() { stop() }()
	for {
		select {
		case <-ctx.Done():
			return nil
		case doc := <-k.wanted:
			next := k.of(doc)
			if next == now {
				continue
			}
			stop()
			group.Wait() // its port is free then
			now, stop = next, func() {}
			if next == none {
				continue
			}
			life, cancel := context.WithCancel(ctx)
			stop = cancel
			if err := k.serve(life, &group, next); err != nil {
				k.log.Error(k.what, "error", err)
			}
		}
	}
}
