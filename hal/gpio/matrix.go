package gpio

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"periph.io/x/conn/v3/gpio"

	"offhook/hal"
	"offhook/hal/expander"
	"offhook/hal/keys"
)

// scanEvery is the pace of scanning while a key is down or bounces.
const scanEvery = 5 * time.Millisecond

// matrixConfig uses the names of the kernel's gpio-matrix-keypad binding.
type matrixConfig struct {
	Chip      string        `param:"chip"`
	Rows      []string      `param:"rows,required" takes:"line"`
	Cols      []string      `param:"cols,required" takes:"line"`
	Keymap    [][]hal.Key   `param:"keymap,required"` // a list a row; "" is a place without a key
	ActiveLow bool          `param:"gpio-activelow"`
	Debounce  time.Duration `param:"debounce-delay-ms"`
	Settle    time.Duration `param:"col-scan-delay-us"`
	Long      time.Duration `param:"long-press-ms"`
	Diodes    bool          `param:"diodes"` // one a key: then nothing ghosts
}

func matrixDefaults() matrixConfig {
	return matrixConfig{ActiveLow: true, Debounce: 15 * time.Millisecond, Settle: 10 * time.Microsecond, Long: 800 * time.Millisecond}
}

func matrixParams(p hal.Params) (matrixConfig, error) {
	c := matrixDefaults()
	if err := hal.Decode(p, &c); err != nil {
		return c, err
	}
	seen := map[string]string{}
	faults := []error{checkChip(c.Chip), checkLines("rows", c.Chip, c.Rows, seen), checkLines("cols", c.Chip, c.Cols, seen)}
	if p["rows"] != nil && len(c.Rows) == 0 {
		faults = append(faults, hal.Faultf("rows", "names no line: a matrix has at least one"))
	}
	if p["cols"] != nil && len(c.Cols) == 0 {
		faults = append(faults, hal.Faultf("cols", "names no line: a matrix has at least one"))
	}
	if len(c.Keymap) != len(c.Rows) {
		faults = append(faults, hal.Faultf("keymap", "has %d rows where there are %d row lines", len(c.Keymap), len(c.Rows)))
	}
	used := map[hal.Key]string{}
	for i, row := range c.Keymap {
		at := fmt.Sprintf("keymap[%d]", i)
		if len(row) != len(c.Cols) {
			faults = append(faults, hal.Faultf(at, "has %d keys where there are %d column lines", len(row), len(c.Cols)))
		}
		for j, k := range row {
			faults = append(faults, checkKey(fmt.Sprintf("%s[%d]", at, j), k, used))
		}
	}
	return c, errors.Join(faults...)
}

func checkKey(path string, k hal.Key, used map[hal.Key]string) error {
	if k == "" {
		return nil
	}
	if !slices.Contains(hal.Keys(), k) {
		return hal.Faultf(path, "%q is not a key (keys: %v)", k, hal.Keys())
	}
	if other, twice := used[k]; twice {
		return hal.Faultf(path, "key %s is at %s already", k, other)
	}
	used[k] = path
	return nil
}

func matrixDriver(open opener) hal.Driver[hal.Keypad] {
	return hal.Driver[hal.Keypad]{
		Defaults: matrixDefaults(),
		Check:    func(p hal.Params) error { _, err := matrixParams(p); return err },
		Open: func(_ context.Context, p hal.Params, log *slog.Logger) (hal.Keypad, error) {
			c, err := matrixParams(p)
			if err != nil {
				return nil, err
			}
			return newMatrix(c, open, log)
		},
	}
}

// matrix is a keypad of rows and columns. At rest every column is driven and
// an edge on any row begins the scanning; it ends when every key is up.
type matrix struct {
	*keys.Queue
	config     matrixConfig
	rows, cols []gpio.PinIO
	decoder    *keys.Decoder
	closed     []bool // row by row
	wake       chan struct{}
	log        *slog.Logger
	once       sync.Once
	scanning   sync.WaitGroup
	watching   sync.WaitGroup
}

var _ hal.Keypad = (*matrix)(nil)

