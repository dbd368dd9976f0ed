package board

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/fstest"

	"offhook/hal"
)

// fakeKeypad counts its closings.
type fakeKeypad struct{ closed *int }

func (f fakeKeypad) ReadKey() (hal.KeyEvent, error) { return hal.KeyEvent{}, hal.ErrClosed }
func (f fakeKeypad) Close() error                   { *f.closed++; return nil }

func table(closed *int) hal.Drivers {
	anything := func(hal.Params) error { return nil }
	audio := map[string]hal.Driver[hal.AudioIO]{"card": {Check: anything}, "page": {Check: anything, Bound: true}}
	return hal.Drivers{Audio: audio, Keypads: map[string]hal.Driver[hal.Keypad]{
		"good": {
			Check: func(p hal.Params) error {
				var c struct {
					Rows []string `param:"rows,required"`
				}
				if err := hal.Decode(p, &c); err != nil {
					return err
				}
				for i, row := range c.Rows {
					if row == "GPIO99" {
						return errors.Join(hal.Faultf("rows["+string(rune('0'+i))+"]", "GPIO99 does not exist on this chip"))
					}
				}
				return nil
			},
			Open: func(context.Context, hal.Params, *slog.Logger) (hal.Keypad, error) {
				return fakeKeypad{closed}, nil
			},
		},
		"broken": {
			Check: func(hal.Params) error { return nil },
			Open: func(context.Context, hal.Params, *slog.Logger) (hal.Keypad, error) {
				return nil, errors.New("open /dev/gpiochip0: permission denied")
			},
		},
	}}
}

