package pnp

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"offhook/ua/wire"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var eth0 = Link{"eth0", netip.MustParseAddr("192.0.2.7")}

// fakeConn answers each message as the network does.
type fakeConn struct {
	answer  func(m wire.Message, to netip.AddrPort) []datagram
	heard   chan datagram
	closed  chan struct{}
	asked   int
	replies []string // to NOTIFYs: status and to whom
}

func newConn(answer func(wire.Message, netip.AddrPort) []datagram) *fakeConn {
	return &fakeConn{answer: answer, heard: make(chan datagram, 32), closed: make(chan struct{})}
}

func (c *fakeConn) ReadFromUDPAddrPort(b []byte) (int, netip.AddrPort, error) {
	select {
	case d := <-c.heard:
		return copy(b, d.raw), d.from, nil
	case <-c.closed:
		return 0, netip.AddrPort{}, net.ErrClosed
	}
}

func (c *fakeConn) WriteToUDPAddrPort(raw []byte, to netip.AddrPort) (int, error) {
	m, err := wire.Parse(raw)
	if err != nil {
		return 0, err
	}
	if m.IsRequest() {
		c.asked++
	} else {
		c.replies = append(c.replies, fmt.Sprint(m.Status, " ", to.Addr()))
	}
	for _, d := range c.answer(m, to) {
		c.heard <- d
	}
	return len(raw), nil
}

func (c *fakeConn) Close() error { close(c.closed); return nil }

// notify is a server's NOTIFY to a SUBSCRIBE, changed by pairs of name and value.
func notify(subscribe wire.Message, body string, change ...string) []byte {
	fields := map[string]string{
		"Via": "SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx", "From": subscribe.Get("To") + ";tag=server", "To": subscribe.Get("From"),
		"Call-ID": subscribe.Get("Call-ID"), "CSeq": "1 NOTIFY", "Event": subscribe.Get("Event"), "Content-Type": "application/url",
		"Subscription-State": "terminated;reason=timeout",
	}
	for i := 0; i < len(change); i += 2 {
		fields[change[i]] = change[i+1]
	}
	m := wire.Message{Method: "NOTIFY", URI: "sip:192.0.2.7", Body: []byte(body)}
	for name, value := range fields {
		m.Fields = append(m.Fields, wire.Field{Name: name, Value: value})
	}
	return m.Encode()
}

func from(address string, raw []byte) datagram {
	return datagram{raw, netip.AddrPortFrom(netip.MustParseAddr(address), 5060)}
}

func TestAsk(t *testing.T) {
	const url = "https://p.example/{mac}.cfg"
	for _, c := range []struct {
		name    string
		answer  func(m wire.Message) []datagram
		want    string
		replies string
	}{
		{"200 and NOTIFY", func(m wire.Message) []datagram {
			return []datagram{from("192.0.2.1", response(m, 200, "OK")), from("192.0.2.1", notify(m, url+"\r\n"))}
		}, "192.0.2.1 " + url, "200 192.0.2.1"},
		{"a NOTIFY that is repeated counts once", func(m wire.Message) []datagram {
			return []datagram{from("192.0.2.1", notify(m, url)), from("192.0.2.1", notify(m, "https://other.example"))}
		}, "192.0.2.1 " + url, "200 192.0.2.1, 200 192.0.2.1"},
		{"two who answer are told apart", func(m wire.Message) []datagram {
			return []datagram{from("192.0.2.66", notify(m, "http://rogue.example")), from("192.0.2.1", notify(m, url))}
		}, "192.0.2.66 http://rogue.example, 192.0.2.1 " + url, "200 192.0.2.66, 200 192.0.2.1"},
		{"without Content-Type and Subscription-State", func(m wire.Message) []datagram {
			return []datagram{from("192.0.2.1", notify(m, url, "Content-Type", "", "Subscription-State", ""))}
		}, "192.0.2.1 " + url, "200 192.0.2.1"},
		{"who does not know the Call-ID is not heard", func(m wire.Message) []datagram {
			return []datagram{from("192.0.2.66", notify(m, url, "Call-ID", "guessed"))}
		}, "nobody answers at 224.0.1.75:5060 on eth0", "481 192.0.2.66"},
		{"nor who does not know the tag", func(m wire.Message) []datagram {
			return []datagram{from("192.0.2.66", notify(m, url, "To", m.Get("To")+";tag=guessed"))}
		}, "nobody answers at 224.0.1.75:5060 on eth0", "481 192.0.2.66"},
		{"another package", func(m wire.Message) []datagram {
			return []datagram{from("192.0.2.1", notify(m, url, "Event", "check-sync"))}
		}, "nobody answers at 224.0.1.75:5060 on eth0", "489 192.0.2.1"},
		{"another type", func(m wire.Message) []datagram {
			return []datagram{from("192.0.2.1", notify(m, "<xml/>", "Content-Type", "application/xml"))}
		}, "nobody answers at 224.0.1.75:5060 on eth0", "415 192.0.2.1"},
		{"an empty body", func(m wire.Message) []datagram { return []datagram{from("192.0.2.1", notify(m, " \r\n"))} },
			"nobody answers at 224.0.1.75:5060 on eth0", "200 192.0.2.1"},
		{"rubbish and refusals", func(m wire.Message) []datagram {
			bye := bytes.Replace(notify(m, ""), []byte("NOTIFY sip"), []byte("BYE sip"), 1)
			return []datagram{from("192.0.2.1", []byte("\x00\x01")), from("192.0.2.1", response(m, 404, "Not Found")), from("192.0.2.1", bye)}
		}, "nobody answers at 224.0.1.75:5060 on eth0", "405 192.0.2.1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				conn := newConn(func(m wire.Message, to netip.AddrPort) []datagram {
					if m.Method != "SUBSCRIBE" || to != Group {
						return nil
					}
					return c.answer(m)
				})
				conn.heard = make(chan datagram, 64)
				profiles, err := Ask(context.Background(), config(conn), eth0)
				var got []string
				for _, p := range profiles {
					got = append(got, p.From.String()+" "+p.URL)
				}
				if err != nil {
					got = append(got, err.Error())
				}
				if joined := strings.Join(got, ", "); joined != c.want {
					t.Errorf("got %s\nwant %s", joined, c.want)
				}
				if replies := strings.Join(conn.replies, ", "); !strings.HasPrefix(replies, c.replies) {
					t.Errorf("answered %s, want %s", replies, c.replies)
				}
			})
		})
	}
}

