package gpio

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"periph.io/x/conn/v3/gpio"
	"periph.io/x/conn/v3/physic"

	"offhook/hal"
)

// copper is a board's wiring: lines, and contacts that join them. It is strict:
// a short between two drivers, or a line used after it was given back, fails
// the test.
type copper struct {
	t  *testing.T
	mu sync.Mutex
	// lines by name; joined pairs by "a-b".
	lines  map[string]*wire
	joined map[[2]string]bool
	trace  []string // levels driven on traced lines
	broken map[string]error
}

// errNoAnswer breaks a line as a GPIO expander on a bad bus does: it goes high
// though that is said to have failed, and does not go low.
var errNoAnswer = errors.New("no answer from the expander")

type wire struct {
	c      *copper
	name   string
	opened bool
	driven bool
	out    gpio.Level
	pull   gpio.Pull
	edge   gpio.Edge
	last   gpio.Level
	edges  chan struct{}
	halted chan struct{}
}

func newCopper(t *testing.T) *copper {
	return &copper{t: t, lines: map[string]*wire{}, joined: map[[2]string]bool{}, broken: map[string]error{}}
}

func (c *copper) open(_, line string) (gpio.PinIO, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err := c.broken[line]; err != nil {
		return nil, err
	}
	w := c.wire(line)
	if w.opened {
		c.t.Errorf("%s is opened twice", line)
	}
	w.opened, w.halted = true, make(chan struct{})
	return w, nil
}

func (c *copper) wire(name string) *wire {
	w, ok := c.lines[name]
	if !ok {
		w = &wire{c: c, name: name, edges: make(chan struct{}, 1), pull: gpio.PullNoChange}
		c.lines[name] = w
	}
	return w
}

// join closes or opens a contact between two lines; "GND" and "3V3" are driven.
func (c *copper) join(a, b string, closed bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wire(a)
	c.wire(b)
	if closed {
		c.joined[[2]string{a, b}] = true
	} else {
		delete(c.joined, [2]string{a, b})
	}
	c.settle()
}

func (c *copper) net(name string) map[string]bool {
	net := map[string]bool{name: true}
	for grown := true; grown; {
		grown = false
		for pair := range c.joined {
			if net[pair[0]] != net[pair[1]] {
				net[pair[0]], net[pair[1]], grown = true, true, true
			}
		}
	}
	return net
}

func (c *copper) level(name string) gpio.Level {
	var drivers []string
	level, pull := gpio.Low, gpio.Low
	for member := range c.net(name) {
		w := c.lines[member]
		switch {
		case member == "GND" || member == "3V3":
			drivers, level = append(drivers, member), member == "3V3"
		case w != nil && w.driven:
			if len(drivers) > 0 && level != w.out {
				c.t.Errorf("short: %s against %v", member, drivers)
			}
			drivers, level = append(drivers, member), w.out
		case w != nil && w.pull == gpio.PullUp:
			pull = gpio.High
		}
	}
	if len(drivers) > 0 {
		return level
	}
	return pull
}

// settle finds every line's level and signals edges.
func (c *copper) settle() {
	for name, w := range c.lines {
		l := c.level(name)
		rose, fell := l && !w.last, !l && w.last
		w.last = l
		if !w.opened || w.driven {
			continue
		}
		if w.edge == gpio.BothEdges && (rose || fell) || w.edge == gpio.RisingEdge && rose || w.edge == gpio.FallingEdge && fell {
			select {
			case w.edges <- struct{}{}:
			default:
			}
		}
	}
}

func (c *copper) driven(name string) string {
	c.mu.Lock()
	defer c.mu.Unlock()
	w := c.lines[name]
	switch {
	case w == nil || !w.opened:
		return "free"
	case !w.driven:
		return "input"
	case bool(w.out):
		return "high"
	}
	return "low"
}

func (c *copper) allFree() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for name, w := range c.lines {
		if w.opened {
			errs = append(errs, fmt.Errorf("%s was not given back", name))
		}
	}
	return errors.Join(errs...)
}

func (w *wire) use(what string) {
	if !w.opened {
		w.c.t.Errorf("%s of %s after it was given back", what, w.name)
	}
}

func (w *wire) In(pull gpio.Pull, edge gpio.Edge) error {
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	w.use("In")
	w.driven, w.pull, w.edge = false, pull, edge
	w.c.settle()
	return w.c.broken[w.name]
}

func (w *wire) Out(l gpio.Level) error {
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	w.use("Out")
	err := w.c.broken[w.name]
	if err != nil && (err != errNoAnswer || l == gpio.Low) {
		return err
	}
	if !w.driven || w.out != l {
		w.c.trace = append(w.c.trace, fmt.Sprintf("%s=%v", w.name, l))
	}
	w.driven, w.out = true, l
	w.c.settle()
	return err
}

func (w *wire) Read() gpio.Level {
	l, _ := w.Level()
	return l
}

// Level is Low with an error on a broken line, as Pin's is.
func (w *wire) Level() (gpio.Level, error) {
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	w.use("Read")
	if err := w.c.broken[w.name]; err != nil {
		return gpio.Low, err
	}
	return w.c.level(w.name), nil
}

func (w *wire) WaitForEdge(timeout time.Duration) bool {
	var late <-chan time.Time
	if timeout >= 0 {
		late = time.After(timeout)
	}
	select {
	case <-w.edges:
		return true
	case <-late:
	case <-w.halted:
	}
	return false
}

func (w *wire) Halt() error {
	w.c.mu.Lock()
	defer w.c.mu.Unlock()
	w.use("Halt")
	w.opened, w.driven = false, false
	close(w.halted)
	w.c.settle()
	return nil
}

func (w *wire) String() string                        { return w.name }
func (w *wire) Name() string                          { return w.name }
func (w *wire) Number() int                           { return 0 }
func (w *wire) Function() string                      { return "" }
func (w *wire) Pull() gpio.Pull                       { return w.pull }
func (w *wire) DefaultPull() gpio.Pull                { return gpio.PullNoChange }
func (w *wire) PWM(gpio.Duty, physic.Frequency) error { return errors.New("no PWM") }

// spell makes the events of a keypad readable: "5" pressed, "5'" released,
// "5~" long.
func spell(events []hal.KeyEvent) string {
	var out []string
	for _, e := range events {
		out = append(out, string(e.Key)+[...]string{"", "~", "'"}[e.Action])
	}
	return strings.Join(out, " ")
}
