package boardbox

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"offhook/cmd/internal/lab/pbx"
	"offhook/cmd/internal/localapi"
)

// The input devices that are plugged in and out.
const (
	keypadName  = "Box keypad"
	handsetName = "Box handset"
	handset     = "SW_HEADPHONE_INSERT"
	heldKey     = "KEY_VOLUMEUP" // dials nothing
)

// inputsBoard has its keys and its hook on input devices of the kernel's.
func inputsBoard() string {
	return `offhook-board: 1
name: inputs
model: Board of input devices
keypads:
  - {compatible: evdev-keypad, name: ` + keypadName + `}
hook: {compatible: evdev-hook, name: ` + handsetName + `, code: ` + handset + `}
audio: {compatible: alsa-pcm, card: Loopback, sample-rate: 16000, period-ms: 20, periods: 8}
relays:
  door: {compatible: gpio-relay, line: RELAY}
  gate: {compatible: gpio-relay, line: GATE, active-low: true}
` + oledScreen
}

// theInputs is the telephone whose keys are plugged in, pulled out and plugged in
// again; at the end a builder makes his own board file on it.
func theInputs(ctx context.Context, b *box, x *boxed) error {
	for _, c := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"inputs: what is not plugged in is told", x.unplugged},
		{"inputs: what is plugged in works", x.plugged},
		{"inputs: the handset's switch and a keypad's keys dial, and hang up", func(ctx context.Context) error { return x.typed(ctx, "600") }},
		{"inputs: pulled out with a key down, told, and plugged in again", x.replugged},
		{"inputs: they dial and hang up again", func(ctx context.Context) error { return x.typed(ctx, "601") }},
		{"inputs: the handset is pulled out in a call, and plugged in again", x.yanked},
	} {
		if !b.check(c.name, c.do(ctx)) {
			x.afresh()
		}
	}
	thePath(ctx, b, x)
	return nil
}

// input plugs an input device in (PUT), pulls it out (DELETE), or has it tell of a
// key or switch (POST).
func (x *boxed) input(ctx context.Context, method, name string, form url.Values) error {
	if form == nil {
		form = url.Values{}
	}
	form.Set("name", name)
	_, err := x.ask(ctx, method, "/input", form, nil)
	return err
}

func (x *boxed) plugKeypad(ctx context.Context) error {
	codes := []string{heldKey}
	for _, d := range "0123456789" {
		codes = append(codes, "KEY_"+string(d))
	}
	return x.input(ctx, http.MethodPut, keypadName, url.Values{"code": codes})
}

func (x *boxed) plugHandset(ctx context.Context) error {
	return x.input(ctx, http.MethodPut, handsetName, url.Values{"code": {handset}})
}

// down presses or releases a key, or turns a switch.
func (x *boxed) down(ctx context.Context, device, code string, down bool) error {
	value := map[bool]string{true: "1", false: "0"}[down]
	return x.input(ctx, http.MethodPost, device, url.Values{"code": {code}, "value": {value}})
}

// broken waits until exactly these parts do not work.
func (x *boxed) broken(ctx context.Context, what string, parts ...string) error {
	return x.status(ctx, what, soon, func(s localapi.Status) bool {
		var names []string
		for _, d := range s.Devices {
			names = append(names, d.Part)
		}
		slices.Sort(names)
		return slices.Equal(names, parts)
	})
}

func (x *boxed) unplugged(ctx context.Context) error {
	return x.broken(ctx, "two parts that are missing", "hook", "keypads[0]")
}

func (x *boxed) plugged(ctx context.Context) error {
	return errors.Join(x.plugKeypad(ctx), x.plugHandset(ctx), x.broken(ctx, "every part working"))
}

// typed lifts the handset and dials, and hangs up.
func (x *boxed) typed(ctx context.Context, number string) error {
	return errors.Join(x.calls(ctx, number), x.down(ctx, handsetName, handset, false), x.silent(ctx))
}

// calls lifts the handset and dials.
func (x *boxed) calls(ctx context.Context, number string) error {
	if err := errors.Join(x.down(ctx, handsetName, handset, true), x.hearsDialTone(ctx)); err != nil {
		return err
	}
	for _, d := range number {
		if err := errors.Join(x.down(ctx, keypadName, "KEY_"+string(d), true), x.down(ctx, keypadName, "KEY_"+string(d), false)); err != nil {
			return err
		}
	}
	return x.call(ctx, "a call to "+number, func(c pbx.Call) bool { return c.To == number && c.State == "confirmed" })
}

func (x *boxed) replugged(ctx context.Context) error {
	return errors.Join(x.down(ctx, keypadName, heldKey, true), x.input(ctx, http.MethodDelete, keypadName, nil), x.broken(ctx, "a keypad that is missing", "keypads[0]"),
		x.plugKeypad(ctx), x.broken(ctx, "every part working"))
}

// yanked pulls the handset's switch out in a call. What is not there is not lifted:
// the call ends, and the switch that is plugged in again works.
func (x *boxed) yanked(ctx context.Context) error {
	if err := x.calls(ctx, "600"); err != nil {
		return err
	}
	err := errors.Join(x.input(ctx, http.MethodDelete, handsetName, nil), x.broken(ctx, "a hook that is missing", "hook"),
		x.plugHandset(ctx), x.broken(ctx, "every part working"))
	return errors.Join(err, x.silent(ctx), x.typed(ctx, "600"))
}

// told wants each of these words in a text.
func told(text string, words ...string) error {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return errors.New("no " + w + " in: " + text)
		}
	}
	return nil
}
