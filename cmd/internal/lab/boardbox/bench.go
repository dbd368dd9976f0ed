package boardbox

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// Command is the name under which the program runs the part in a network of its
// own; it is followed by an Order in JSON.
const Command = "board-test-inside"

// Box is a board that is tried, beside the others.
type Box struct {
	Arch      string   // as Debian says
	Stories   []string // names of boots; all when empty
	PowerCuts int
	Updates   bool // instead of stories: other versions of the program, with power cuts
}

// Config says what is tried.
type Config struct {
	Boxes    []Box
	Progress io.Writer
	Program  string // this program, which knows Command
	Dist     string // folder of the release binaries
	Pictures string // folder for the first architecture's pictures of the screen; "" for none
	Keep     string // folder for consoles; "" for none
	Goldens  string // folder that gets new goldens, of the first architecture; "" to compare with those that are
}

// Order is what one process is told to try.
type Order struct {
	Box
	Name      string // of the box
	Kernel    kernelTree
	Agent     string
	Guest     string
	Dir       string
	Pictures  string
	Goldens   string
	Guidebook string // docs/board.md
}

// Figures are what came of it.
type Figures struct {
	Arches            []string       `json:"arches"`
	Boots             int            `json:"boots"`
	Checks            int            `json:"checks"`
	Failed            int            `json:"failed"`
	BootToRegistered  map[string]int `json:"boot_to_registered_ms"` // median, by architecture
	KernelToAgent     map[string]int `json:"kernel_to_agent_ms"`
	AgentToRegistered map[string]int `json:"agent_to_registered_ms"`
	MemoryKB          map[string]int `json:"rss_kb"`
	BinaryBytes       map[string]int `json:"binary_bytes"`
	PowerCuts         int            `json:"power_cuts"`
	PowerCutsSurvived int            `json:"power_cuts_survived"`
	RelayHoldErrorMS  float64        `json:"relay_hold_error_ms_max"`       // by the copper
	RelayHoldErrorIn  float64        `json:"relay_hold_error_guest_ms_max"` // by the box's kernel
	RelayPulses       int            `json:"relay_pulses"`                  // that were measured
	RelayGlitches     int            `json:"relay_glitches"`
	LateMS            float64        `json:"guest_late_ms_max"` // of another program in the box, while they lasted
	Updates           Updates        `json:"updates,omitzero"`
	SecondsByBox      map[string]int `json:"seconds_by_box"`
	Seconds           int            `json:"seconds"`
	Failures          []string       `json:"failures,omitempty"`
}

// add joins what another architecture gave.
func (f *Figures) add(o Figures) {
	f.Arches = append(f.Arches, o.Arches...)
	slices.Sort(f.Arches)
	f.Arches = slices.Compact(f.Arches)
	f.Boots += o.Boots
	f.Checks += o.Checks
	f.Failed += o.Failed
	f.PowerCuts += o.PowerCuts
	f.PowerCutsSurvived += o.PowerCutsSurvived
	f.RelayHoldErrorMS = max(f.RelayHoldErrorMS, o.RelayHoldErrorMS)
	f.RelayHoldErrorIn = max(f.RelayHoldErrorIn, o.RelayHoldErrorIn)
	f.RelayPulses += o.RelayPulses
	f.RelayGlitches += o.RelayGlitches
	f.Updates.add(o.Updates)
	f.LateMS = max(f.LateMS, o.LateMS)
	f.Failures = append(f.Failures, o.Failures...)
	for _, m := range []struct{ to, from map[string]int }{
		{f.BootToRegistered, o.BootToRegistered}, {f.KernelToAgent, o.KernelToAgent}, {f.AgentToRegistered, o.AgentToRegistered},
		{f.MemoryKB, o.MemoryKB}, {f.BinaryBytes, o.BinaryBytes}, {f.SecondsByBox, o.SecondsByBox},
	} {
		for name, value := range m.from {
			m.to[name] = value
		}
	}
}

func newFigures() Figures {
	return Figures{BootToRegistered: map[string]int{}, KernelToAgent: map[string]int{}, AgentToRegistered: map[string]int{},
		MemoryKB: map[string]int{}, BinaryBytes: map[string]int{}, SecondsByBox: map[string]int{}}
}

// held keeps how far a relay's pulse was from what was told: as the copper saw it, and
// as the box's kernel did.
func (f *Figures) held(seen, inside, late time.Duration) {
	f.RelayPulses++
	f.RelayHoldErrorMS = max(f.RelayHoldErrorMS, milliseconds(seen.Abs()))
	f.RelayHoldErrorIn = max(f.RelayHoldErrorIn, milliseconds(inside.Abs()))
	f.LateMS = max(f.LateMS, milliseconds(late))
}

// ErrFailed is a run in which checks failed; the figures tell which.
var ErrFailed = errors.New("the box failed checks")

