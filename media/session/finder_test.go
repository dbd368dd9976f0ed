package session

import (
	"fmt"
	"net"
	"net/netip"
	"strings"
	"testing"

	"offhook/media/ice"
	"offhook/media/keying"
	"offhook/media/sdp"
)

func mode(m ice.Mode) func(*Config) {
	return func(c *Config) { c.ICE.Mode, c.SRTP = m, sdp.Off }
}

// placed tells where a side's stream was told to send.
func (s *side) placed() netip.AddrPort {
	if spec := s.engine.last(); spec.ICE {
		return spec.Remote
	}
	return netip.AddrPort{}
}

func TestFinder_pairs(t *testing.T) {
	for _, row := range []struct {
		name      string
		a, b      ice.Mode
		ice       bool
		encrypted []keying.Method
	}{
		{"full and full", ice.Full, ice.Full, true, nil},
		{"full and full, DTLS", ice.Full, ice.Full, true, []keying.Method{keying.DTLS}},
		{"full and full, SDES", ice.Full, ice.Full, true, []keying.Method{keying.SDES}},
		{"full and lite", ice.Full, ice.Lite, true, nil},
		{"lite and full", ice.Lite, ice.Full, true, nil},
		{"lite and full, DTLS", ice.Lite, ice.Full, true, []keying.Method{keying.DTLS}},
		{"lite and lite", ice.Lite, ice.Lite, true, nil},
		{"full and none", ice.Full, ice.Off, false, nil},
		{"none and full", ice.Off, ice.Full, false, nil},
		{"none and full, DTLS", ice.Off, ice.Full, false, []keying.Method{keying.DTLS}},
	} {
		for _, addr := range []netip.Addr{loopback, six} {
			t.Run(fmt.Sprintf("%s, %s", row.name, addr), func(t *testing.T) {
				with := func(m ice.Mode) func(*Config) {
					return func(c *Config) {
						mode(m)(c)
						if row.encrypted != nil {
							c.SRTP, c.Keying = sdp.Mandatory, row.encrypted
						}
					}
				}
				a, b := newSide(t, addr, with(row.a)), newSide(t, addr, with(row.b))
				exchange(t, a.Session, b.Session, false)
				talk(t, a, b)
				if row.ice && (a.placed() != b.LocalAddr() || b.placed() != a.LocalAddr()) {
					t.Errorf("%v and %v", a.engine.last(), b.engine.last())
				}
				if !row.ice && (a.engine.last().ICE || b.engine.last().ICE) {
					t.Error("ICE with one side alone")
				}
				exchange(t, b.Session, a.Session, true) // hold, and back
				exchange(t, b.Session, a.Session, false)
				talk(t, a, b)
				until(t, "reports both ways", func() bool { return a.Stats().RemoteReports > 0 && b.Stats().RemoteReports > 0 })
			})
		}
	}
}

func TestFinder_description(t *testing.T) {
	a, _ := newSession(t, mode(ice.Full))
	offer, err := a.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"a=ice-options:ice2\r\n", "a=ice-ufrag:", "a=ice-pwd:", fmt.Sprintf("UDP %d 127.0.0.1 %d typ host\r\n", 126<<24|65535<<8|255, a.LocalAddr().Port())} {
		if !strings.Contains(string(offer), want) {
			t.Errorf("no %q in %s", want, offer)
		}
	}
	again, err := a.Offer(false)
	if err != nil || string(again) == string(offer) {
		t.Errorf("an offer that nobody answered is made with new names: %s, %v", again, err)
	}
}

// What a router's SIP helper does to the address of the sound, and to nothing else.
func TestFinder_mismatch(t *testing.T) {
	a, b := newSide(t, loopback, mode(ice.Full)), newSide(t, loopback, mode(ice.Full))
	offer, err := a.Offer(false)
	if err != nil {
		t.Fatal(err)
	}
	port := fmt.Sprintf("m=audio %d ", a.LocalAddr().Port())
	if !strings.Contains(string(offer), port) {
		t.Fatal(string(offer))
	}
	answer, err := b.Answer([]byte(strings.Replace(string(offer), port, "m=audio 9999 ", 1)))
	if err != nil || !strings.Contains(string(answer), "a=ice-mismatch\r\n") || strings.Contains(string(answer), "ufrag") {
		t.Fatalf("%s, %v", answer, err)
	}
	if err := a.Accept(answer); err != nil {
		t.Fatal(err)
	}
	if a.engine.last().ICE || b.engine.last().ICE || b.engine.last().Remote.Port() != 9999 {
		t.Error(a.engine.last(), b.engine.last())
	}
}

// Off the path nobody can move the stream, nor be heard: not by RTP, not by checks
// without the password, not by such that have the names.
func TestFinder_stranger(t *testing.T) {
	a, b := newSide(t, loopback, mode(ice.Full)), newSide(t, loopback, mode(ice.Full))
	exchange(t, a.Session, b.Session, false)
	talk(t, a, b)
	ufrag := a.finder.agent.Local().Ufrag + ":" + b.finder.agent.Local().Ufrag
	stranger, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(a.LocalAddr()))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = stranger.Close() }()
	forged := []byte("\x80\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x07forged")
	before := a.Stats().Foreign
	for i := range 300 {
		forged[3] = byte(i)
		for _, packet := range [][]byte{forged, forgedCheck(ufrag, "a password of the stranger's"), forgedCheck("ab:cd", "")} {
			if _, err := stranger.Write(packet); err != nil {
				t.Fatal(err)
			}
		}
	}
	until(t, "the strangers' packets", func() bool { return a.Stats().Foreign >= before+30 })
	talk(t, a, b)
	if a.placed() != b.LocalAddr() || a.engine.hears([]byte("forged")) {
		t.Error("the stranger is believed")
	}
}
