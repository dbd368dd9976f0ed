package pbx

import (
	"crypto/x509"
	"log/slog"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emiago/sipgo/sip"
	"go.uber.org/goleak"

	"offhook/cmd/internal/lab/ca"
	"offhook/cmd/internal/lab/journal"
	"offhook/cmd/internal/lab/stream"
	"offhook/media/mediatest"
	"offhook/ua/digest"
)

var quiet = slog.New(slog.DiscardHandler)

func TestMain(m *testing.M) {
	if os.Getenv("LAB_LOG") != "" {
		quiet = slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	}
	goleak.VerifyTestMain(m)
}

// exchange starts a PBX for a test.
func exchange(t *testing.T, change func(*Config)) (*PBX, *x509.CertPool) {
	t.Helper()
	authority, err := ca.Open(t.TempDir())
	must(t, err)
	certificate, err := authority.Server("localhost", "127.0.0.1", "::1", Realm)
	must(t, err)
	c := Config{Log: quiet, Journal: &journal.Journal{}, Host: "127.0.0.1", Certificate: certificate}
	if change != nil {
		change(&c)
	}
	p, err := Start(c)
	must(t, err)
	t.Cleanup(func() { must(t, p.Close()) })
	return p, authority.Pool()
}

func TestRegister_over_every_transport_with_both_algorithms(t *testing.T) {
	p, roots := exchange(t, nil)
	for _, transport := range []string{"tls", "tcp", "udp"} {
		for _, algorithm := range []digest.Algorithm{digest.SHA256, digest.MD5} {
			t.Run(transport+"/"+string(algorithm), func(t *testing.T) {
				ph := newPhone(t, p, roots, "1001", transport)
				req := ph.request(sip.REGISTER, "1001")
				req.AppendHeader(sip.NewHeader("Expires", "60"))
				if res := ph.do(req, algorithm); res.StatusCode != 200 || !strings.Contains(res.GetHeader("contact").Value(), "expires=60") {
					t.Fatal(res.String())
				}
				i := slices.IndexFunc(p.Registrations(), func(r Registration) bool {
					return r.Transport == transport && r.Algorithm == string(algorithm)
				})
				if i < 0 {
					t.Errorf("not listed: %+v", p.Registrations())
				}
				if res := ph.register(0); res.StatusCode != 200 || res.GetHeader("contact") != nil {
					t.Errorf("removal: %s", res)
				}
			})
		}
	}
	if left := p.Registrations(); len(left) != 0 {
		t.Errorf("bindings are left: %+v", left)
	}
}

func TestRegister_refused(t *testing.T) {
	p, roots := exchange(t, nil)
	t.Run("first: a challenge for each algorithm, the better first", func(t *testing.T) {
		ph := newPhone(t, p, roots, "1001", "tcp")
		res, err := ph.exchange(ph.request(sip.REGISTER, "1001"))
		must(t, err)
		asked := res.GetHeaders("WWW-Authenticate")
		if res.StatusCode != 401 || len(asked) != 2 || !strings.Contains(asked[0].Value(), "SHA-256") || !strings.Contains(asked[1].Value(), "MD5") {
			t.Fatal(res.String())
		}
	})
	t.Run("wrong password: challenged again", func(t *testing.T) {
		ph := newPhone(t, p, roots, "1001", "tcp")
		ph.password = "guess"
		if res := ph.register(60); res.StatusCode != 401 || strings.Contains(res.String(), "stale=true") {
			t.Fatal(res.String())
		}
	})
	t.Run("another's address-of-record: 403", func(t *testing.T) {
		ph := newPhone(t, p, roots, "1001", "tcp")
		if res := ph.do(ph.request(sip.REGISTER, "1002"), ""); res.StatusCode != 403 {
			t.Fatal(res.String())
		}
	})
	t.Run("below 30 s: 423 with Min-Expires", func(t *testing.T) {
		ph := newPhone(t, p, roots, "1001", "tcp")
		if res := ph.register(29); res.StatusCode != 423 || res.GetHeader("Min-Expires").Value() != "30" {
			t.Fatal(res.String())
		}
	})
	t.Run("an old nonce: stale", func(t *testing.T) {
		p, roots := exchange(t, func(c *Config) { c.NonceLife = time.Nanosecond })
		ph := newPhone(t, p, roots, "1001", "tcp")
		if res := ph.register(60); res.StatusCode != 401 || !strings.Contains(strings.ToLower(res.String()), "stale=true") {
			t.Fatal(res.String())
		}
	})
}

