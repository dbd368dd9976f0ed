package phone

import (
	"encoding/json"
	"fmt"
	"testing"

	"offhook/hal"
	"offhook/ua"
)

// lastKept are the settings that were kept last.
func lastKept(t *testing.T, inputs ...Input) Settings {
	t.Helper()
	var s State
	var last Settings
	for _, in := range inputs {
		var effects []Effect
		s, effects = run(t, s, in)
		for _, e := range effects {
			if k, ok := e.(Keep); ok {
				last = k.Settings
			}
		}
	}
	return last
}

func TestSettings_over_a_restart(t *testing.T) {
	set := func(change func(*Config)) Input { return configured(t, change) }
	plain := set(func(*Config) {})
	on := set(func(c *Config) { c.DND = true })
	sent := set(func(c *Config) { c.Accounts[0].Forward.Always = "1007" })
	loud := set(func(c *Config) { c.Volumes = map[hal.Output]int{hal.Ringer: 90} })
	for _, c := range []struct {
		arrow  string
		before []Input
		after  []Input
		want   string // dnd, forward, ringer
	}{
		{"nothing set -> as configured", then(plain), then(on), "true  60"},
		{"do not disturb -> still", then(plain, RemoteDND{On: true}), then(plain), "true  60"},
		{"do not disturb, the same pushed -> still", then(plain, RemoteDND{On: true}), then(plain, plain), "true  60"},
		{"do not disturb ended -> still", then(on, RemoteDND{}), then(on), "false  60"},
		{"do not disturb ended, configured off meanwhile -> as configured", then(on, RemoteDND{}), then(plain, on), "true  60"},
		{"do not disturb, then configured -> as configured", then(plain, RemoteDND{On: true}), then(on, plain), "false  60"},
		{"forwarded -> still", then(plain, RemoteForward{"1008"}), then(plain), "false 1008 60"},
		{"configured forwarding ended here -> still", then(sent, RemoteForward{}), then(sent), "false  60"},
		{"configured forwarding changed -> as configured", then(plain, RemoteForward{"1008"}), then(sent), "false 1007 60"},
		{"ringer quieter -> still", then(loud, press(hal.KeyVolumeDown)), then(loud), "false  80"},
		{"ringer quieter, then configured -> as configured", then(loud, press(hal.KeyVolumeDown)), then(plain), "false  60"},
		{"another thing configured -> the rest stays", then(plain, RemoteDND{On: true}, RemoteForward{"1008"}), then(sent), "true 1007 60"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			body, err := json.Marshal(lastKept(t, c.before...))
			var back Settings
			if err != nil || json.Unmarshal(body, &back) != nil {
				t.Fatalf("%s, %v", body, err)
			}
			s, _ := run(t, State{}, then(back, c.after)...)
			dnd, to := s.Diverting()
			if got := fmt.Sprint(dnd, " ", to, " ", s.level(hal.Ringer)); got != c.want {
				t.Errorf("got %q, want %q (kept %s)", got, c.want, body)
			}
		})
	}
}

func TestSettings_are_kept_when_they_change(t *testing.T) {
	for _, c := range []struct {
		arrow       string
		given, when []Input
		want        int
	}{
		{"do not disturb -> kept", nil, then(RemoteDND{On: true}), 1},
		{"again -> not again", then(RemoteDND{On: true}), then(RemoteDND{On: true}), 0},
		{"given back -> not kept again", nil, then(Settings{DND: choose(true, false)}), 0},
		{"configured otherwise -> forgotten", then(RemoteDND{On: true}), then(configured(t, func(c *Config) { c.DND = true })), 1},
		{"a call -> nothing to keep", nil, then(said(in(7, ua.Early))), 0},
	} {
		_, effects := run(t, State{}, then(desk(t), c.given, c.when)...)
		got := 0
		for _, e := range effects {
			if _, ok := e.(Keep); ok {
				got++
			}
		}
		if got != c.want {
			t.Errorf("%s: kept %d times", c.arrow, got)
		}
	}
	ended := then(account(t, func(a *Account) { a.Forward.Always = "1007" }), RemoteForward{})
	check(t, desk(t), []arrow{
		{"forwarding configured, ended here: call -> rings", ended, then(said(in(7, ua.Early))), "180 7, ring", KindRinging},
	})
}
