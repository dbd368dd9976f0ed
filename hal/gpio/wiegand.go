package gpio

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"
	"time"

	"offhook/hal"
	"offhook/hal/wiegand"
)

type wiegandConfig struct {
	Chip      string        `param:"chip"`
	D0        string        `param:"d0,required" takes:"line"`
	D1        string        `param:"d1,required" takes:"line"`
	Bits      []int         `param:"bits"` // lengths of frames that are taken
	ActiveLow bool          `param:"active-low"`
	Timeout   time.Duration `param:"bit-timeout-ms"`
}

func wiegandDefaults() wiegandConfig {
	return wiegandConfig{Bits: wiegand.Lengths(), ActiveLow: true, Timeout: 25 * time.Millisecond}
}

func wiegandParams(p hal.Params) (wiegandConfig, error) {
	c := wiegandDefaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	seen := map[string]string{}
	faults := []error{checkChip(c.Chip), checkLine("d0", c.Chip, c.D0), checkOnce("d0", c.D0, seen), checkLine("d1", c.Chip, c.D1), checkOnce("d1", c.D1, seen)}
	if len(c.Bits) == 0 {
		faults = append(faults, hal.Faultf("bits", "names no length of a frame: there are %v", wiegand.Lengths()))
	}
	for i, n := range c.Bits {
		if !slices.Contains(wiegand.Lengths(), n) {
			faults = append(faults, hal.Faultf(fmt.Sprintf("bits[%d]", i), "frames of %d bits are not known: there are %v", n, wiegand.Lengths()))
		}
	}
	// Readers leave up to 20 ms between two bits.
	if c.Timeout < 2*time.Millisecond || c.Timeout > 200*time.Millisecond {
		faults = append(faults, hal.Faultf("bit-timeout-ms", "%s is not between 2ms and 200ms", c.Timeout))
	}
	return c, errors.Join(faults...)
}

// wiegandDriver is the driver of a Wiegand reader on two lines of one of the
// kernel's controllers: pulses are too short to be polled, or to cross a bus.
func wiegandDriver(open pulseOpener) hal.Driver[hal.Reader] {
	return hal.Driver[hal.Reader]{
		Defaults: wiegandDefaults(),
		Check:    func(p hal.Params) error { _, err := wiegandParams(p); return err },
		Open: func(_ context.Context, p hal.Params, log *slog.Logger) (hal.Reader, error) {
			c, err := wiegandParams(p)
			if err != nil {
				return nil, err
			}
			r := &Wiegand{log: log, timeout: c.Timeout, decoder: wiegand.NewDecoder(c.Bits, c.Timeout),
				edges: make(chan wiegand.Edge, queued), read: make(chan hal.Credential, 1), done: make(chan struct{})}
			if r.lines, err = open(c.Chip, []string{c.D0, c.D1}, c.ActiveLow, r.edge); err != nil {
				return nil, err
			}
			r.running.Go(r.run)
			return r, nil
		},
	}
}

// Wiegand is a reader of cards on two lines.
type Wiegand struct {
	log     *slog.Logger
	timeout time.Duration
	lines   io.Closer
	edges   chan wiegand.Edge
	read    chan hal.Credential // the last that nobody has read
	done    chan struct{}
	once    sync.Once
	err     error // of giving the lines back
	running sync.WaitGroup

	decoder *wiegand.Decoder // run's own

	mu    sync.Mutex
	drops wiegand.Drops
}

var _ hal.Reader = (*Wiegand)(nil)

func (r *Wiegand) edge(p pulse) {
	select {
	case r.edges <- wiegand.Edge{One: p.line == 1, At: p.at, Seq: p.seq}:
	case <-r.done:
	}
}

// run owns the decoder.
func (r *Wiegand) run() {
	// Edges are told a while after they were: a frame ends for us when nothing
	// came for longer than may be between its bits.
	quiet := 2 * r.timeout
	timer := time.NewTimer(quiet)
	timer.Stop()
	defer timer.Stop()
	var due time.Time
	for {
		select {
		case <-r.done:
			return
		case e := <-r.edges:
			r.take(r.decoder.Step(e))
		case now := <-timer.C:
			// Who wakes late was held up, and edges may wait to be told.
			if len(r.edges) == 0 && now.Sub(due) < r.timeout {
				r.take(r.decoder.End())
				continue
			}
		}
		due = time.Now().Add(quiet)
		timer.Reset(quiet)
	}
}

func (r *Wiegand) take(f wiegand.Frame, ok bool) {
	if drops := r.decoder.Drops(); drops != r.Drops() {
		r.mu.Lock()
		r.drops = drops
		r.mu.Unlock()
		r.log.Debug("what the reader sent is no credential", "noise", drops.Noise, "length", drops.Length, "parity", drops.Parity, "lost", drops.Lost)
	}
	if !ok {
		return
	}
	select {
	case <-r.read: // nobody wanted it
	default:
	}
	r.read <- hal.Credential{Bits: f.Bits, Code: f.Code, Time: time.Now()}
}

// Drops counts what was not taken for a credential.
func (r *Wiegand) Drops() wiegand.Drops {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.drops
}

// ReadCredential implements hal.Reader.
func (r *Wiegand) ReadCredential() (hal.Credential, error) {
	select {
	case <-r.done:
		return hal.Credential{}, hal.ErrClosed
	default:
	}
	select {
	case c := <-r.read:
		return c, nil
	case <-r.done:
		return hal.Credential{}, hal.ErrClosed
	}
}

// Close ends reading and gives the lines back.
func (r *Wiegand) Close() error {
	r.once.Do(func() {
		close(r.done) // wakes edge, for which giving the lines back waits
		r.err = r.lines.Close()
		r.running.Wait()
	})
	return r.err
}