func TestRegister_lives_as_long_as_its_connection(t *testing.T) {
	p, roots := exchange(t, nil)
	changed, stop := p.journal.Listen()
	defer stop()
	ph := newPhone(t, p, roots, "1001", "tls")
	if res := ph.register(600); res.StatusCode != 200 {
		t.Fatal(res.String())
	}
	must(t, ph.agent.TransportLayer().Pool("tls").Get(ph.server).Close())
	until(t, changed, func() bool { return len(p.Registrations()) == 0 })
}

// until waits until something is so, looking when the journal changes.
func until(t *testing.T, changed <-chan struct{}, so func() bool) {
	t.Helper()
	limit := time.After(10 * time.Second)
	for !so() {
		select {
		case <-changed:
		case <-limit:
			t.Fatal("it did not come to that")
		}
	}
}

func TestEcho_comes_back_encrypted_on_every_transport(t *testing.T) {
	p, roots := exchange(t, nil)
	for _, transport := range []string{"tls", "tcp", "udp"} {
		t.Run(transport, func(t *testing.T) {
			ph := newPhone(t, p, roots, "1001", transport)
			call := ph.dial("600")
			call.connect()
			call.voice.speak(50)
			numbers := call.voice.heard(t, 49)
			if len(numbers) != 50 {
				t.Errorf("heard %d of 50 packets", len(numbers))
			}
			if suite := call.voice.send.Suite; suite != "AEAD_AES_128_GCM" {
				t.Errorf("suite %q", suite)
			}
			seen := p.Calls()
			if len(seen) != 1 || seen[0].Legs[0].Stats.Received != 50 || seen[0].State != "confirmed" {
				t.Errorf("the exchange sees %+v", seen)
			}
			changed, stop := p.journal.Listen()
			defer stop()
			call.bye()
			until(t, changed, func() bool { return len(p.Calls()) == 0 })
		})
	}
}

// lossy loses the packets whose number is divisible by n, on the way in.
func lossy(n uint64) Network {
	return func() (in, out stream.Fates) {
		return func(number uint64) []time.Duration {
			if number%n == 0 && number != stream.ReportDelay {
				return nil
			}
			return []time.Duration{0}
		}, nil
	}
}

func TestEcho_through_a_lossy_network(t *testing.T) {
	p, roots := exchange(t, func(c *Config) { c.Network = lossy(5) })
	call := newPhone(t, p, roots, "1001", "tls").dial("600")
	call.connect()
	call.voice.speak(100)
	numbers := call.voice.heard(t, 99)
	if len(numbers) != 80 || slices.Contains(numbers, 50) {
		t.Errorf("heard %d of 100 packets: %v", len(numbers), numbers)
	}
	if stats := p.Calls()[0].Legs[0].Stats; stats.LostIn != 20 || stats.Received != 80 || stats.Lost != 19 { // the first was lost before anything was expected
		t.Errorf("%+v", stats)
	}
}

func TestDigits_are_shown(t *testing.T) {
	p, roots := exchange(t, nil)
	call := newPhone(t, p, roots, "1001", "tls").dial("600")
	call.connect()
	changed, stop := p.journal.Listen()
	defer stop()
	for i, event := range []byte{4, 2, 11} {
		for n := range 3 {
			call.voice.port.Send(stream.Packet{PayloadType: call.voice.agreed.SendEvents.PayloadType, Marker: n == 0, SSRC: 7,
				Sequence: uint16(3*i + n), Timestamp: uint32(i * 1600), Payload: []byte{event, 10 | byte(n/2)<<7, 0, 160 * byte(n)}})
		}
	}
	until(t, changed, func() bool { return p.Calls()[0].Digits == "42#" })
	info := call.dialog.request(sip.INFO, call.dialog.next())
	body(info, "application/dtmf-relay", []byte("Signal=7\r\nDuration=160\r\n"))
	if res, err := call.ph.exchange(info); err != nil || res.StatusCode != 200 {
		t.Fatal(res, err)
	}
	until(t, changed, func() bool { return p.Calls()[0].Digits == "42#7" })
	call.bye()
}

