package app

import (
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/provisioning"
	"offhook/ua"
)

// pulses is a relay that counts.
type pulses struct{ n int }

func (p *pulses) Pulse(time.Duration) error { p.n++; return nil }
func (p *pulses) Release() error            { return nil }
func (p *pulses) Close() error              { return nil }

func TestDoorman_hears_only_calls_that_talk(t *testing.T) {
	changed := func(c ua.Call) phone.Input { return phone.UA{Event: ua.CallChanged{Call: c}} }
	cases := []struct {
		name string
		in   []phone.Input
		want int
	}{
		{"confirmed", []phone.Input{changed(ua.Call{ID: 1, State: ua.Confirmed, Served: true})}, 1},
		{"early media", []phone.Input{changed(ua.Call{ID: 1, State: ua.Early, EarlyMedia: true, Served: true})}, 0},
		{"held by us", []phone.Input{changed(ua.Call{ID: 1, State: ua.Confirmed, Served: true}), changed(ua.Call{ID: 1, State: ua.Confirmed, Served: true, LocalHold: true})}, 0},
		{"another call is confirmed", []phone.Input{changed(ua.Call{ID: 2, State: ua.Confirmed, Served: true})}, 0},
		{"a stranger's", []phone.Input{changed(ua.Call{ID: 1, State: ua.Confirmed})}, 0},
		{"over", []phone.Input{changed(ua.Call{ID: 1, State: ua.Confirmed, Served: true}), changed(ua.Call{ID: 1, State: ua.Terminated, Served: true})}, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			relay := &pulses{}
			d := &doorman{log: slog.New(slog.DiscardHandler), relays: map[string]hal.Relay{"strike": relay}}
			doc := provisioning.Default()
			doc.Door = provisioning.Door{Relay: "strike", Hold: time.Second, Code: ua.NewSecret("2580"), Digits: []string{"rfc4733"}}
			d.use(doc)
			for _, in := range c.in {
				d.hear(in)
			}
			for _, digit := range []byte("2580") {
				d.hear(phone.Digit{Call: 1, Digit: digit})
			}
			if relay.n != c.want {
				t.Errorf("opened %d times, want %d", relay.n, c.want)
			}
		})
	}
}

// Nobody restarts the station while its door is open, or opens after its delay.
func TestDoorman_busy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		relay := &pulses{}
		d := &doorman{log: slog.New(slog.DiscardHandler), relays: map[string]hal.Relay{"strike": relay}}
		doc := provisioning.Default()
		doc.Door = provisioning.Door{Relay: "strike", Hold: 5 * time.Second, Delay: 2 * time.Second, Code: ua.NewSecret("2580"), Digits: []string{"rfc4733"}}
		d.use(doc)
		d.hear(phone.UA{Event: ua.CallChanged{Call: ua.Call{ID: 1, State: ua.Confirmed, Served: true}}})
		for _, digit := range []byte("2580") {
			d.hear(phone.Digit{Call: 1, Digit: digit})
		}
		if relay.n != 0 || !d.busy(time.Now()) {
			t.Errorf("%d pulses; busy: %t", relay.n, d.busy(time.Now()))
		}
		time.Sleep(2 * time.Second)
		d.tick()
		time.Sleep(5*time.Second - 1)
		if relay.n != 1 || !d.busy(time.Now()) {
			t.Errorf("%d pulses; busy: %t", relay.n, d.busy(time.Now()))
		}
		time.Sleep(time.Nanosecond)
		if d.busy(time.Now()) {
			t.Error("busy with the door shut")
		}
	})
}

// A code counts only in the ways that the configuration names: sounds are anybody's.
func TestDoorman_takes_a_code_as_it_is_allowed_to_come(t *testing.T) {
	for _, c := range []struct {
		allowed []string
		opens   []phone.DigitWay
	}{
		{provisioning.Default().Door.Digits, []phone.DigitWay{phone.ByEvent}},
		{[]string{"info"}, []phone.DigitWay{phone.ByInfo}},
		{[]string{"inband"}, []phone.DigitWay{phone.BySound}},
		{[]string{"rfc4733", "info", "inband"}, []phone.DigitWay{phone.ByEvent, phone.ByInfo, phone.BySound}},
		{nil, nil},
	} {
		for _, way := range []phone.DigitWay{phone.ByEvent, phone.ByInfo, phone.BySound} {
			relay := &pulses{}
			d := &doorman{log: slog.New(slog.DiscardHandler), relays: map[string]hal.Relay{"strike": relay}}
			doc := provisioning.Default()
			doc.Door = provisioning.Door{Relay: "strike", Hold: time.Second, Code: ua.NewSecret("2580"), Digits: c.allowed}
			d.use(doc)
			d.hear(phone.UA{Event: ua.CallChanged{Call: ua.Call{ID: 1, State: ua.Confirmed, Served: true}}})
			for _, digit := range []byte("2580") {
				d.hear(phone.Digit{Call: 1, Digit: digit, By: way})
			}
			if want := slices.Contains(c.opens, way); (relay.n == 1) != want {
				t.Errorf("%v: by way %d opened %d times", c.allowed, way, relay.n)
			}
		}
	}
}

