package session

import (
	"net"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"offhook/media/sdp"
)

// TestListen_marks both families' packets with the class of telephony, or with
// what the configuration says.
func TestListen_marks(t *testing.T) {
	for _, addr := range []netip.Addr{loopback, six} {
		for dscp, want := range map[int]int{0: 46 << 2, 34: 34 << 2, -1: 0} {
			s, err := Listen(addr, PortRange{}, dscp, nil)
			if err != nil {
				t.Fatal(err)
			}
			for _, conn := range []*net.UDPConn{s.RTP, s.RTCP} {
				raw, err := conn.SyscallConn()
				if err != nil {
					t.Fatal(err)
				}
				var got int
				_ = raw.Control(func(fd uintptr) {
					if addr.Is4() {
						got, err = unix.GetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TOS)
						return
					}
					got, err = unix.GetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_TCLASS)
				})
				if err != nil || got != want {
					t.Errorf("%s, dscp %d: %#x, want %#x, %v", addr, dscp, got, want, err)
				}
			}
			if err := s.Close(); err != nil {
				t.Error(err)
			}
		}
	}
}

// TestSession_zones are for this host alone: no description has one, and what is
// sent to a link-local address has ours.
func TestSession_zones(t *testing.T) {
	s := &Session{zone: "3"}
	for addr, want := range map[string]string{"[fe80::9]:4000": "[fe80::9%3]:4000", "[2001:db8::9]:4000": "[2001:db8::9]:4000", "10.0.0.1:4000": "10.0.0.1:4000"} {
		if got := s.reach(netip.MustParseAddrPort(addr)).String(); got != want {
			t.Errorf("%s: %s", addr, got)
		}
	}
	if zoneNumber("") != "" || zoneNumber("lo") != "1" || zoneNumber("7") != "7" {
		t.Error("zoneNumber")
	}
	six, _ := newSession(t, func(c *Config) { c.Addr = six })
	offer, err := six.Offer(false)
	if err != nil || !strings.Contains(string(offer), "c=IN IP6 ::1\r\n") || strings.Contains(string(offer), "%") {
		t.Errorf("%s, %v", offer, err)
	}
}

func TestPair_other_family_is_refused_with_a_reason(t *testing.T) {
	four, _ := newSession(t, policy(sdp.Off))
	sixth, _ := newSession(t, func(c *Config) { c.Addr = six })
	offer, err := sixth.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := four.Answer(offer); err == nil || !strings.Contains(err.Error(), "the other IP version") {
		t.Error(err)
	}
}

func TestListen_exhausted_says_what_to_do(t *testing.T) {
	taken, err := Listen(loopback, PortRange{}, -1, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	port := taken.LocalAddr().Port()
	_, err = Listen(loopback, PortRange{port, port + 1}, -1, nil)
	if err == nil || !strings.Contains(err.Error(), "widen network.rtp-ports") {
		t.Error(err)
	}
}