func TestMailbox_lamp(t *testing.T) {
	p, roots := exchange(t, nil)
	ph := newPhone(t, p, roots, "1001", "tls")
	ph.register(60)
	if n := receive(t, ph.notifies, "NOTIFY"); !strings.Contains(string(n.Body()), "Messages-Waiting: no") {
		t.Errorf("%s", n)
	}
	must(t, p.SetMailbox("1001", Mailbox{New: 2, Old: 5}))
	n := receive(t, ph.notifies, "NOTIFY")
	if text := string(n.Body()); !strings.Contains(text, "Messages-Waiting: yes") || !strings.Contains(text, "Voice-Message: 2/5") {
		t.Errorf("%s", n)
	}
	if tag, _ := n.From().Params.Get("tag"); tag == "" {
		t.Error("no tag")
	}
	subscribe := ph.request(sip.SUBSCRIBE, "1001")
	subscribe.AppendHeader(sip.NewHeader("Event", "message-summary"))
	subscribe.AppendHeader(sip.NewHeader("Expires", "300"))
	if res := ph.do(subscribe, ""); res.StatusCode != 200 || res.GetHeader("Expires").Value() != "300" {
		t.Fatal(res.String())
	}
	if n := receive(t, ph.notifies, "NOTIFY"); !strings.HasPrefix(n.GetHeader("Subscription-State").Value(), "active") {
		t.Errorf("%s", n)
	}
	must(t, p.SetMailbox("1001", Mailbox{}))
	if n := receive(t, ph.notifies, "NOTIFY"); !strings.HasPrefix(n.GetHeader("Subscription-State").Value(), "active") || !strings.Contains(string(n.Body()), "0/0") {
		t.Errorf("%s", n)
	}
	if err := p.SetMailbox("9999", Mailbox{}); err == nil {
		t.Error("a mailbox of nobody")
	}
}

func TestCheckSync(t *testing.T) {
	p, roots := exchange(t, nil)
	if err := p.CheckSync("1001", true); err == nil {
		t.Error("nobody is registered, and no error")
	}
	ph := newPhone(t, p, roots, "1001", "udp")
	ph.register(60)
	receive(t, ph.notifies, "NOTIFY")
	must(t, p.CheckSync("1001", true))
	if event := receive(t, ph.notifies, "NOTIFY").GetHeader("Event").Value(); event != "check-sync;reboot=true" {
		t.Errorf("Event: %s", event)
	}
}

func TestStart_taken_port_says_what_to_do(t *testing.T) {
	p, _ := exchange(t, nil)
	secure, plain, datagram := p.Addresses()
	for flag, change := range map[string]func(*Config){
		"--sip-tls-port": func(c *Config) { c.TLS = portOf(t, secure) },
		"--sip-tcp-port": func(c *Config) { c.TCP = portOf(t, plain) },
		"--sip-udp-port": func(c *Config) { c.UDP = portOf(t, datagram) },
	} {
		c := p.config
		change(&c)
		_, err := Start(c)
		if err == nil || !strings.Contains(err.Error(), "is taken by another program: choose another with "+flag) {
			t.Errorf("%s: %v", flag, err)
		}
	}
}

func TestEcho_the_same_seed_loses_the_same_packets(t *testing.T) {
	seed := uint64(11)
	p, roots := exchange(t, func(c *Config) {
		c.Network = func() (in, out stream.Fates) {
			path := func(direction uint64) stream.Fates {
				link := mediatest.NewLink(mediatest.Impairment{Loss: 0.1, Seed: seed ^ direction})
				return func(n uint64) []time.Duration {
					if drop, delay, _ := link.Fate(n); !drop {
						return []time.Duration{delay}
					}
					return nil
				}
			}
			return path(0), path(1)
		}
	})
	ph := newPhone(t, p, roots, "1001", "tls")
	heard := func() []int {
		call := ph.dial("600")
		call.connect()
		call.voice.speak(400)
		numbers := call.voice.heard(t, 390)
		call.bye()
		return numbers[:len(numbers)-1]
	}
	first, second := heard(), heard()
	// Twice through 10 %: 81 % arrive.
	if share := float64(len(first)) / 390; share < 0.75 || share > 0.87 {
		t.Errorf("%.0f %% came back", share*100)
	}
	if !slices.Equal(first, second) {
		t.Error("the same seed lost other packets")
	}
}
