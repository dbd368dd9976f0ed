package flood

import (
	"context"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestPace(t *testing.T) {
	for _, test := range []struct {
		arrow string
		slow  time.Duration // each send
		want  uint64
	}{
		{"as fast as asked -> all", 0, 2000},
		{"a slow network -> as many as it takes", 10 * time.Millisecond, 200},
	} {
		t.Run(test.arrow, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
				defer cancel()
				var numbers uint64
				sent := pace(ctx, 1000, func(n uint64) {
					if n != numbers {
						t.Errorf("%d after %d", n, numbers)
					}
					numbers++
					_ = pause(context.Background(), test.slow)
				})
				if sent < test.want-2 || sent > test.want || sent != numbers {
					t.Errorf("%d were sent, want about %d", sent, test.want)
				}
			})
		})
	}
}

func TestSource(t *testing.T) {
	seen := map[netip.Addr]bool{}
	for n := range uint64(5000) {
		seen[source(n, many)] = true
	}
	if len(seen) != many || !source(0, 0).IsLoopback() || source(7, 1) != source(8, 1) {
		t.Errorf("%d addresses", len(seen))
	}
}

func TestDatagrams_come_from_many_addresses(t *testing.T) {
	target, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	o := Order{Rate: 1000, UDP: target.LocalAddr().(*net.UDPAddr).AddrPort()}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan map[netip.Addr]bool)
	go func() { // a telephone that lets everyone ring, after the first hundred
		from := map[netip.Addr]bool{}
		buffer := make([]byte, 2048)
		for n := 0; ; n++ {
			_, who, err := target.ReadFromUDPAddrPort(buffer)
			if err != nil {
				done <- from
				return
			}
			from[who.Addr()] = true
			_, _ = target.WriteToUDPAddrPort([]byte("SIP/2.0 180 Ringing\r\nCSeq: 1 INVITE\r\n\r\n"), who) // the test fails without
			if n == 100 {
				cancel()
			}
		}
	}()
	r, err := o.datagrams(ctx, attack{kind: datagrams, messages: []string{plain("INVITE", extension, offer)}, sources: 50})
	target.Close()
	from := <-done
	if err != nil || r.Sent < 100 || r.Failed != 0 || r.Alarms == 0 || r.Alarms != r.Answers {
		t.Errorf("%+v, %v", r, err)
	}
	if len(from) != 50 {
		t.Errorf("they came from %d addresses", len(from))
	}
}

func TestAttack_wrong_orders(t *testing.T) {
	for _, args := range [][]string{nil, {"{"}, {"{}", "{}"}} {
		if err := Attack(t.Context(), args, io.Discard); err == nil {
			t.Errorf("%q is done", args)
		}
	}
	if _, err := (Order{Attack: "none"}).do(t.Context()); err == nil || !strings.Contains(err.Error(), `"none"`) {
		t.Errorf("%v", err)
	}
	if _, err := (Order{Attack: "RTP"}).do(t.Context()); err == nil {
		t.Error("sound is sent to nobody")
	}
}
