package flood

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"offhook/cmd/internal/lab/ca"
	"offhook/cmd/internal/lab/journal"
	"offhook/cmd/internal/lab/pbx"
	"offhook/cmd/internal/lab/station"
	"offhook/cmd/internal/localapi"
)

// extension is the telephone's at the exchange, echo what it is in a call with, and
// office who the exchange says that calls.
const (
	extension = "1001"
	echo      = "600"
	office    = "600"
	host      = "127.0.0.1"
)

// world is an exchange, a telephone, and the call that they have.
type world struct {
	pbx    *pbx.PBX
	phone  *station.Station
	doors  [3]netip.AddrPort // UDP, TCP, TLS: where anyone may call the telephone
	callID string
}

const stepTime = 30 * time.Second

func newWorld(ctx context.Context, dir, offhook string) (w *world, err error) {
	w = &world{}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.close())
		}
	}()
	authority, err := ca.Open(filepath.Join(dir, "ca"))
	if err != nil {
		return w, err
	}
	pair, err := authority.Server(host, pbx.Realm)
	if err != nil {
		return w, err
	}
	if w.pbx, err = pbx.Start(pbx.Config{Log: slog.New(slog.DiscardHandler), Journal: &journal.Journal{}, Host: host, Certificate: pair}); err != nil {
		return w, err
	}
	if w.doors, err = freeDoors(); err != nil {
		return w, err
	}
	own, err := authority.Peer(host)
	if err != nil {
		return w, err
	}
	file := filepath.Join(dir, "offhook.yaml")
	text, err := w.document(authority.PEM(), own)
	if err != nil {
		return w, err
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		return w, err
	}
	w.phone, err = station.Start(ctx, station.Config{Binary: offhook, Dir: dir, Args: []string{"--config", file}})
	return w, err
}

const document = `agent: 1
config:
  phone: {name: Flooded}
  dial-plan: {digit-map: [6xx]}
  accounts:
    - {id: office, user: '%s', domain: %s, registrar: '%s', transport: tls, password: 'offhook-%s', ca: $lab, srtp: mandatory, codecs: [pcma]}
    - {id: door, user: door, domain: %s, transport: udp, register: false, mwi: false}
  network:
    listen: ['udp:%s', 'tcp:%s', 'tls:%s']
    listen-certificate: $own
  tls:
    authorities:
      - {name: lab, pem: %q}
    identities:
      - {name: own, certificate: %q, key: %q}
`

// document is the telephone's: it registers, and anyone may call it besides.
func (w *world) document(authority string, own tls.Certificate) (string, error) {
	key, err := x509.MarshalPKCS8PrivateKey(own.PrivateKey)
	if err != nil {
		return "", err
	}
	var chain strings.Builder
	for _, der := range own.Certificate {
		_ = pem.Encode(&chain, &pem.Block{Type: "CERTIFICATE", Bytes: der}) // a Builder takes all
	}
	registrar, _, _ := w.pbx.Addresses()
	return fmt.Sprintf(document, extension, pbx.Realm, registrar, extension, host, w.doors[0], w.doors[1], w.doors[2], authority,
		chain.String(), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key})), nil
}

// freeDoors are ports that nobody has just now.
func freeDoors() (doors [3]netip.AddrPort, err error) {
	packets, err := net.ListenPacket("udp4", host+":0")
	if err != nil {
		return doors, err
	}
	doors[0] = packets.LocalAddr().(*net.UDPAddr).AddrPort()
	err = packets.Close()
	var open [2]net.Listener
	for i := range open {
		l, bad := net.Listen("tcp4", host+":0")
		if bad != nil {
			return doors, errors.Join(err, bad)
		}
		defer l.Close() // two that are open are not the same
		open[i], doors[i+1] = l, l.Addr().(*net.TCPAddr).AddrPort()
	}
	return doors, err
}

// call makes the call that is to live, and waits until it is heard.
func (w *world) call(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, stepTime)
	defer cancel()
	_, err := w.phone.Until(ctx, "registration", func(s localapi.Status) bool {
		return len(s.Accounts) > 0 && s.Accounts[0].State == "registered"
	})
	if err != nil {
		return err
	}
	if err := w.phone.Control().Dial(ctx, localapi.DialRequest{Target: echo}); err != nil {
		return err
	}
	_, err = w.phone.Until(ctx, "a call with sound", func(s localapi.Status) bool {
		for _, c := range s.Calls {
			if c.State == "confirmed" && c.Ended.IsZero() && c.Media != nil && c.Media.Received > 100 && c.Media.Suite != "" {
				w.callID = c.SIPCallID
				return true
			}
		}
		return false
	})
	return err
}

// standing finds the call in a status; nil: it has ended.
func (w *world) standing(s localapi.Status) *localapi.Call {
	for i, c := range s.Calls {
		if c.SIPCallID == w.callID && c.State == "confirmed" && c.Ended.IsZero() && c.Media != nil {
			return &s.Calls[i]
		}
	}
	return nil
}

// strangers are those in a status who ring, or rang, and are not the exchange.
func strangers(s localapi.Status) (all []string) {
	for _, c := range s.Calls {
		if c.Incoming && (c.Account != "office" || !strings.Contains(c.Remote, office+"@"+pbx.Realm)) {
			all = append(all, c.Remote)
		}
	}
	return all
}

func (w *world) close() (err error) {
	if w.phone != nil {
		err = w.phone.Stop()
	}
	if w.pbx != nil {
		err = errors.Join(err, w.pbx.Close())
	}
	return err
}