func newMatrix(c matrixConfig, open opener, log *slog.Logger) (*matrix, error) {
	rows, err := openAll(open, c.Chip, c.Rows)
	if err != nil {
		return nil, err
	}
	cols, err := openAll(open, c.Chip, c.Cols)
	if err != nil {
		halt(rows)
		return nil, err
	}
	m := &matrix{Queue: keys.NewQueue(), config: c, rows: rows, cols: cols, wake: make(chan struct{}, 1), log: log,
		decoder: keys.NewDecoder(keys.Config{Debounce: c.Debounce, LongPress: c.Long}, slices.Concat(c.Keymap...)),
		closed:  make([]bool, len(rows)*len(cols))}
	if err := m.prepare(); err != nil {
		halt(append(rows, cols...))
		return nil, err
	}
	for _, row := range rows {
		m.watching.Go(func() { watch(row, m.wake, m.Done()) })
	}
	m.scanning.Go(m.run)
	return m, nil
}

func (m *matrix) prepare() error {
	for _, row := range m.rows {
		if err := row.In(pullOf(m.config.ActiveLow), gpio.BothEdges); err != nil {
			return err
		}
	}
	return m.driveAll()
}

func (m *matrix) run() {
	ticker := time.NewTicker(scanEvery)
	defer ticker.Stop()
	ticker.Stop()
	for busy := false; ; {
		// While scanning, driving the columns makes edges of its own: only the
		// ticker counts then.
		wake := m.wake
		if busy {
			wake = nil
		}
		select {
		case <-m.Done():
			return
		case <-wake:
			ticker.Reset(scanEvery)
		case <-ticker.C:
		}
		var err error
		busy, err = m.scan(time.Now())
		switch {
		case errors.Is(err, expander.ErrAway): // it comes back
			m.Put(m.decoder.ReleaseAll(time.Now())...)
			busy = true
		case err != nil:
			m.fail(err)
			return
		}
		if !busy {
			ticker.Stop()
			busy = m.rest()
		}
		if busy {
			ticker.Reset(scanEvery)
		}
	}
}

func (m *matrix) fail(err error) {
	m.log.Error("keypad: a line cannot be read", "error", err)
	m.Put(m.decoder.ReleaseAll(time.Now())...)
	m.End(fmt.Errorf("keypad: %w", errors.Join(hal.ErrGone, err)))
}

// rest forgets the edges of scanning, and then looks whether a key went down
// meanwhile, which must not be forgotten with them.
func (m *matrix) rest() (busy bool) {
	select {
	case <-m.wake:
	default:
	}
	return slices.ContainsFunc(m.rows, func(row gpio.PinIO) bool { return row.Read() == levelOf(true, m.config.ActiveLow) })
}

// scan reads every key once and tells whether to go on scanning.
func (m *matrix) scan(now time.Time) (busy bool, err error) {
	read := make([]bool, len(m.closed))
	for c := range m.cols {
		if err := m.driveOnly(c); err != nil {
			return false, err
		}
		time.Sleep(m.config.Settle)
		for r, row := range m.rows {
			level, err := levelOn(row)
			if err != nil {
				return false, err
			}
			read[r*len(m.cols)+c] = level == levelOf(true, m.config.ActiveLow)
		}
	}
	if err := m.driveAll(); err != nil {
		return false, err
	}
	// While the reading is ambiguous no new key is believed: better to miss a
	// third finger than to dial a digit that nobody pressed. What the last scan
	// read is no witness: a contact that closed in its middle made half a ghost.
	if !m.config.Diodes && keys.Ghosts(read, len(m.cols)) {
		for i := range read {
			read[i] = read[i] && m.decoder.Pressed(i)
		}
	}
	copy(m.closed, read)
	m.Put(m.decoder.Step(now, m.closed)...)
	return m.decoder.Busy() || slices.Contains(m.closed, true), nil
}

// driveOnly drives one column. The others float, or two keys in one row would
// join a driven column to an opposing one.
func (m *matrix) driveOnly(active int) error {
	for c, col := range m.cols {
		if c == active {
			continue
		}
		if err := col.In(gpio.Float, gpio.NoEdge); err != nil {
			return err
		}
	}
	return m.cols[active].Out(levelOf(true, m.config.ActiveLow))
}

func (m *matrix) driveAll() error {
	for _, col := range m.cols {
		if err := col.Out(levelOf(true, m.config.ActiveLow)); err != nil {
			return err
		}
	}
	return nil
}

// Close ends reading and gives the lines back.
func (m *matrix) Close() error {
	m.once.Do(func() {
		m.End(hal.ErrClosed)
		m.scanning.Wait() // a line that was given back reads like a key that is down
		halt(m.rows)      // wakes watch
		m.watching.Wait()
		halt(m.cols)
	})
	return nil
}
