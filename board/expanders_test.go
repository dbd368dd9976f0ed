package board

import (
	"context"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"

	"offhook/hal"
)

// part tells of its opening and closing.
type part struct {
	name string
	told *[]string
}

func (p part) Close() error                   { *p.told = append(*p.told, "close "+p.name); return nil }
func (part) Lines() int                       { return 8 }
func (part) ReadHook() (hal.HookState, error) { return hal.OnHook, hal.ErrClosed }
func opening(name string, told *[]string) part {
	*told = append(*told, "open "+name)
	return part{name, told}
}
func anyParams(hal.Params) error { return nil }
func expandedBoard(t *testing.T, hook string) *Board {
	t.Helper()
	b, err := Load("b.yaml", []byte("offhook-board: 1\nname: x\nhook: {compatible: hook, line: "+hook+"}\nexpanders:\n  - {compatible: chip, name: e}\n"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func expandedTable(told *[]string) hal.Drivers {
	type wired struct {
		Line string `param:"line" takes:"line"`
	}
	type named struct {
		Name string `param:"name" takes:"name"`
	}
	return hal.Drivers{
		Hooks: map[string]hal.Driver[hal.Hook]{"hook": {Check: anyParams, Defaults: wired{},
			Open: func(context.Context, hal.Params, *slog.Logger) (hal.Hook, error) { return opening("hook", told), nil }}},
		Expanders: map[string]hal.Driver[hal.Expander]{"chip": {Check: anyParams, Defaults: named{}, Lines: 8,
			Open: func(context.Context, hal.Params, *slog.Logger) (hal.Expander, error) {
				return opening("expander", told), nil
			}}},
	}
}

func TestExpanders_are_opened_before_who_is_on_their_lines_and_closed_after(t *testing.T) {
	var told []string
	d, err := expandedBoard(t, "e:1").Open(t.Context(), expandedTable(&told), slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Close(); err != nil {
		t.Error(err)
	}
	if want := []string{"open expander", "open hook", "close hook", "close expander"}; !slices.Equal(told, want) {
		t.Errorf("%q, want %q", told, want)
	}
}

func TestExpanders_lines(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"the last -> no fault", "e:7", ""},
		{"one more -> its place", "e:8", "b.yaml:3: hook.line: e:8 does not exist: its expander (chip) has lines 0 to 7"},
		{"another's -> no fault", "gpiochip0:8", ""},
		{"by name -> no fault", "e", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			err := expandedBoard(t, c.line).Validate(expandedTable(new([]string)))
			if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestExpanders_two_of_one_name(t *testing.T) {
	b, err := Load("b.yaml", []byte("offhook-board: 1\nname: x\nexpanders:\n  - {compatible: chip, name: e}\n  - {compatible: chip, name: e}\n"))
	if err != nil {
		t.Fatal(err)
	}
	if err := b.Validate(expandedTable(new([]string))); err == nil || !strings.Contains(err.Error(), "b.yaml:5: expanders[1].name: e is taken by expanders[0].name already (line 4): give each a name of its own") {
		t.Errorf("got %v", err)
	}
}

func TestMisfits_the_machine_is_not_asked_for_lines_of_an_expander(t *testing.T) {
	for line, want := range map[string]int{"e:1": 0, "GPIO4": 1} {
		asked := 0
		err := expandedBoard(t, line).Misfits(expandedTable(new([]string)), func(_ hal.Spec, all []hal.Claim) error {
			for _, c := range all {
				if c.What == "line" {
					asked++
				}
			}
			return nil
		})
		if err != nil || asked != want {
			t.Errorf("%s: asked %d times, %v", line, asked, err)
		}
	}
}
