package flood

import (
	"net"
	"net/netip"
	"os"
	"slices"
	"testing"
	"time"

	"offhook/cmd/internal/localapi"
	"offhook/media"
)

func TestParseUsage(t *testing.T) {
	u, err := parseUsage("100 7 3 1 0 2 0\n", "42 (a ) b (c) S 1 42 42 0 -1 4194304 1 0 0 0 250 50 0 0 20 0 9 0 1 2 3\n")
	if err != nil || u.cpu != 3*time.Second || u.rss != 7*int64(os.Getpagesize()) {
		t.Errorf("%+v, %v", u, err)
	}
	for _, bad := range [][2]string{{"", ""}, {"1 2", "42 (x) S 1"}, {"1 x", "42 (x) S 1 2 3 4 5 6 7 8 9 10 11 12 13"}, {"1 2", "no bracket"}} {
		if _, err := parseUsage(bad[0], bad[1]); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestUsage_of_this_process(t *testing.T) {
	u, err := usageOf(family(os.Getpid()))
	if err != nil || u.rss < 1<<20 {
		t.Errorf("%+v, %v", u, err)
	}
	if _, err := usageOf([]int{-1}); err == nil {
		t.Error("a process that is none uses something")
	}
}

func TestMediaSockets(t *testing.T) {
	var ports []netip.AddrPort
	for range 2 {
		c, err := net.ListenPacket("udp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		ports = append(ports, c.LocalAddr().(*net.UDPAddr).AddrPort())
	}
	found, err := mediaSockets([]int{os.Getpid()}, ports[1].Port())
	if err != nil || !slices.Contains(found, ports[0]) || slices.Contains(found, ports[1]) {
		t.Errorf("%v of %v, %v", found, ports, err)
	}
}

func TestStrangers(t *testing.T) {
	exchange := localapi.Call{Incoming: true, Account: "office", Remote: "sip:600@pbx.offhook.test"}
	scanner := localapi.Call{Incoming: true, Account: "door", Remote: "sip:600@127.66.0.0"}
	ours := localapi.Call{Account: "office", Remote: "sip:600@pbx.offhook.test", SIPCallID: "x", State: "confirmed", Media: &media.Stats{}}
	if all := strangers(localapi.Status{Calls: []localapi.Call{ours, exchange}}); len(all) != 0 {
		t.Errorf("%v", all)
	}
	var w window
	for range 2 {
		w.note(localapi.Status{Calls: []localapi.Call{exchange, scanner}})
	}
	if !slices.Equal(w.rang, []string{scanner.Remote}) {
		t.Errorf("%v", w.rang)
	}
	up := &world{callID: "x"}
	if up.standing(localapi.Status{Calls: []localapi.Call{exchange, ours}}) == nil {
		t.Error("the call stands")
	}
	ours.Ended = time.Now()
	if up.standing(localapi.Status{Calls: []localapi.Call{exchange, ours}}) != nil {
		t.Error("a call that has ended stands")
	}
}
