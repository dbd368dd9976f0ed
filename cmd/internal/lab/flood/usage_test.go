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