func TestLoad(t *testing.T) {
	cases := []struct{ name, in, want string }{
		{"whole -> no fault", "offhook-board: 1\nname: x\nkeypads:\n  - compatible: good\n    rows: [GPIO1, GPIO2]\n", ""},
		{"bad pin -> its line and path", "offhook-board: 1\nname: x\nkeypads:\n  - compatible: good\n    rows:\n      - GPIO1\n      - GPIO99\n",
			"b.yaml:7: keypads[0].rows[1]: GPIO99 does not exist on this chip"},
		{"missing parameter -> the part's line", "offhook-board: 1\nname: x\nkeypads:\n  - compatible: good\n", "b.yaml:4: keypads[0].rows: is required"},
		{"unknown driver -> what there is", "offhook-board: 1\nname: x\nkeypads:\n  - compatible: god\n",
			`b.yaml:4: keypads[0].compatible: no driver "god" for keypads (there are: broken, good)`},
		{"no driver named -> said", "offhook-board: 1\nname: x\nhook: {line: 4}\n", "b.yaml:3: hook: needs compatible: the name of its driver"},
		{"unknown key -> its line", "offhook-board: 1\nname: x\nkeypad: []\n", "b.yaml:3: keypad: is not known here"},
		{"key twice -> second's line", "offhook-board: 1\nname: x\nname: y\n", "b.yaml:3: name: stands here twice: remove one"},
		{"no version -> said", "name: x\n", "b.yaml: offhook-board: must be 1"},
		{"alias -> refused", "offhook-board: 1\nname: &a x\nmodel: *a\n", "b.yaml:3: model: YAML anchors and aliases"},
		{"not YAML -> line", "offhook-board: 1\nname: x\nlamps: }\n", "b.yaml:2: not readable as YAML"},
		{"empty -> said", "", "b.yaml: is not a mapping"},
		{"sound in a process of its own -> no fault", "offhook-board: 1\nname: x\naudio: {compatible: card}\nmedia: {process: separate}\n", ""},
		{"sound inside -> no fault", "offhook-board: 1\nname: x\nmedia: {process: inside}\n", ""},
		{"media of another kind -> said", "offhook-board: 1\nname: x\nmedia:\n  process: outside\n", "b.yaml:4: media.process: outside is neither auto nor inside nor separate"},
		{"media with another key -> said", "offhook-board: 1\nname: x\nmedia: {proces: inside}\n", "b.yaml:3: media.proces: is not known here (known: process)"},
		{"media that is a word -> said", "offhook-board: 1\nname: x\nmedia: separate\n", "b.yaml:3: media: is not a mapping"},
		{"separate without sound -> said", "offhook-board: 1\nname: x\nmedia: {process: separate}\n", "b.yaml:3: media.process: separate is of no use"},
		{"separate with sound in the page -> said", "offhook-board: 1\nname: x\naudio: {compatible: page}\nmedia: {process: separate}\n",
			"b.yaml:4: media.process: separate needs a sound device that another process can open: page lives in this one"},
		{"no name -> said", "offhook-board: 1\n", "b.yaml: name: is required"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			b, err := Load("b.yaml", []byte(c.in))
			if err == nil {
				err = b.Validate(table(new(int)))
			}
			switch {
			case c.want == "" && err != nil:
				t.Errorf("got %v, want no fault", err)
			case c.want != "" && (err == nil || !strings.HasPrefix(err.Error(), c.want)):
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestValidate_two_parts_want_one_thing(t *testing.T) {
	type wired struct {
		Chip string `param:"chip"`
		Line string `param:"line" takes:"line"`
	}
	check := func(hal.Params) error { return nil }
	drivers := hal.Drivers{
		Relays: map[string]hal.Driver[hal.Relay]{"relay": {Check: check, Defaults: wired{}}},
		Hooks:  map[string]hal.Driver[hal.Hook]{"hook": {Check: check, Defaults: wired{}}},
	}
	for _, c := range []struct{ name, hook, relay, want string }{
		{"two lines -> no fault", "line: A", "line: B", ""},
		{"two controllers -> no fault", "line: A, chip: x", "line: A, chip: y", ""},
		{"one line -> the second's place, and the first's", "line: A", "line: A, chip: y",
			"b.yaml:4: relays.door.line: A of y is taken by hook.line already (line 3): give each a line of its own"},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := Load("b.yaml", []byte("offhook-board: 1\nname: x\nhook: {compatible: hook, "+c.hook+"}\nrelays: {door: {compatible: relay, "+c.relay+"}}\n"))
			if err != nil {
				t.Fatal(err)
			}
			got := ""
			if err := b.Validate(drivers); err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestMisfits_have_their_place(t *testing.T) {
	b, err := Load("b.yaml", []byte("offhook-board: 1\nname: x\nhook:\n  compatible: hook\n  line: A\n"))
	if err != nil {
		t.Fatal(err)
	}
	err = b.Misfits(hal.Drivers{}, func(s hal.Spec, _ []hal.Claim) error { return errors.Join(hal.Faultf("line", "is %s's", s.Compatible)) })
	if err == nil || err.Error() != "b.yaml:5: hook.line: is hook's" {
		t.Errorf("got %v", err)
	}
}

func TestOpen_one_part_broken_the_others_work(t *testing.T) {
	closed := 0
	b, err := Load("b.yaml", []byte("offhook-board: 1\nname: x\nkeypads:\n  - {compatible: good, rows: [A]}\n  - {compatible: broken}\n  - {compatible: good, rows: [A]}\n"))
	if err != nil {
		t.Fatal(err)
	}
	devices, err := b.Open(t.Context(), table(&closed), slog.New(slog.NewTextHandler(io.Discard, nil)))
	if part, ok := errors.AsType[*PartError](err); !ok || part.Part.Path != "keypads[1]" {
		t.Errorf("got error %v, want one of keypads[1]", err)
	}
	if len(devices.Keypads) != 2 {
		t.Errorf("%d keypads opened, want 2", len(devices.Keypads))
	}
	if err := errors.Join(devices.Close(), devices.Close()); err != nil || closed != 2 {
		t.Errorf("closed %d parts with %v, want each once", closed, err)
	}
}

func TestOpenPart(t *testing.T) {
	closed := 0
	b, err := Load("b.yaml", []byte("offhook-board: 1\nname: x\nkeypads:\n  - {compatible: good, rows: [A]}\n  - {compatible: broken}\n"))
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	_, err = b.OpenPart(t.Context(), table(&closed), b.Parts[1], log)
	if part, ok := errors.AsType[*PartError](err); !ok || part.Part.Path != "keypads[1]" {
		t.Errorf("got error %v, want one of keypads[1]", err)
	}
	device, err := b.OpenPart(t.Context(), table(&closed), b.Parts[0], log)
	if _, ok := device.(hal.Keypad); err != nil || !ok {
		t.Fatalf("got %T, %v", device, err)
	}
	if err := device.Close(); err != nil || closed != 1 {
		t.Errorf("closed %d parts with %v", closed, err)
	}
}

func TestDetect(t *testing.T) {
	root := func(s string) fstest.MapFS {
		return fstest.MapFS{"proc/device-tree/compatible": {Data: []byte(s)}}
	}
	if _, err := Detect(root("acme,unknown\x00acme,chip\x00")); !errors.Is(err, ErrNotDetected) || !strings.Contains(err.Error(), "acme,unknown, acme,chip") {
		t.Errorf("unknown machine: got %v", err)
	}
	if _, err := Detect(fstest.MapFS{}); !errors.Is(err, ErrNotDetected) {
		t.Errorf("no device tree: got %v", err)
	}
	for _, name := range Names() {
		b, err := Find(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range b.Compatible {
			got, err := Detect(root(s + "\x00brcm,bcm2837\x00"))
			if err != nil {
				t.Errorf("%s: %v", s, err)
			} else if got.Name != name {
				t.Errorf("%s is claimed by %s and by %s", s, got.Name, name)
			}
		}
	}
}

func FuzzLoad(f *testing.F) {
	for _, name := range Names() {
		data, err := embedded.ReadFile("boards/" + name + ".yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		b, err := Load("fuzz.yaml", data)
		if (b == nil) == (err == nil) {
			t.Fatalf("board %v with error %v", b, err)
		}
		if b != nil {
			_ = b.Validate(table(new(int)))
		}
	})
}

func TestWithout(t *testing.T) {
	b, err := Load("b.yaml", []byte("offhook-board: 1\nname: x\nkeypads: [{compatible: good}]\naudio: {compatible: card}\nmedia: {process: separate}\n"))
	if err != nil {
		t.Fatal(err)
	}
	audio, ok := b.Audio()
	less := b.Without(Audio)
	if _, still := less.Audio(); !ok || audio.Compatible != "card" || still || len(less.Parts) != 1 || len(b.Parts) != 2 || !b.Separate {
		t.Errorf("%+v, %+v without audio", b.Parts, less.Parts)
	}
}

func TestApart(t *testing.T) {
	const card, page = "audio: {compatible: card}\n", "audio: {compatible: page}\n"
	for _, row := range []struct {
		name, in string
		cores    int
		want     bool
	}{
		{"left open, one core -> apart", card, 1, true},
		{"auto, one core -> apart", card + "media: {process: auto}\n", 1, true},
		{"left open, two cores -> inside", card, 2, false},
		{"left open, one core, sound in the page -> inside", page, 1, false},
		{"left open, one core, no sound -> inside", "", 1, false},
		{"inside, one core -> inside", card + "media: {process: inside}\n", 1, false},
		{"separate, two cores -> apart", card + "media: {process: separate}\n", 2, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			b, err := Load("b.yaml", []byte("offhook-board: 1\nname: x\n"+row.in))
			if err != nil {
				t.Fatal(err)
			}
			if got := b.Apart(table(new(int)), row.cores); got != row.want {
				t.Errorf("apart: %v", got)
			}
		})
	}
}

func TestDetect_every_board_by_what_it_says_of_itself(t *testing.T) {
	of := map[string]string{}
	for _, name := range Names() {
		b, err := Find(name)
		if err != nil {
			t.Fatal(err)
		}
		if b.Name != name {
			t.Errorf("%s.yaml calls itself %s", name, b.Name)
		}
		for _, c := range b.Compatible {
			if of[c] != "" {
				t.Errorf("%s is %s and %s", c, of[c], name)
			}
			of[c] = name
			root := fstest.MapFS{"proc/device-tree/compatible": {Data: []byte(c + "\x00acme,chip\x00")}}
			if found, err := Detect(root); err != nil || found.Name != name {
				t.Errorf("%s: detected %v, %v, want %s", c, found, err, name)
			}
		}
	}
}
