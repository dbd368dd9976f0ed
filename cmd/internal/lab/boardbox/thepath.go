package boardbox

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"offhook/board"
	"offhook/cmd/internal/lab/pbx"
	"offhook/cmd/internal/localapi"
)

// Where the guide has a builder put his files.
const (
	boardPath = "/etc/offhook/board.yaml"
	agentPath = "/etc/offhook/offhook.yaml"
)

// thePath follows docs/board.md as it is written: from what is here to a call. The
// box is like new: nothing is kept of the agent before.
func thePath(ctx context.Context, b *box, x *boxed) {
	if !b.check("guide: the agent before is ended, and forgotten", errors.Join(x.rest(ctx), x.forget(ctx, "/var/lib/offhook"), x.forget(ctx, "/etc/offhook"))) {
		return
	}
	for _, c := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"guide 1: offhook board probe > board.yaml", x.drafted},
		{"guide 1: offhook board list and detect", x.listed},
		{"guide 3: offhook check, and check --here: the draft has no fault", x.fileChecked},
		{"guide 2: the wiring is added", x.wired},
		{"guide 3: mistakes in the wiring are told, each with its line", x.mistaken},
		{"guide 3: offhook check, and check --here: the board has no fault", x.fileChecked},
		{"guide 3: a line that is taken is told with its holder and its line in the file", x.taken},
		{"guide 4: offhook board test --only keypads: those that are plugged in and those that are wired", x.keysTested},
		{"guide 5: with the file of the guide the agent registers", x.guided},
		{"guide 5: offhook dial 600 calls, offhook status tells", x.dialled},
		{"guide 5: lifting the handset and pressing the wired keys calls", x.lifted},
	} {
		if !b.check(c.name, c.do(ctx)) {
			x.afresh()
			return // each needs the one before
		}
	}
}

func (x *boxed) put(ctx context.Context, path, text string) error {
	_, err := x.ask(ctx, http.MethodPut, "/file", url.Values{"path": {path}}, []byte(text))
	return err
}

// forget empties a folder.
func (x *boxed) forget(ctx context.Context, path string) error {
	_, err := x.ask(ctx, http.MethodDelete, "/file", url.Values{"path": {path}}, nil)
	return err
}

// guide runs a command that must stand like that in the guide, with its files where
// the guide has them.
func (x *boxed) guide(ctx context.Context, command string) (string, error) {
	if !strings.Contains(x.box.order.Guidebook, "`"+command) {
		return "", fmt.Errorf("docs/board.md does not tell to run %q", command)
	}
	words := strings.Fields(strings.ReplaceAll(command, " board.yaml", " "+boardPath))
	return x.offhook(ctx, words[1:]...)
}

func (x *boxed) drafted(ctx context.Context) error {
	const command = "offhook board probe > board.yaml"
	if !strings.Contains(x.box.order.Guidebook, "`"+command+"`") {
		return fmt.Errorf("docs/board.md does not tell to run %q", command)
	}
	text, err := x.offhook(ctx, "board", "probe")
	if err != nil {
		return err
	}
	x.file = text
	return errors.Join(told(text, "offhook-board: 1", "evdev-keypad", keypadName, "card: Loopback", "linux-fb", "linux-watchdog", "free with a name: ROW0"),
		x.put(ctx, boardPath, text))
}

func (x *boxed) listed(ctx context.Context) error {
	text, err := x.guide(ctx, "offhook board list")
	if err := errors.Join(err, told(text, board.Names()...)); err != nil {
		return err
	}
	if text, err = x.guide(ctx, "offhook board detect"); err == nil {
		return fmt.Errorf("QEMU's machine is none of the boards, and yet: %s", text)
	}
	return told(err.Error(), "linux,dummy-virt", "choose one with --board")
}

// fileChecked wants no fault in the builder's file as it is now.
func (x *boxed) fileChecked(ctx context.Context) error {
	for _, command := range []string{"offhook check board.yaml", "offhook check --here board.yaml"} {
		text, err := x.guide(ctx, command)
		if err := errors.Join(err, told(text, boardPath+": a good board")); err != nil {
			return fmt.Errorf("%s: %w", command, err)
		}
	}
	return nil
}

// guided starts the agent with the guide's own file; what is the builder's is put in.
func (x *boxed) guided(ctx context.Context) error {
	text, err := x.example("agent: 1")
	if err != nil {
		return err
	}
	file := strings.NewReplacer(`"1001"`, `"`+extension+`"`, "pbx.example", pbx.Realm, "secret", "offhook-"+extension).Replace(text)
	// What a board has of its system: a DNS server by DHCP, and the authorities that
	// the world trusts, this exchange's among them.
	err = errors.Join(x.put(ctx, agentPath, file), x.put(ctx, "/etc/resolv.conf", "nameserver "+ourSide+"\n"),
		x.put(ctx, "/etc/ssl/certs/ca-certificates.crt", x.box.world.authority.PEM()))
	if err != nil {
		return err
	}
	if text, err := x.offhook(ctx, "check", agentPath); err != nil || !strings.Contains(text, "a good agent configuration") {
		return fmt.Errorf("offhook check: %w: %s", err, text)
	}
	before := time.Now()
	if _, err := x.ask(ctx, http.MethodPost, "/wake", nil, nil); err != nil {
		return err
	}
	return x.status(ctx, "registering by the guide's file", time.Minute, func(s localapi.Status) bool {
		return s.Started.After(before.Add(-time.Second)) && len(s.Accounts) == 1 && !s.Accounts[0].Registered.IsZero() && len(s.Devices) == 0
	})
}

func (x *boxed) dialled(ctx context.Context) error {
	if _, err := x.guide(ctx, "offhook dial 600"); err != nil {
		return err
	}
	err := x.call(ctx, "a call to 600", func(c pbx.Call) bool { return c.To == "600" && c.State == "confirmed" })
	err = errors.Join(err, x.echo(ctx))
	text, asked := x.guide(ctx, "offhook status")
	err = errors.Join(err, asked, told(text, "600", extension))
	x.box.world.hangUp()
	return errors.Join(err, x.silent(ctx), x.atRest(ctx)) // who lifts the handset before is told that the call ended
}

func (x *boxed) lifted(ctx context.Context) error {
	x.board.Set(hookLine, true)
	if err := x.hearsDialTone(ctx); err != nil {
		return err
	}
	err := errors.Join(x.press(ctx, "601"), x.call(ctx, "a call to 601", func(c pbx.Call) bool { return c.To == "601" && c.State == "confirmed" }),
		x.until(ctx, lineLine+" lit", soon, func() bool { return x.board.High(lineLine) }))
	return errors.Join(err, x.hangUp(ctx), x.dark(ctx, lineLine))
}
