package agent

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"

	"offhook/ua"
	"offhook/ua/guard"
)

var _ ua.Agent = (*Agent)(nil)

const (
	inboxSize  = 256
	outboxSize = 1024 // events that wait before the inbox is left alone
)

// Agent is a SIP user agent. Its methods may be called by any goroutine.
type Agent struct {
	config Config
	log    *slog.Logger // ours
	sipLog *slog.Logger // sipgo's, which must not flood
	gate   *guard.Gate
	inbox  chan note
	events chan ua.Event
	life   context.Context // ends when the inbox is read no more
	end    context.CancelFunc
	names  *names
	lastID atomic.Uint64
	// lastMessage is the ID of the last text sent.
	lastMessage atomic.Uint64
	ran         atomic.Bool
	shaking     atomic.Int32   // guests whose TLS does not stand yet
	group       sync.WaitGroup // every goroutine that Run has to wait for
}

// note is work for the owner; drop, if any, is done in its place when the owner
// is gone.
type note struct {
	work func(*owner)
	drop func()
}

// New makes an Agent; Run starts it.
func New(config Config) (*Agent, error) {
	config, err := config.withDefaults()
	if err != nil {
		return nil, err
	}
	life, end := context.WithCancel(context.Background())
	return &Agent{
		config: config,
		log:    config.Log,
		sipLog: slog.New(newQuiet(config.Log.Handler(), config.Now)),
		gate:   guard.NewGate(config.Guard),
		inbox:  make(chan note, inboxSize),
		events: make(chan ua.Event, 16),
		life:   life,
		end:    end,
		names:  newNames(),
	}, nil
}

// Dropped counts the messages that were dropped before they were read.
func (a *Agent) Dropped() guard.Dropped { return a.gate.Dropped() }

// Events returns what happens, in order. It is closed when Run returns.
func (a *Agent) Events() <-chan ua.Event { return a.events }

// post hands something to the owner and waits for room: blocking goes up only.
func (a *Agent) post(work func(*owner)) { a.postOr(work, nil) }

// postOr is post, with what is to be done when the owner is gone.
func (a *Agent) postOr(work func(*owner), drop func()) {
	select {
	case a.inbox <- note{work, drop}:
	case <-a.life.Done():
		if drop != nil {
			drop()
		}
	}
}

// command hands something to the owner without waiting.
func (a *Agent) command(work func(*owner)) error {
	if a.life.Err() != nil {
		return ua.ErrClosed
	}
	select {
	case a.inbox <- note{work: work}:
		return nil
	default:
		return ua.ErrBusy
	}
}

// spawn starts a goroutine that Run waits for. A panic in it is told and does
// not end the program.
func (a *Agent) spawn(run func()) {
	a.group.Go(func() {
		defer a.recovered("a goroutine")
		run()
	})
}

// Run serves until the context ends, then ends calls and bindings within
// Config.ShutdownTimeout. It may be called once.
func (a *Agent) Run(ctx context.Context) error {
	if a.ran.Swap(true) {
		return ua.ErrClosed
	}
	o := newOwner(a)
	defer func() {
		a.end()
		o.closeFlows()
		a.group.Wait()
		a.drain()
		a.names.clear()
		close(a.events)
	}()
	if err := o.listenAt(o.config.Inbound.Listen); err != nil {
		return err
	}
	o.serve(ctx)
	return nil
}

// drain drops what nobody will do any more.
func (a *Agent) drain() {
	for {
		select {
		case left := <-a.inbox:
			if left.drop != nil {
				left.drop()
			}
		default:
			return
		}
	}
}