// Run prepares the boxes and tries them side by side.
func Run(ctx context.Context, c Config) (Figures, error) {
	began, figures := time.Now(), newFigures()
	dir, err := os.MkdirTemp("", "offhook-box-")
	if err != nil {
		return figures, err
	}
	defer os.RemoveAll(dir)
	r := &runner{config: c, dir: dir}
	orders, err := r.prepare(ctx)
	if err != nil {
		return figures, err
	}
	r.tell("prepared in %.0f s", time.Since(began).Seconds())
	var all sync.WaitGroup
	var mu sync.Mutex // guards what follows
	var failure error
	for _, o := range orders {
		all.Go(func() {
			f, err := r.inside(ctx, o)
			mu.Lock()
			defer mu.Unlock()
			figures.add(f)
			failure = errors.Join(failure, err)
		})
	}
	all.Wait()
	figures.Seconds = int(time.Since(began).Seconds())
	if failure == nil && figures.Failed > 0 {
		failure = fmt.Errorf("%w: %d of %d", ErrFailed, figures.Failed, figures.Checks)
	}
	return figures, failure
}

type runner struct {
	config Config
	dir    string
	mu     sync.Mutex // one line at a time
}

func (r *runner) tell(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	fmt.Fprintf(r.config.Progress, format+"\n", args...)
}

// prepare has kernels and programs ready, both at a time: one mostly waits for a
// server, the other computes.
func (r *runner) prepare(ctx context.Context) ([]Order, error) {
	cache, err := os.UserCacheDir()
	if err != nil {
		return nil, err
	}
	source, err := output(exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}"))
	if err != nil {
		return nil, err
	}
	guidebook, err := os.ReadFile(filepath.Join(strings.TrimSpace(source), "docs", "board.md"))
	if err != nil {
		return nil, err
	}
	var orders []Order
	for i := range r.config.Boxes {
		o, err := r.order(i)
		if err != nil {
			return nil, err
		}
		o.Guidebook = string(guidebook)
		orders = append(orders, o)
	}
	built := make(chan error, 1)
	go func() { built <- buildGuests(ctx, slices.Clone(orders)) }()
	err = store{dir: filepath.Join(cache, "offhook-board"), tell: r.tell}.kernels(ctx, orders)
	return orders, errors.Join(err, <-built)
}

// order is for one box, named by its architecture where it is the only one. Pictures
// are of the first architecture: those of another are the same.
func (r *runner) order(i int) (Order, error) {
	box, name := r.config.Boxes[i], r.config.Boxes[i].Arch
	a, err := archNamed(box.Arch)
	if err != nil {
		return Order{}, err
	}
	if slices.ContainsFunc(r.config.Boxes[:i], func(b Box) bool { return b.Arch == box.Arch }) {
		name = fmt.Sprintf("%s-%d", name, i+1)
	}
	o := Order{Box: box, Name: name, Agent: filepath.Join(r.config.Dist, a.release), Dir: filepath.Join(r.dir, name)}
	if box.Arch == r.config.Boxes[0].Arch {
		o.Pictures, o.Goldens = r.config.Pictures, r.config.Goldens
	}
	if r.config.Keep != "" {
		o.Dir = filepath.Join(r.config.Keep, name)
	}
	o.Guest = filepath.Join(o.Dir, "guest")
	if _, err := os.Stat(o.Agent); err != nil {
		return o, fmt.Errorf("%w: make cross builds it", err)
	}
	return o, os.MkdirAll(o.Dir, 0o755)
}

// buildGuests builds the first process of every order.
func buildGuests(ctx context.Context, orders []Order) error {
	for _, o := range orders {
		a, err := archNamed(o.Arch)
		if err != nil {
			return err
		}
		if err := buildGuest(ctx, a, o.Guest); err != nil {
			return err
		}
	}
	return nil
}

// kernels prepares the kernel of every order, one after the other: they share the
// sources.
func (s store) kernels(ctx context.Context, orders []Order) error {
	for i, o := range orders {
		a, err := archNamed(o.Arch)
		if err != nil {
			return err
		}
		if orders[i].Kernel, err = s.kernel(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// inside runs an order in a process with a network of its own, which is gone with
// it.
func (r *runner) inside(ctx context.Context, o Order) (Figures, error) {
	began := time.Now()
	figures := newFigures()
	text, err := json.Marshal(o)
	if err != nil {
		return figures, err
	}
	cmd := exec.CommandContext(ctx, r.config.Program, Command, string(text))
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	cmd.Stderr = &lines{tell: func(line string) { r.tell("%s %6.1f s  %s", o.Name, time.Since(began).Seconds(), line) }}
	out, err := cmd.Output()
	if err != nil {
		return figures, fmt.Errorf("%s: %w (networks of one's own need root)", o.Name, err)
	}
	if err := json.Unmarshal(out, &figures); err != nil {
		return figures, fmt.Errorf("%s: %w", o.Name, err)
	}
	figures.SecondsByBox = map[string]int{o.Name: int(time.Since(began).Seconds())}
	return figures, nil
}

// lines hands on whole lines.
type lines struct {
	tell func(string)
	rest bytes.Buffer
}

func (l *lines) Write(p []byte) (int, error) {
	l.rest.Write(p)
	for {
		before, after, ok := strings.Cut(l.rest.String(), "\n")
		if !ok {
			return len(p), nil
		}
		l.tell(before)
		l.rest.Reset()
		l.rest.WriteString(after)
	}
}
