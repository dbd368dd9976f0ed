package haltest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"offhook/hal"
)

// TextDisplay tests a hal.TextDisplay; lines tells what a person would read on it.
func TextDisplay(t testing.TB, open func(testing.TB) (d hal.TextDisplay, lines func() []string)) {
	t.Helper()
	d, lines := open(t)
	cols, rows := d.Size()
	if cols < 8 || rows < 1 {
		t.Fatalf("a display of %d×%d characters", cols, rows)
	}
	for r := ' '; r <= '~'; r++ {
		if !d.Shows(r) {
			t.Errorf("%q is not shown", r)
		}
	}
	blank := strings.Repeat(" ", cols)
	full := func(first rune) (all []string) {
		for row := range rows {
			line := ""
			for col := range cols {
				line += string(rune('0' + (int(first)+7*row+col)%43)) // to Z
			}
			all = append(all, line)
		}
		return all
	}
	write := func(what string, give, want []string) {
		t.Helper()
		if err := d.Write(give); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		if got := lines(); !slices.Equal(got, want) {
			t.Errorf("%s: it shows %q, want %q", what, got, want)
		}
	}
	all := slices.Repeat([]string{blank}, rows)
	write("nothing", nil, all)
	write("every cell", full(0), full(0))
	write("every cell again", full(0), full(0))
	write("every cell anew", full(1), full(1))
	all[0] = "Hello" + blank[5:]
	write("one short line", []string{"Hello"}, all)
	last := slices.Clone(all)
	last[rows-1] = blank[1:] + "x"
	if rows == 1 {
		last[0] = blank[1:] + "x"
	}
	write("the last cell", last, last)
	write("more than there is room for", append(full(2), "no"), full(2))
	long := full(3)
	for i := range long {
		long[i] += "too long"
	}
	write("longer lines than there is room for", long, full(3))
	all[0] = "a?b" + blank[3:]
	write("what no display has", []string{"a\u0007b"}, all)
	light(t, d)
	closing(t, "text display", d)
	wantClosed(t, "Write", d.Write(nil))
	wantClosed(t, "Backlight", d.Backlight(50))
}

func light(t testing.TB, d hal.TextDisplay) {
	t.Helper()
	for _, percent := range []int{0, 1, 50, 100} {
		if err := d.Backlight(percent); err != nil {
			t.Errorf("Backlight(%d): %v", percent, err)
		}
	}
	for _, percent := range []int{-1, 101} {
		if d.Backlight(percent) == nil {
			t.Errorf("Backlight(%d) is accepted", percent)
		}
	}
}

// FakeTextDisplay is a display of characters that the test reads. It has the
// letters of ISO 8859-1.
type FakeTextDisplay struct {
	*device
	cols, rows int
	mu         sync.Mutex
	lines      []string
	light      int
}

var _ hal.TextDisplay = (*FakeTextDisplay)(nil)

// NewTextDisplay makes a blank FakeTextDisplay; the test fails when it is left open.
func NewTextDisplay(t testing.TB, cols, rows int) *FakeTextDisplay {
	d := &FakeTextDisplay{device: newDevice(t, "text display"), cols: cols, rows: rows, light: 100}
	d.take(nil)
	return d
}

// Size implements hal.TextDisplay.
func (d *FakeTextDisplay) Size() (cols, rows int) { return d.cols, d.rows }

// Shows implements hal.TextDisplay.
func (d *FakeTextDisplay) Shows(r rune) bool { return r >= ' ' && r <= '~' || r >= 0xa0 && r <= 0xff }

// Write implements hal.TextDisplay.
func (d *FakeTextDisplay) Write(lines []string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.ended(); err != nil {
		return err
	}
	d.take(lines)
	return nil
}

func (d *FakeTextDisplay) take(lines []string) {
	d.lines = nil
	for row := range d.rows {
		line := []rune(strings.Repeat(" ", d.cols))
		if row < len(lines) {
			for i, r := range []rune(lines[row])[:min(d.cols, len([]rune(lines[row])))] {
				if !d.Shows(r) {
					r = '?'
				}
				line[i] = r
			}
		}
		d.lines = append(d.lines, string(line))
	}
}

// Lines is what it shows.
func (d *FakeTextDisplay) Lines() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lines
}

// Backlight implements hal.TextDisplay.
func (d *FakeTextDisplay) Backlight(percent int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if err := d.ended(); err != nil {
		return err
	}
	if percent < 0 || percent > 100 {
		return fmt.Errorf("haltest: a light of %d percent", percent)
	}
	d.light = percent
	return nil
}

// Light is the last Backlight.
func (d *FakeTextDisplay) Light() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.light
}
