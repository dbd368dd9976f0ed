package benchua

import (
	"bytes"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestCalls_begin_stand_and_end(t *testing.T) {
	defer hurry()()
	d, err := newDuel()
	if err != nil {
		t.Fatal(err)
	}
	defer d.end()
	last := 0
	if err := d.calls(t.Context(), 40, func(n int) { last = n }); err != nil || last != 40 {
		t.Errorf("%d calls, %v", last, err)
	}
	for range 2 {
		if err := d.dial(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if err := d.hangUp(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestRegistered_again(t *testing.T) {
	c := Config{Restarts: 1, Changes: 2, Accounts: 3}.withDefaults()
	for name, measure := range map[string]func() (int, error){
		"restarts": func() (int, error) { all, err := c.restarts(t.Context()); return len(all), err },
		"changes":  func() (int, error) { all, err := c.changes(t.Context()); return len(all) - 1, err },
	} {
		if n, err := measure(); err != nil || n != 1 {
			t.Errorf("%s: %d, %v", name, n, err)
		}
	}
}

func TestSoak_leaks_are_told(t *testing.T) {
	for _, s := range []Soak{{Goroutines: 1}, {Descriptors: 1}, {HeapDelta: 2 << 20}} {
		if s.leaked() == nil {
			t.Errorf("%+v is fine", s)
		}
	}
	if err := (Soak{Goroutines: -1, HeapDelta: 1000}).leaked(); err != nil {
		t.Error(err)
	}
}

func TestPercentile(t *testing.T) {
	var all []time.Duration
	for i := range 50 {
		all = append(all, time.Duration(50-i)*time.Millisecond)
	}
	if got := [3]float64{percentile(all, 50), percentile(all, 99), percentile(nil, 50)}; got != [3]float64{25, 50, 0} {
		t.Errorf("got %v", got)
	}
}

func TestCountRows(t *testing.T) {
	text := bytes.NewBufferString(`{"Action":"run","Test":"TestTorture_each/a"}
{"Action":"pass","Test":"TestTorture_each/a"}
{"Action":"fail","Test":"TestTorture_each/b"}
{"Action":"fail","Test":"TestTorture_each"}
{"Action":"pass","Test":"TestTorture_each/every_file_is_in_the_table"}
not JSON
`)
	if right, total := countRows(text); right != 1 || total != 2 {
		t.Errorf("%d of %d", right, total)
	}
}

func TestMemory_is_told(t *testing.T) {
	c := Config{Accounts: 5}.withDefaults()
	if each, err := c.accounts(t.Context()); err != nil || each <= 0 {
		t.Errorf("an account costs %d octets, %v", each, err)
	}
	if each, err := c.heapPerCall(t.Context()); err != nil || each <= 0 {
		t.Errorf("a call costs %d octets, %v", each, err)
	}
}
