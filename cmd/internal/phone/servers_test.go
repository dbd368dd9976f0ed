package phone

import (
	"strings"
	"testing"

	"offhook/hal"
	"offhook/ua"
)

func gate() Newcomer {
	return Newcomer{Server: "https://prov.example", Step: "dhcp", Issuer: "Example CA", Fingerprint: "3F2A 91C0 77B1 E05D"}
}

func wait(all ...Newcomer) Input { return Servers{Waiting: all} }

// decided lists what the last input had done about servers.
func decided(effects []Effect) string {
	var out []string
	for _, e := range effects {
		switch e := e.(type) {
		case Decide:
			out = append(out, map[bool]string{true: "accept ", false: "refuse "}[e.Accept]+e.Server)
		case ForgetRefused:
			out = append(out, "forget")
		}
	}
	return strings.Join(out, ", ")
}

func TestStep_a_server_waits_for_two_keys(t *testing.T) {
	other := gate()
	other.Server = "https://other.example"
	looked := gate()
	looked.Fingerprint = ""
	cases := []struct {
		name  string
		given []Input
		want  string
		shows string // title of the screen then
	}{
		{"found -> asked", then(wait(gate())), "", "Accept server?"},
		{"accept -> asked again", then(wait(gate()), press(hal.KeySoft1)), "", "Really accept?"},
		{"accept, ok -> accepted", then(wait(gate()), press(hal.KeySoft1, hal.KeyOK)), "accept https://prov.example", ""},
		{"accept, last soft key -> accepted", then(wait(gate()), press(hal.KeySoft1, hal.KeySoft4)), "accept https://prov.example", ""},
		{"refuse, ok -> refused", then(wait(gate()), press(hal.KeySoft2, hal.KeyOK)), "refuse https://prov.example", ""},
		{"ok alone -> asked still", then(wait(gate()), press(hal.KeyOK)), "", "Accept server?"},
		{"ok twice -> asked still", then(wait(gate()), press(hal.KeyOK, hal.KeyOK)), "", "Accept server?"},
		{"accept twice -> asked still", then(wait(gate()), press(hal.KeySoft1, hal.KeySoft1)), "", "Accept server?"},
		{"accept, cancel -> asked still", then(wait(gate()), press(hal.KeySoft1, hal.KeyCancel)), "", "Accept server?"},
		{"later -> not asked", then(wait(gate()), press(hal.KeySoft4), wait(gate())), "", ""},
		{"cancel -> not asked", then(wait(gate()), press(hal.KeyCancel)), "", ""},
		{"later, menu, server -> asked", then(wait(gate()), press(hal.KeySoft4, hal.KeyMenu, hal.KeyOK, hal.KeySoft1)), "", "Accept server?"},
		{"two wait, one decided -> the other", then(wait(gate(), other), press(hal.KeySoft1, hal.KeyOK)), "accept https://prov.example", "Accept server?"},
		{"accept, another takes its place, ok -> asked", then(wait(gate()), press(hal.KeySoft1), wait(other), press(hal.KeyOK)), "", "Accept server?"},
		{"accept, its certificate comes, ok -> asked", then(wait(looked), press(hal.KeySoft1), wait(gate()), press(hal.KeyOK)), "", "Accept server?"},
		{"accept, told again, ok -> accepted", then(wait(gate()), press(hal.KeySoft1), wait(gate()), press(hal.KeyOK)), "accept https://prov.example", ""},
		{"gone -> not asked", then(wait(gate()), wait(), press(hal.KeySoft1, hal.KeyOK)), "", "Calls"},
		{"accept, a call, its end, ok -> asked", then(wait(gate()), press(hal.KeySoft1), said(in(7, ua.Early)), said(over(in(7, ua.Early), 487, ua.Cancelled, "")), press(hal.KeyOK)), "", "Accept server?"},
		{"menu, unblock -> forgotten", then(Servers{Refused: []string{"https://a.example"}}, press(hal.KeyMenu, hal.KeyOK, hal.KeySoft2)), "forget", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, effects := run(t, State{}, then(desk(t), c.given)...)
			if got := decided(effects); got != c.want {
				t.Errorf("done: %q, want %q", got, c.want)
			}
			if got := s.View().Title; got != c.shows {
				t.Errorf("shows %q, want %q", got, c.shows)
			}
		})
	}
}

// busyAt are the states in which nothing may lie over the screen.
func busyAt() map[string][]Input {
	return map[string][]Input{
		"dial tone":      then(lift),
		"dialling":       then(lift, press("1")),
		"typed on-hook":  press("1"),
		"calling":        dialled(),
		"ringing":        then(said(in(7, ua.Early))),
		"in call":        talking(),
		"held":           heldCall(),
		"emergency":      then(lift, press("1", "1", "2")),
		"handsfree":      press(hal.KeySpeaker),
		"a list is open": press(hal.KeyMenu),
	}
}

