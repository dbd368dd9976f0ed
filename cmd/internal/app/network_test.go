package app

import (
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/cmd/internal/phone"
	"offhook/hal"
	"offhook/ua/netwatch"
)

// told notes what a user agent is told.
type told struct{ what string }

func (a *told) NetworkChanged() error { a.what = "all anew"; return nil }
func (a *told) RoutesChanged() error  { a.what = "what goes another way"; return nil }
func (a *told) ClockChanged() error   { a.what = "bindings"; return nil }

func TestNetwork_that_is_gone_is_shown(t *testing.T) {
	w := newWorld(t, boardFile)
	w.registered()
	w.app.reaches(t.Context(), netwatch.Event{Network: true})
	w.app.reaches(t.Context(), netwatch.Event{Down: true})
	w.view("no network", func(v phone.View) bool { return v.Status.NetworkDown && len(v.Text) == 1 && v.Text[0] == unreached })
	w.until("no network in status", func(s localapi.Status) bool { return len(s.Devices) == 1 && s.Devices[0].Part == "network" })
	w.app.reaches(t.Context(), netwatch.Event{Clock: true})
	w.view("still none", func(v phone.View) bool { return v.Status.NetworkDown })
	w.app.reaches(t.Context(), netwatch.Event{Network: true, Broken: true})
	w.view("a network", func(v phone.View) bool { return !v.Status.NetworkDown })
	w.until("a network in status", func(s localapi.Status) bool { return len(s.Devices) == 0 })
}

func TestOwnAddress(t *testing.T) {
	for _, c := range []struct{ arrow, given, want string }{
		{"both -> IPv4", "fe80::1/64 2001:db8::7/64 192.0.2.17/24", "192.0.2.17"},
		{"IPv6 -> not the link's", "fe80::1/64 2001:db8::7/64 2001:db8::8/64", "2001:db8::7"},
		{"of the link alone -> none", "fe80::1/64 169.254.7.7/16", ""},
		{"none", "", ""},
	} {
		var all []net.Addr
		for _, text := range strings.Fields(c.given) {
			ip, n, err := net.ParseCIDR(text)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, &net.IPNet{IP: ip, Mask: n.Mask})
		}
		if got := ownAddress(append(all, &net.UnixAddr{})); got != c.want {
			t.Errorf("%s: %q, want %q", c.arrow, got, c.want)
		}
	}
}

func TestJourney_the_telephone_says_where_it_is(t *testing.T) {
	now := networkNow()
	w := newWorld(t, boardFile)
	w.registered()
	w.parts.keys.tap(hal.KeyMenu)
	w.parts.keys.tap(hal.KeyOK)
	w.view("the network's line", func(v phone.View) bool {
		i := slices.IndexFunc(v.List.Items, func(it phone.Item) bool { return it.Title == "Network" })
		return i >= 0 && (v.List.Items[i].Icon == phone.IconGood) == now.Up && (!now.Up || v.List.Items[i].Detail == now.Address)
	})
}

func TestReaction(t *testing.T) {
	for _, test := range []struct {
		event netwatch.Event
		want  string
	}{
		{netwatch.Event{Network: true, Broken: true}, "all anew"},
		{netwatch.Event{Network: true}, "what goes another way"},
		{netwatch.Event{Clock: true}, "bindings"},
		{netwatch.Event{Clock: true, Slept: time.Second}, "bindings"},
		{netwatch.Event{Clock: true, Slept: time.Hour}, "all anew"},
	} {
		var agent told
		if err := reaction(&agent, test.event)(); err != nil || agent.what != test.want {
			t.Errorf("%+v: %q, want %q", test.event, agent.what, test.want)
		}
	}
}
