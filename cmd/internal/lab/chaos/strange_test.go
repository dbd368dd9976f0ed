package chaos

import (
	"go/parser"
	"go/token"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

func TestShifted(t *testing.T) {
	file, err := timeSource(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	got, err := shifted(string(source))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Count(got, nowGets) != 1 || strings.Count(got, "ChaosShift.Load()") != 1 {
		t.Error("the time of day is not what is shifted, once")
	}
	for name, text := range map[string]string{"time.go": got, "follow.go": follower} {
		if _, err := parser.ParseFile(token.NewFileSet(), name, text, 0); err != nil {
			t.Error(err)
		}
	}
	if _, err := shifted("package time\n"); err == nil {
		t.Error("a package that has another Now is no error")
	}
}

func TestClockSeen(t *testing.T) {
	dir := t.TempDir()
	w := &world{dir: dir}
	if err := w.clockIs(tenYears); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(w.clockFile()); err != nil || string(text) != "315619200" {
		t.Errorf("%q, %v", text, err)
	}
	for name, c := range map[string]struct {
		told  string
		wrong time.Duration
		good  bool
	}{
		"the machine's time -> it":                      {"now", 0, true},
		"ten years ahead -> that":                       {"ahead", tenYears, true},
		"the machine's, and it should be ahead -> told": {"now", tenYears, false},
		"ahead, and it should be right -> told":         {"ahead", 0, false},
		"nothing -> told":                               {"nothing", 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			at := map[string]time.Time{"now": time.Now(), "ahead": time.Now().Add(tenYears)}[c.told]
			text := []byte(c.told)
			if !at.IsZero() {
				text = []byte(strconv.FormatInt(at.Unix(), 10))
			}
			if err := os.WriteFile(w.clockFile()+".seen", text, 0o600); err != nil {
				t.Fatal(err)
			}
			if err := w.clockSeen(c.wrong); (err == nil) != c.good {
				t.Error(err)
			}
		})
	}
}