func TestStep_no_notice_and_no_decision_while_the_phone_is_used(t *testing.T) {
	bad := Provisioning{State: Provisioned, RolledBack: "no account is registered", Refused: "line 3: x"}
	for name, given := range busyAt() {
		t.Run(name, func(t *testing.T) {
			for _, order := range [][]Input{then(given, wait(gate()), bad), then(wait(gate()), bad, given)} {
				s, _ := run(t, State{}, then(desk(t), order)...)
				if s.View().Kind == KindNotice {
					t.Fatalf("it lies over %s", name)
				}
				for _, first := range []hal.Key{hal.KeySoft1, hal.KeySoft2, hal.KeySoft4, hal.KeyOK} {
					for _, second := range []hal.Key{hal.KeySoft4, hal.KeyOK} {
						mid, one := run(t, s, press(first)...)
						if mid.page() != pageNone {
							continue // the key has ended what was under way
						}
						if _, two := run(t, mid, press(second)...); decided(one)+decided(two) != "" {
							t.Errorf("%s, %s: %s%s", first, second, decided(one), decided(two))
						}
					}
				}
			}
		})
	}
}

func TestView_a_server_in_words(t *testing.T) {
	plain, untrusted := gate(), gate()
	plain.Plain, untrusted.Problem = true, "signed by unknown authority"
	cases := []struct {
		n    Newcomer
		want string
	}{
		{gate(), "3F2A 91C0 77B1 E05D, signed by Example CA. Named by DHCP."},
		{plain, "Not encrypted: anybody on the network can change what it sends. Named by DHCP."},
		{untrusted, "Not trusted: signed by unknown authority. Named by DHCP."},
		{Newcomer{Server: "https://prov.example", Step: "pnp"}, "Named by PNP."},
	}
	for _, c := range cases {
		s, _ := run(t, State{}, then(desk(t), wait(c.n))...)
		if v := s.View(); len(v.Text) != 2 || v.Text[0] != "https://prov.example" || v.Text[1] != c.want {
			t.Errorf("%q, want %q", v.Text, c.want)
		}
	}
	s, _ := run(t, State{}, wait(gate())) // before it has any configuration
	if v := s.View(); v.Kind != KindNotice || labels(v) != "Accept|Refuse||Later" {
		t.Errorf("%s %s", v.Kind, labels(v))
	}
}

func TestStep_trials_are_told(t *testing.T) {
	trial := Provisioning{State: Provisioned, Trial: true}
	good := Provisioning{State: Provisioned}
	back := Provisioning{State: Provisioned, RolledBack: "no account is registered", Cause: "no account is registered"}
	refused := Provisioning{State: Provisioned, Refused: "x.yaml:3: phone.nam is not known", Cause: "x.yaml:3: phone.nam is not known"}
	away := Provisioning{State: Provisioned, Cause: "no reply"}
	cases := []struct {
		name  string
		given []Input
		title string
		text  string
	}{
		{"trial", then(trial), "", "On trial: new configuration"},
		{"trial -> confirmed", then(trial, good), "", "Confirmed: new configuration"},
		{"confirmed, told again", then(trial, good, good), "", "Confirmed: new configuration"},
		{"confirmed, a key", then(trial, good, press(hal.KeyCancel)), "", ""},
		{"confirmed, a minute", then(trial, good, fire{timerConfirmed}), "", ""},
		{"confirmed, the next trial", then(trial, good, trial), "", "On trial: new configuration"},
		{"no trial", then(good), "", ""},
		{"trial -> taken back", then(trial, back), "Configuration taken back", "no account is registered"},
		{"taken back, ok", then(trial, back, press(hal.KeyOK)), "", ""},
		{"taken back, soft key", then(trial, back, press(hal.KeySoft4)), "", ""},
		{"taken back, ok, told again", then(trial, back, press(hal.KeyOK), back), "", ""},
		{"taken back, ok, once more", then(trial, back, press(hal.KeyOK), trial, back), "Configuration taken back", "no account is registered"},
		{"taken back, a call, its end", then(trial, back, said(in(7, ua.Early)), said(over(in(7, ua.Early), 487, ua.Cancelled, ""))), "Configuration taken back", "no account is registered"},
		{"refused", then(refused), "Configuration refused", "x.yaml:3: phone.nam is not known"},
		{"refused, cancel", then(refused, press(hal.KeyCancel)), "", ""},
		{"refused, ok, the server is away, refused again", then(refused, press(hal.KeyOK), away, refused), "", ""},
		{"refused, ok, mended, refused again", then(refused, press(hal.KeyOK), good, refused), "Configuration refused", "x.yaml:3: phone.nam is not known"},
		{"taken back before a server that waits", then(wait(gate()), back), "Configuration taken back", "no account is registered"},
		{"taken back, ok, then the server that waits", then(wait(gate()), back, press(hal.KeyOK)), "Accept server?", "https://prov.example"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, _ := run(t, State{}, then(desk(t), c.given)...)
			v := s.View()
			text := ""
			if len(v.Text) > 0 {
				text = v.Text[0]
			}
			if v.Title != c.title || text != c.text {
				t.Errorf("shows %q, %q; want %q, %q", v.Title, text, c.title, c.text)
			}
		})
	}
}

func TestView_another_version_is_told(t *testing.T) {
	for _, c := range []struct {
		arrow string
		given Firmware
		want  string
	}{
		{"none -> nothing", Firmware{}, ""},
		{"loading -> how much", Firmware{State: FirmwareLoading, Percent: 45}, "New version 45 %"},
		{"ready -> soon", Firmware{State: FirmwareReady}, "New version: starts soon"},
		{"on trial -> that it is", Firmware{State: FirmwareTrial}, "New version on trial"},
		{"given up before -> nothing at rest", Firmware{Failed: "version v2: it crashed"}, ""},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			s, _ := run(t, State{}, then(desk(t), []Input{c.given})...)
			if got := strings.Join(s.View().Text, "|"); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
