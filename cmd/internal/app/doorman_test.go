package app

import (
	"log/slog"
	"slices"
	"testing"
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
		{"confirmed", []phone.Input{changed(ua.Call{ID: 1, State: ua.Confirmed})}, 1},
		{"early media", []phone.Input{changed(ua.Call{ID: 1, State: ua.Early, EarlyMedia: true})}, 0},
		{"held by us", []phone.Input{changed(ua.Call{ID: 1, State: ua.Confirmed}), changed(ua.Call{ID: 1, State: ua.Confirmed, LocalHold: true})}, 0},
		{"another call is confirmed", []phone.Input{changed(ua.Call{ID: 2, State: ua.Confirmed})}, 0},
		{"over", []phone.Input{changed(ua.Call{ID: 1, State: ua.Confirmed}), changed(ua.Call{ID: 1, State: ua.Terminated})}, 0},
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
			d.hear(phone.UA{Event: ua.CallChanged{Call: ua.Call{ID: 1, State: ua.Confirmed}}})
			for _, digit := range []byte("2580") {
				d.hear(phone.Digit{Call: 1, Digit: digit, By: way})
			}
			if want := slices.Contains(c.opens, way); (relay.n == 1) != want {
				t.Errorf("%v: by way %d opened %d times", c.allowed, way, relay.n)
			}
		}
	}
}
