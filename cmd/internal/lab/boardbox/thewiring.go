package boardbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
)

// ourLines are those of this board, for those of the guide's example.
var ourLines = strings.NewReplacer("GPIO5", "ROW0", "GPIO6", "ROW1", "GPIO13", "ROW2", "GPIO19", "ROW3",
	"GPIO12", "COL0", "GPIO16", "COL1", "GPIO20", "COL2", "GPIO21", hookLine, "GPIO22", lineLine, "GPIO23", relayLine)

// example is the guide's file that has these words.
func (x *boxed) example(words string) (string, error) {
	for _, after := range strings.Split(x.box.order.Guidebook, "```yaml\n")[1:] {
		if text, _, ok := strings.Cut(after, "```"); ok && strings.Contains(text, words) {
			return text, nil
		}
	}
	return "", fmt.Errorf("docs/board.md has no example with %q", words)
}

// wired adds the guide's example to the draft: its keypads to those that are there, the
// rest below.
func (x *boxed) wired(ctx context.Context) error {
	text, err := x.example("gpio-matrix-keypad")
	if err != nil {
		return err
	}
	x.file, err = joined(x.file, ourLines.Replace(text))
	return errors.Join(err, x.put(ctx, boardPath, x.file))
}

// joined adds what is wired to a draft that has keypads.
func joined(draft, wired string) (string, error) {
	const list = "keypads:\n"
	before, rest, ok := strings.Cut(draft, "\n"+list)
	keypads, ours := strings.CutPrefix(wired, list)
	end := strings.Index(keypads, "\nhook:")
	if !ok || !ours || end < 0 {
		return draft, errors.New("the draft or the example does not begin its keypads: " + draft + wired)
	}
	at := 0
	for line := range strings.Lines(rest) {
		if !strings.HasPrefix(line, " ") {
			break
		}
		at += len(line)
	}
	return before + "\n" + list + rest[:at] + keypads[:end+1] + rest[at:] + keypads[end+1:], nil
}

// mistakes are slips of a builder, and how the check tells each.
var mistakes = []struct {
	wrong, right string // what he writes, instead of what
	here         bool   // the machine must be looked at
	words        string
}{
	{"line: ROW2", "line: HOOK", false, "hook.line: ROW2 is taken by keypads[1].rows[2] already (line %d): give each a line of its own"},
	{"sample-rate: 44100", "sample-rate: 16000", false, "audio.sample-rate: 44100 is none of 8000, 16000 and 48000"},
	{"[[1, 2, 3, A],", "[[1, 2, 3],", false, "keypads[1].keymap[0]: has 4 keys where there are 3 column lines"},
	{`["*", 0, "#"], [1]]`, `["*", 0, "#"]]`, false, "keypads[1].keymap: has 5 rows where there are 4 row lines"},
	{"gpio-hock", "gpio-hook", false, "gpio-hook"}, // is there such a driver, and which there are
	{"line: LAMP_LINE9", "line: LAMP_LINE1", true, "lamps.line1.line: this machine has no line LAMP_LINE9"},
	{"card: Codec", "card: Loopback", true, "this machine cannot play on card Codec"},
}

// mistaken makes each mistake, and wants it told in words, with its line.
func (x *boxed) mistaken(ctx context.Context) error {
	const file = "/tmp/mistaken.yaml"
	for _, m := range mistakes {
		text := strings.Replace(x.file, m.right, m.wrong, 1)
		args := []string{"check", file}
		if m.here {
			args = []string{"check", "--here", file}
		}
		if err := x.put(ctx, file, text); err != nil {
			return err
		}
		_, err := x.offhook(ctx, args...)
		if err == nil {
			return fmt.Errorf("%s instead of %s is no fault", m.wrong, m.right)
		}
		want := m.words
		if strings.Contains(want, "%d") {
			want = fmt.Sprintf(want, lineOf(text, "rows: ["))
		}
		if err := told(err.Error(), fmt.Sprintf("%s:%d: ", file, lineOf(text, m.wrong)), want); err != nil {
			return err
		}
	}
	return nil
}

// lineOf is the number of the line that has these words first.
func lineOf(text, words string) int {
	before, _, _ := strings.Cut(text, words)
	return strings.Count(before, "\n") + 1
}

// taken has another program hold a line of the board: who checks the board's file is
// told by whom, and where in the file he wants it.
func (x *boxed) taken(ctx context.Context) error {
	const by = "heater"
	line := url.Values{"line": {relayLine}, "as": {by}}
	if _, err := x.ask(ctx, http.MethodPut, "/line", line, nil); err != nil {
		return err
	}
	_, found := x.guide(ctx, "offhook check --here board.yaml")
	if _, err := x.ask(ctx, http.MethodDelete, "/line", line, nil); err != nil {
		return err
	}
	if found == nil {
		return errors.New("the line is taken, and nothing was told")
	}
	want := fmt.Sprintf("%s:%d: relays.door.line: line %s is taken by %q: choose a free one", boardPath, lineOf(x.file, "line: "+relayLine), relayLine, by)
	return errors.Join(told(found.Error(), want), x.fileChecked(ctx)) // when it was given back
}

// keysTested presses the keys of both keypads while the test waits for them.
func (x *boxed) keysTested(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	asked := x.board.Asked()
	say, hear := io.Pipe()
	pressed := make(chan error, 1)
	go func() {
		defer hear.Close()
		// The keypads are opened in their order: when the wired one is, the other is, too.
		err := x.until(ctx, "opening the keypads", soon, func() bool { return x.board.Asked() > asked })
		for _, d := range "1234567890" {
			err = errors.Join(err, x.down(ctx, keypadName, "KEY_"+string(d), true), x.wait(ctx, between/2), x.down(ctx, keypadName, "KEY_"+string(d), false))
		}
		if _, ended := io.WriteString(hear, "\n"); err == nil && ended == nil {
			err = x.press(ctx, places)
		}
		_, ended := io.WriteString(hear, "\n")
		pressed <- errors.Join(err, ended)
	}()
	text, err := x.offhookSaying(ctx, say, "board", "test", "--only", "keypads", boardPath)
	stop()
	say.Close()
	return errors.Join(err, <-pressed, told(text, "(10 different so far)", "(12 different so far)", tested(2)))
}