func TestDoorman_lets(t *testing.T) {
	call := func(user, host string, served bool) ua.Call {
		return ua.Call{Remote: ua.Party{URI: "sip:" + user + "@" + host, User: user}, Served: served}
	}
	for _, c := range []struct {
		callers string
		call    ua.Call
		want    bool
	}{
		{"", call("600", "pbx.example", true), true},
		{"", call("600", "pbx.example", false), false},
		{"601 600", call("600", "pbx.example", true), true},
		{"601", call("600", "pbx.example", true), false},
		{"600", call("600", "pbx.example", false), false},
		{"600@pbx.example", call("600", "pbx.example", false), true},
		{"sips:600@PBX.example", call("600", "pbx.example", false), true},
		{"600@pbx.example", call("600", "other.example", false), false},
		{"600@pbx.example", call("601", "pbx.example", true), false},
		{"600@pbx.example", ua.Call{Remote: ua.Party{URI: "nonsense"}, Served: true}, false},
	} {
		d := &doorman{callers: strings.Fields(c.callers)}
		if got := d.lets(c.call); got != c.want {
			t.Errorf("%q and %s, served %v: %v", c.callers, c.call.Remote.URI, c.call.Served, got)
		}
	}
}

// stationed is a doorman whose keypad takes codes.
func stationed(relay hal.Relay) *doorman {
	d := &doorman{log: slog.New(slog.DiscardHandler), relays: map[string]hal.Relay{"strike": relay}, started: time.Now()}
	doc := provisioning.Default()
	doc.Door.Relay, doc.Door.Keypad = "strike", true
	doc.Door.Codes = []provisioning.DoorCode{{Name: "house", Code: ua.NewSecret("735519"), Where: []string{provisioning.DoorByKeypad}}}
	d.use(doc)
	return d
}

// tapped presses keys, and tells how many of their events the door has taken.
func tapped(d *doorman, keys string) (said []phone.Input, taken int) {
	for _, k := range keys {
		for _, action := range []hal.KeyAction{hal.KeyPress, hal.KeyLong, hal.KeyRelease} {
			more, mine := d.hear(phone.Key{KeyEvent: hal.KeyEvent{Key: hal.Key(k), Action: action}})
			said = append(said, more...)
			if mine {
				taken++
			}
		}
	}
	return said, taken
}

func TestDoorman_takes_codes_at_the_keypad(t *testing.T) {
	relay := &pulses{}
	d := stationed(relay)
	said, taken := tapped(d, "735519")
	if want := (phone.DoorSaid{Kind: phone.DoorOpen}); relay.n != 1 || taken != 18 || len(said) != 6 || said[5] != want {
		t.Errorf("opened %d times, %d events taken, said %+v", relay.n, taken, said)
	}
	said, _ = tapped(d, "111111")
	if want := (phone.DoorSaid{Kind: phone.DoorWrong}); relay.n != 1 || said[len(said)-1] != want {
		t.Errorf("opened %d times, said %+v", relay.n, said)
	}
}

// In a call the keys are the telephone's, and those of a call that ended are not
// the half of a code.
func TestDoorman_leaves_keys_to_a_call(t *testing.T) {
	relay := &pulses{}
	d := stationed(relay)
	changed := func(s ua.CallState) {
		d.hear(phone.UA{Event: ua.CallChanged{Call: ua.Call{ID: 1, State: s, Served: true}}})
	}
	changed(ua.Trying)
	if _, taken := tapped(d, "735519"); taken != 0 || relay.n != 0 {
		t.Errorf("%d events taken, opened %d times", taken, relay.n)
	}
	changed(ua.Terminated)
	tapped(d, "735")
	d.hear(phone.Key{KeyEvent: hal.KeyEvent{Key: "5"}})
	changed(ua.Trying)
	if _, mine := d.hear(phone.Key{KeyEvent: hal.KeyEvent{Key: "5", Action: hal.KeyRelease}}); !mine {
		t.Error("the release of a key that the door has taken goes to the telephone")
	}
	if _, taken := tapped(d, "19"); taken != 0 || relay.n != 0 {
		t.Errorf("%d events taken, opened %d times", taken, relay.n)
	}
}

func TestDoorman_offline(t *testing.T) {
	d := &doorman{log: slog.New(slog.DiscardHandler)}
	tell := func(account ua.AccountID, s ua.RegistrationState) {
		d.hear(phone.UA{Event: ua.RegistrationChanged{Account: account, State: s}})
	}
	offline := func() bool { return !d.registered() }
	tell("a", ua.Registered)
	tell("b", ua.RegistrationFailed)
	if offline() {
		t.Error("one account is registered")
	}
	tell("a", ua.Registering) // refreshed
	if offline() {
		t.Error("a refresh is no end")
	}
	tell("a", ua.RegistrationFailed)
	if !offline() {
		t.Error("none is registered")
	}
}

func TestDoorman_command(t *testing.T) {
	relay := &pulses{}
	d := stationed(relay)
	if _, err := d.command("cellar"); err == nil || !strings.Contains(err.Error(), `no door with the relay "cellar"`) {
		t.Error(err)
	}
	if said, err := d.command(""); err != nil || relay.n != 1 || len(said) != 1 {
		t.Errorf("%v, opened %d times, said %v", err, relay.n, said)
	}
	if _, err := (&doorman{}).command(""); err == nil || !strings.Contains(err.Error(), "door.relay") {
		t.Error(err)
	}
}