func config(conn Conn) Config {
	return Config{MAC: "02:00:5e:10:00:01", Vendor: `off"hook`, Model: "bench", Version: "1", UserAgent: "offhook/1",
		Log: slog.New(slog.DiscardHandler), Open: func(Link) (Conn, error) { return conn, nil }}
}

func TestAsk_repeats_until_it_is_heard(t *testing.T) {
	for _, c := range []struct {
		name  string
		asked int
		took  time.Duration
	}{{"nobody", 4, patience}, {"200, but no NOTIFY", 1, patience}} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			conn := newConn(func(m wire.Message, _ netip.AddrPort) []datagram {
				if c.name == "nobody" {
					return nil
				}
				return []datagram{from("192.0.2.1", response(m, 200, "OK"))}
			})
			_, err := Ask(context.Background(), config(conn), eth0)
			if !errors.Is(err, ErrSilent) || conn.asked != c.asked || time.Since(start) != c.took {
				t.Errorf("%s: asked %d times in %s: %v", c.name, conn.asked, time.Since(start), err)
			}
		})
	}
}

func TestSubscribe_as_servers_know_it(t *testing.T) {
	e := newExchange(config(nil), eth0, netip.MustParseAddrPort("192.0.2.7:40000"))
	m, err := wire.Parse(e.subscribe())
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Event":   `ua-profile;profile-type="device";vendor="offhook";model="bench";version="1"`,
		"Contact": "<sip:192.0.2.7:40000>", "Accept": "application/url", "Expires": "0",
		"To": "<sip:MAC%3a02005E100001@224.0.1.75>",
	} {
		if got := m.Get(name); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	if m.URI != "sip:MAC%3a02005E100001@224.0.1.75" {
		t.Error(m.URI)
	}
}

func FuzzHear(f *testing.F) {
	e := newExchange(config(nil), eth0, netip.MustParseAddrPort("192.0.2.7:40000"))
	e.callID, e.tag = "call", "tag"
	subscribe, err := wire.Parse(e.subscribe())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(notify(subscribe, "https://p.example/x"))
	f.Add(response(subscribe, 200, "OK"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		e.profiles = nil
		reply := e.hear(from("192.0.2.1", raw))
		if _, err := wire.Parse(reply); reply != nil && errors.Is(err, wire.ErrNotSIP) {
			t.Errorf("answers with what is not SIP: %q", reply)
		}
		if len(e.profiles) > 0 && strings.ContainsAny(e.profiles[0].URL, "\n") {
			t.Errorf("%q", e.profiles[0].URL)
		}
	})
}
