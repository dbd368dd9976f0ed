package keys

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"offhook/hal"
)

// play steps a decoder of one key "5" through a picture of its contact, one
// millisecond a character ('#' closed), and returns the events as text.
func play(c Config, picture string) string {
	d := NewDecoder(c, []hal.Key{"5"})
	start := time.Unix(0, 0)
	var out []string
	for i, r := range picture {
		for _, e := range d.Step(start.Add(time.Duration(i)*time.Millisecond), []bool{r == '#'}) {
			out = append(out, fmt.Sprintf("%s@%d", [...]string{"press", "long", "release"}[e.Action], e.Time.Sub(start).Milliseconds()))
		}
	}
	return strings.Join(out, " ")
}

func TestStep(t *testing.T) {
	c := Config{Debounce: 5 * time.Millisecond, LongPress: 20 * time.Millisecond}
	cases := []struct{ name, picture, want string }{
		{"clean press -> press, release", "..########......", "press@7 release@15"},
		{"bouncing press -> one press", "#.#.##.#########..........", "press@12 release@21"},
		{"spike -> nothing", "...####.............", ""},
		{"gap while held -> nothing", "###########..######.......", "press@5 release@24"},
		{"held -> press, long once, release", "#############################################......", "press@5 long@25 release@50"},
	}
	for _, k := range cases {
		t.Run(k.name, func(t *testing.T) {
			if got := play(c, k.picture); got != k.want {
				t.Errorf("%q: got %q, want %q", k.picture, got, k.want)
			}
		})
	}
}

func TestStep_presses_and_releases_alternate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		picture := rapid.StringOfN(rapid.RuneFrom([]rune(".#")), 0, 200, -1).Draw(t, "contact")
		down := false
		for _, e := range strings.Fields(play(Config{Debounce: 3 * time.Millisecond, LongPress: 15 * time.Millisecond}, picture)) {
			what, _, _ := strings.Cut(e, "@")
			if (what == "press") == down {
				t.Fatalf("%s while down=%v in %q", e, down, picture)
			}
			if what != "long" {
				down = what == "press"
			}
		}
	})
}

func TestBusy_and_ReleaseAll(t *testing.T) {
	d := NewDecoder(Config{}, []hal.Key{"1", "", "2"})
	now := time.Unix(0, 0)
	d.Step(now, []bool{true, true, false})
	if !d.Busy() {
		t.Error("a key is down and the decoder is not busy")
	}
	if e := d.ReleaseAll(now); len(e) != 1 || e[0].Key != "1" || e[0].Action != hal.KeyRelease {
		t.Errorf("released %v, want key 1", e)
	}
	if d.Busy() {
		t.Error("busy after ReleaseAll")
	}
}

func TestGhosts(t *testing.T) {
	cases := []struct {
		name, picture string // rows of three
		want          bool
	}{
		{"one key -> clear", "#.. ... ...", false},
		{"two in a row -> clear", "##. ... ...", false},
		{"two in a column -> clear", "#.. #.. ...", false},
		{"corner of three -> clear", "##. #.. ...", false},
		{"rectangle -> ghost", "##. ##. ...", true},
		{"rectangle over distance -> ghost", "#.# ... #.#", true},
		{"diagonal -> clear", "#.. .#. ..#", false},
	}
	for _, c := range cases {
		var closed []bool
		for _, r := range strings.ReplaceAll(c.picture, " ", "") {
			closed = append(closed, r == '#')
		}
		if got := Ghosts(closed, 3); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

func TestQueue_ended_gives_what_is_there_then_the_error(t *testing.T) {
	q := NewQueue()
	q.Put(hal.KeyEvent{Key: "1"})
	q.End(hal.ErrClosed)
	q.End(errors.New("second"))
	q.Put(hal.KeyEvent{Key: "2"}, hal.KeyEvent{Key: "3"})
	if e, err := q.ReadKey(); err != nil || e.Key != "1" {
		t.Errorf("first read %v, %v", e, err)
	}
	for {
		e, err := q.ReadKey()
		if err != nil {
			if !errors.Is(err, hal.ErrClosed) {
				t.Errorf("ended with %v", err)
			}
			return
		}
		if e.Key != "2" && e.Key != "3" {
			t.Fatalf("read %v", e)
		}
	}
}
