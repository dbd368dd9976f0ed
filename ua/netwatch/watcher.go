package netwatch

import (
	"context"
	"errors"
	"log/slog"
	"os"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// Config is what a Watcher is made with.
type Config struct {
	Log *slog.Logger
	// Notify is called by Run's goroutine, one Event at a time.
	Notify func(Event)
	// Quiet is how long a burst of changes must have been over; 0 means 50 ms.
	Quiet time.Duration
	// Most is how long a burst may go on before it is told; 0 means 500 ms.
	Most time.Duration
}

// Watcher reads what the kernel tells. Run serves it.
type Watcher struct {
	config Config
	socket *os.File
	clock  *os.File // nil where the kernel has none

	// Run's own
	picture picture
	dumping int  // of dumps; len(dumps) when the picture is whole
	asked   bool // a dump is under way
	anew    bool // and has to be followed by all of them
	settle  settle
	first   bool // the first whole picture is where we start, not an Event
	slept   time.Duration
}

// New opens a Watcher in the calling thread's network namespace.
func New(config Config) (*Watcher, error) {
	if config.Log == nil || config.Notify == nil {
		return nil, errors.New("netwatch: Config needs Log and Notify")
	}
	if config.Quiet <= 0 {
		config.Quiet = 50 * time.Millisecond
	}
	if config.Most <= 0 {
		config.Most = 500 * time.Millisecond
	}
	socket, err := openSocket()
	if err != nil {
		return nil, err
	}
	clock, err := openClock()
	if err != nil {
		config.Log.Info("the kernel does not tell when the clock is set", "error", err)
	}
	return &Watcher{
		config: config, socket: socket, clock: clock, first: true, slept: asleep(),
		settle: settle{quiet: config.Quiet, most: config.Most},
	}, nil
}

// Close ends Run, or frees a Watcher that never ran.
func (w *Watcher) Close() error {
	err := w.socket.Close()
	if w.clock != nil {
		err = errors.Join(err, w.clock.Close())
	}
	if errors.Is(err, os.ErrClosed) {
		return nil
	}
	return err
}

// Run tells of changes until the context ends.
func (w *Watcher) Run(ctx context.Context) error {
	read := make(chan reading)
	clock := make(chan struct{})
	ctx, cancel := context.WithCancel(ctx)
	var group sync.WaitGroup
	defer group.Wait()
	defer w.Close()
	defer cancel()
	group.Go(func() { w.readSocket(ctx, read) })
	if w.clock != nil {
		group.Go(func() { w.readClock(ctx, clock) })
	}
	w.begin()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case one := <-read:
			if one.err != nil && !w.again(one.err) {
				return one.err
			}
			w.take(one.changes)
		case <-clock:
			w.clockSet()
		case <-timer.C:
			w.look()
		}
		w.arm(timer)
	}
}

// arm sets the timer to when there is something to look at.
func (w *Watcher) arm(timer *time.Timer) {
	due := w.settle.due()
	if due.IsZero() || w.dumping < len(dumps) {
		timer.Stop()
		return
	}
	timer.Reset(time.Until(due))
}

// begin takes the picture anew. The kernel would refuse a second dump while one
// is under way.
func (w *Watcher) begin() {
	if w.asked {
		w.anew = true
		return
	}
	w.picture, w.dumping = newPicture(), 0
	w.dump()
}

func (w *Watcher) dump() {
	w.asked = w.dumping < len(dumps)
	if !w.asked {
		return
	}
	if _, err := w.socket.Write(dumpRequest(dumps[w.dumping])); err != nil {
		w.config.Log.Warn("the kernel cannot be asked for addresses and routes: changes may go unnoticed", "error", err)
	}
}

// again reports whether reading can go on after a fault, and starts anew then.
func (w *Watcher) again(err error) bool {
	if !errors.Is(err, errOverrun) && !errors.Is(err, unix.ENOBUFS) && !errors.Is(err, errShort) {
		return false
	}
	w.config.Log.Debug("messages about the network were lost; all is asked anew", "cause", err)
	w.begin()
	return true
}

// take folds changes into the picture.
func (w *Watcher) take(changes []change) {
	for _, c := range changes {
		if c.kind == kindDone {
			w.dumped()
			continue
		}
		w.picture.apply(c)
		w.settle.changed(time.Now())
	}
}

// dumped goes on after the end of a dump.
func (w *Watcher) dumped() {
	w.asked = false
	if w.anew {
		w.anew = false
		w.begin()
		return
	}
	w.dumping++
	w.dump()
	if w.dumping == len(dumps) && w.first {
		w.first = false
		w.settle.told = w.picture.see()
	}
	w.settle.changed(time.Now())
}

func (w *Watcher) look() {
	if event, ok := w.settle.look(w.picture.see()); ok {
		w.config.Notify(event)
	}
}

// clockSet tells why the timer was cancelled.
func (w *Watcher) clockSet() {
	now := asleep()
	event := Event{Clock: true, Slept: slept(w.slept, now)}
	w.slept = now
	w.config.Notify(event)
}

// reading is what a reader has read.
type reading struct {
	changes []change
	err     error
}

// readSocket is the reader goroutine. The channel is not buffered: while the
// owner is busy the kernel's buffer is what waits.
func (w *Watcher) readSocket(ctx context.Context, out chan<- reading) {
	buffer := make([]byte, 65536)
	for {
		n, err := w.socket.Read(buffer)
		one := reading{err: err}
		if err == nil {
			one.changes, one.err = parse(buffer[:n])
		}
		select {
		case out <- one:
		case <-ctx.Done():
			return
		}
		if err != nil && !errors.Is(err, unix.ENOBUFS) {
			return
		}
	}
}

// readClock is the goroutine that waits for the clock to be set.
func (w *Watcher) readClock(ctx context.Context, out chan<- struct{}) {
	var expired [8]byte
	for {
		_, err := w.clock.Read(expired[:])
		if err == nil {
			continue // the year 2038
		}
		if !errors.Is(err, unix.ECANCELED) || armClock(w.clock) != nil {
			return
		}
		select {
		case out <- struct{}{}:
		case <-ctx.Done():
			return
		}
	}
}
