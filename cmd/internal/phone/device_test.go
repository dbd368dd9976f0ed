package phone

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"offhook/hal"
	"offhook/ua"
)

func lampWords(effects []Effect) string {
	var out []string
	for _, e := range effects {
		if l, ok := e.(Lamp); ok {
			out = append(out, fmt.Sprintf("%s %s", l.Name, [...]string{"off", "on", "slow", "fast", "flutter"}[l.Pattern]))
		}
	}
	return strings.Join(out, ", ")
}

func TestLamps(t *testing.T) {
	cases := []struct {
		name        string
		given, when []Input
		want        string
	}{
		{"registered", desk(t)[:4], desk(t)[4:], "registered on"},
		{"one account down", desk(t), then(UA{ua.RegistrationChanged{Account: "a", State: ua.RegistrationFailed}}), "registered flutter"},
		{"messages wait", desk(t), then(UA{ua.MessageWaiting{Account: "a", Waiting: true}}), "message flutter"},
		{"messages heard", then(desk(t), UA{ua.MessageWaiting{Account: "a", Waiting: true}}), then(UA{ua.MessageWaiting{Account: "a"}}), "message off"},
		{"call comes in", desk(t), then(said(in(7, ua.Early))), "ring fast, line1 fast"},
		{"answered on speaker", then(desk(t), said(in(7, ua.Early))), press(hal.KeySpeaker), "speaker on, ring off, line1 on"},
		{"muted", then(desk(t), talking()), press(hal.KeyMute), "mute on"},
		{"held", then(desk(t), talking()), press(hal.KeyHold), "hold slow, line1 slow"},
		{"all over", then(desk(t), heldCall(), cradle), then(said(over(out(ua.Confirmed), 200, ua.RemoteBye, ""))), "hold off, line1 off"},
		{"headset", desk(t), press(hal.KeyHeadset), "headset on"},
		{"line opened", desk(t), press(hal.KeyLine2), "speaker on, line2 on"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			_, effects := run(t, State{}, then(c.given, c.when)...)
			if got := lampWords(effects); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestVolume(t *testing.T) {
	volumes := func(effects []Effect) string {
		var out []string
		for _, e := range effects {
			if v, ok := e.(Volume); ok {
				out = append(out, fmt.Sprintf("%s %d", v.Output, v.Percent))
			}
		}
		return strings.Join(out, ", ")
	}
	configured := func(percent int) Config {
		return Config{Accounts: []Account{{ID: "a"}}, Volumes: map[hal.Output]int{hal.Ringer: percent}}
	}
	cases := []struct {
		name        string
		given, when []Input
		want        string
	}{
		{"idle: louder -> the ringer", desk(t), press(hal.KeyVolumeUp), "ringer 70"},
		{"off-hook: quieter -> the handset", then(desk(t), lift), press(hal.KeyVolumeDown), "handset 50"},
		{"speaker: louder -> the speaker", then(desk(t), press(hal.KeySpeaker)), press(hal.KeyVolumeUp), "speaker 70"},
		{"full: louder -> nothing", then(configured(100)), press(hal.KeyVolumeUp), ""},
		{"configured", desk(t), then(configured(35)), "ringer 35"},
		{"the person's own stays when the configuration comes again", then(configured(35), press(hal.KeyVolumeUp)), then(configured(35)), ""},
		{"a configuration that changed wins", then(configured(35), press(hal.KeyVolumeUp)), then(configured(80)), "ringer 80"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			s, effects := run(t, State{}, then(c.given, c.when)...)
			if got := volumes(effects); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if _, ok := c.when[0].(Key); ok && !s.View().Volume.Shown {
				t.Error("no volume bar")
			}
		})
	}
}

func TestBacklight(t *testing.T) {
	light := func(effects []Effect) int {
		for _, e := range effects {
			if b, ok := e.(Backlight); ok {
				return b.Percent
			}
		}
		return -1
	}
	config := Config{Accounts: []Account{{ID: "a"}}, Backlight: BacklightConfig{Active: 80, Idle: 10, After: time.Minute}}
	s, effects := run(t, State{}, config)
	if got := light(effects); got != 80 {
		t.Errorf("at first %d", got)
	}
	s, effects = run(t, s, fire{timerBacklight})
	if got := light(effects); got != 10 {
		t.Errorf("at rest %d", got)
	}
	if _, effects = run(t, s, press(hal.KeyVolumeUp)...); light(effects) != 80 {
		t.Errorf("key %d", light(effects))
	}
	if _, effects = run(t, s, said(in(7, ua.Early))); light(effects) != 80 {
		t.Errorf("call %d", light(effects))
	}
}

func TestStep_zero_state_takes_any_input(t *testing.T) {
	inputs := []Input{
		Config{}, Key{}, Hook{}, UA{}, Timer{}, Timer{ID: 200}, Clock{}, Invited{}, CommandFailed{}, Provisioning{}, Network{}, Audio{},
		Media{}, Digit{}, Restore{}, RemoteDial{}, RemoteAnswer{}, RemoteReject{}, RemoteHangup{}, RemoteHold{}, RemoteTransfer{}, RemoteDigits{},
		UA{ua.CheckSync{}}, UA{ua.CallChanged{}}, nil,
	}
	for _, k := range hal.Keys() {
		inputs = append(inputs, Key{hal.KeyEvent{Key: k}}, long(k))
	}
	for _, in := range inputs {
		t.Run(fmt.Sprintf("%T%v", in, in), func(t *testing.T) {
			if s, _ := Step(State{}, in); s.View().Title == "" {
				t.Error("shows nothing")
			}
		})
	}
}

func TestStep_a_day_at_the_desk_ends_idle(t *testing.T) {
	s, effects := run(t, State{}, then(desk(t), twoCalls(), press(hal.KeySoft3), cradle,
		said(over(out(ua.Confirmed), 200, ua.LocalBye, "")), press(hal.KeySoft1), press(hal.KeyMute), press(hal.KeySpeaker),
		said(over(in(7, ua.Confirmed), 200, ua.LocalBye, "")))...)
	if !s.Idle() || len(s.Calls()) != 0 || s.View().Kind != KindIdle || len(s.Registrations()) != 2 {
		t.Errorf("%v %v %v", s.Idle(), s.Calls(), effects)
	}
}
