package benchbeat

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"math/big"
	"net"
	"runtime"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"

	"offhook/provisioning/native"
)

// load is what a control has to do at its worst moments, all the time: JSON to
// be parsed and written, TLS handshakes, SIP to be parsed.
func load(ctx context.Context) error {
	certificate, err := selfSigned()
	if err != nil {
		return err
	}
	var wait sync.WaitGroup
	for _, work := range []func() error{documents, func() error { return handshake(certificate) }, requests} {
		wait.Go(func() {
			for ctx.Err() == nil && work() == nil {
			}
		})
	}
	wait.Wait()
	return nil
}

// burst carries out one kind of load after the other, when asked, and counts.
func burst(ctx context.Context, asked <-chan struct{}) (n int) {
	certificate, err := selfSigned()
	if err != nil {
		return 0
	}
	works := []func() error{
		func() error { runtime.GC(); return nil },
		provision, documents, func() error { return handshake(certificate) }, requests,
	}
	for {
		select {
		case <-ctx.Done():
			return n
		case <-asked:
		}
		if works[n%len(works)]() != nil {
			return n
		}
		n++
	}
}

const provisioned = "offhook: 1\nphone: {name: Reception, time-zone: Europe/Berlin, country: de}\n" +
	"accounts:\n  - user: 1001\n    domain: pbx.example\n    password: \"s3cret\"\n" +
	"dial-plan:\n  digit-map: [\"112\", \"[1-7]xx\", \"0xxxx.T\", \"*xx\"]\n  dial-timeout: 4s\n"

// provision reads a telephone's document.
func provision() error {
	doc, err := native.Parse([]byte(provisioned), "provisioned.yaml")
	if err != nil {
		return err
	}
	return doc.Validate()
}

type document struct {
	Accounts []map[string]string `json:"accounts"`
	Keys     map[string][]string `json:"keys"`
}

func documents() error {
	d := document{Keys: map[string][]string{}}
	for i := range 60 {
		d.Accounts = append(d.Accounts, map[string]string{"user": fmt.Sprint(i), "domain": "pbx.example.com", "name": "A name that is read aloud"})
		d.Keys[fmt.Sprint("line", i)] = []string{"speed", "sip:100@pbx.example.com", "Reception"}
	}
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return json.Unmarshal(text, &document{})
}

const request = "INVITE sip:1001@192.0.2.4:5061;transport=tls SIP/2.0\r\n" +
	"Via: SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bK74bf9;rport\r\nMax-Forwards: 70\r\n" +
	"From: \"Alice\" <sip:alice@pbx.example.com>;tag=9fxced76sl\r\nTo: <sip:1001@pbx.example.com>\r\n" +
	"Call-ID: 3848276298220188511@pbx.example.com\r\nCSeq: 2 INVITE\r\nContact: <sip:alice@192.0.2.1:5061;transport=tls>\r\n" +
	"Supported: replaces, timer, 100rel\r\nAllow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, PRACK, UPDATE\r\nContent-Length: 0\r\n\r\n"

func requests() error {
	parser := sip.NewParser()
	for range 100 {
		if _, err := parser.ParseSIP([]byte(request)); err != nil {
			return err
		}
	}
	return nil
}

func selfSigned() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"pbx.example.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
}

func handshake(certificate tls.Certificate) error {
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	served := make(chan error, 1)
	go func() {
		served <- tls.Server(b, &tls.Config{Certificates: []tls.Certificate{certificate}, SessionTicketsDisabled: true}).Handshake()
	}()
	// The work is what counts here, not who it is.
	err := tls.Client(a, &tls.Config{InsecureSkipVerify: true}).Handshake()
	if err != nil {
		a.Close()
	}
	if other := <-served; err == nil {
		err = other
	}
	return err
}
