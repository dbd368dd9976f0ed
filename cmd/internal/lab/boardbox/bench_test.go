package boardbox

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"offhook/board"
	"offhook/hal/drivers"
	"offhook/hal/faceplate"
	"offhook/provisioning/native"
)

func TestLines(t *testing.T) {
	var got []string
	l := &lines{tell: func(s string) { got = append(got, s) }}
	for _, p := range []string{"a", "b\nc\n", "", "d"} {
		_, _ = l.Write([]byte(p))
	}
	if !slices.Equal(got, []string{"ab", "c"}) {
		t.Errorf("%q", got)
	}
}

func TestFigures_add(t *testing.T) {
	f := newFigures()
	for _, name := range []string{"arm64", "armhf"} {
		o := newFigures()
		o.Arches, o.Boots, o.Checks, o.Failed, o.PowerCuts, o.PowerCutsSurvived = []string{name}, 2, 10, 1, 3, 3
		o.BootToRegistered[name] = 4000
		f.add(o)
	}
	if len(f.Arches) != 2 || f.Boots != 4 || f.Checks != 20 || f.Failed != 2 || f.PowerCuts != 6 || f.PowerCutsSurvived != 6 || len(f.BootToRegistered) != 2 {
		t.Errorf("%+v", f)
	}
}

// The files that the box boots with are in order, without booting it.
func TestBox_files(t *testing.T) {
	var all []story
	for _, a := range arches() {
		all = append(all, a.stories()...)
	}
	for _, s := range all {
		b, err := board.Load("board.yaml", []byte(s.board))
		if err != nil {
			t.Fatal(err)
		}
		panel := faceplate.New(faceplate.Config{})
		if err := b.Validate(drivers.Table(panel)); err != nil {
			t.Error(err)
		}
		panel.Close()
	}
	if _, err := native.ParseAgentConfig([]byte(strings.ReplaceAll(agentFile, "/etc/offhook/ca.pem", "system")), ""); err != nil {
		t.Error(err)
	}
}

func TestRunner_order(t *testing.T) {
	dist := t.TempDir()
	for _, a := range arches() {
		if err := os.WriteFile(filepath.Join(dist, a.release), nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	r := &runner{dir: t.TempDir(), config: Config{Dist: dist, Pictures: "out",
		Boxes: []Box{{Arch: "arm64"}, {Arch: "armhf"}, {Arch: "arm64", PowerCuts: 2}, {Arch: "mips"}}}}
	dirs := map[string]bool{}
	for i, want := range []struct {
		name, pictures string
		ok             bool
	}{
		{"arm64", "out", true}, {"armhf", "", true}, {"arm64-3", "out", true}, {"", "", false},
	} {
		o, err := r.order(i)
		if o.Name != want.name || o.Pictures != want.pictures || (err == nil) != want.ok || err == nil && o.Box.PowerCuts != r.config.Boxes[i].PowerCuts {
			t.Errorf("box %d: %+v, %v", i, o, err)
		}
		if dirs[o.Dir] {
			t.Errorf("box %d shares its folder with another", i)
		}
		dirs[o.Dir] = true
	}
}
