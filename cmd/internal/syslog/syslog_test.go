package syslog

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var config = Config{Host: "offhook-00005e005301", App: "offhook", PID: 7, Log: slog.New(slog.DiscardHandler)}

func TestRecord(t *testing.T) {
	const head = "offhook-00005e005301 offhook 7"
	for _, c := range []struct{ name, line, want string }{
		{"a record -> a message", `{"time":"2026-01-02T14:02:10.123456789+01:00","level":"INFO","msg":"ready","took":"12ms","version":"v1"}`,
			`<134>1 2026-01-02T14:02:10.123456+01:00 ` + head + ` - [meta sequenceId="1"] ready took=12ms version=v1`},
		{"a room -> its MSGID", `{"level":"WARN","msg":"x","room":"phone book"}`, `<132>1 - ` + head + ` phone-book [meta sequenceId="1"] x`},
		{"an error -> 3", `{"level":"ERROR","msg":"x"}`, `<131>1 - ` + head + ` - [meta sequenceId="1"] x`},
		{"detail -> 7", `{"level":"DEBUG-2","msg":"x"}`, `<135>1 - ` + head + ` - [meta sequenceId="1"] x`},
		{"numbers, groups, truth -> as they are", `{"level":"INFO","msg":"x","n":5,"ok":true,"g":{"a":1},"no":null}`, `<134>1 - ` + head + ` - [meta sequenceId="1"] x n=5 ok=true g="{\"a\":1}" no=null`},
		{"a line in a name -> one line", `{"level":"INFO","msg":"call\n<134>1 forged","from":"a b\r\n\u0000c"}`, `<134>1 - ` + head + ` - [meta sequenceId="1"] call <134>1 forged from="a b\r\n\x00c"`},
		{"umlauts -> kept", `{"level":"INFO","msg":"Küche"}`, `<134>1 - ` + head + ` - [meta sequenceId="1"] Küche`},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := config.record([]byte(c.line), 0)
			if err != nil || string(got) != c.want {
				t.Errorf("%v\n got %s\nwant %s", err, got, c.want)
			}
		})
	}
	for _, bad := range []string{"", "x", "[]", `{"a"`, `{"a":`, `{"a":1`, "{"} {
		if got, err := config.record([]byte(bad), 0); err == nil && bad != `{"a":1` && bad != "{" {
			t.Errorf("%q: %s", bad, got)
		}
	}
	long, err := config.record([]byte(`{"level":"INFO","msg":"`+strings.Repeat("ü", 3000)+`"}`), 0)
	if err != nil || len(long) > longest || len(long) < longest-1 || !bytes.HasSuffix(long, []byte("ü")) {
		t.Errorf("%d octets, %v", len(long), err)
	}
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"time":"2026-01-02T14:02:10Z","level":"INFO","msg":"ready","room":"ua","n":{"a":[1]}}`))
	f.Fuzz(func(t *testing.T, line []byte) {
		got, err := config.record(line, 1)
		if err == nil && (len(got) > longest || bytes.ContainsAny(got, "\n\r\x00") || !bytes.HasPrefix(got, []byte("<1"))) {
			t.Errorf("%q", got)
		}
	})
}

// running runs a Sender until the test ends.
func running(t *testing.T, c Config) *Sender {
	t.Helper()
	s := New(c)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return s
}

func line(text string) []byte { return []byte(`{"level":"INFO","msg":"` + text + `"}`) }

// frame reads one octet-counted message and returns its text.
func frame(r *bufio.Reader) (string, error) {
	size, err := r.ReadString(' ')
	if err != nil {
		return "", err
	}
	n, err := strconv.Atoi(strings.TrimSuffix(size, " "))
	if err != nil {
		return "", err
	}
	message := make([]byte, n)
	if _, err := io.ReadFull(r, message); err != nil {
		return "", err
	}
	_, text, _ := strings.Cut(string(message), "] ")
	return text, nil
}

func TestSender_UDP(t *testing.T) {
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	s := running(t, config)
	s.Put(line("before there was a server"))
	s.Use(&Target{Address: server.LocalAddr().String(), Transport: "udp"})
	s.Put(line("after"))
	buffer := make([]byte, 4096)
	for i, want := range []string{"before there was a server", "after"} {
		n, _, err := server.ReadFrom(buffer)
		if got := string(buffer[:n]); err != nil || !strings.HasSuffix(got, fmt.Sprintf(`[meta sequenceId="%d"] %s`, i+1, want)) {
			t.Fatalf("%q, %v", got, err)
		}
	}
}

func TestSender_TLS(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	own, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	server, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	roots := x509.NewCertPool()
	roots.AddCert(own)
	s := running(t, config)
	s.Put(line("secret"))
	s.Use(&Target{Address: server.Addr().String(), Transport: "tls", TLS: &tls.Config{}}) // whom nobody vouches for
	conn, err := server.Accept()
	if err != nil {
		t.Fatal(err)
	}
	if text, err := frame(bufio.NewReader(conn)); err == nil {
		t.Errorf("told a stranger %q", text)
	}
	conn.Close()
	s.Use(&Target{Address: server.Addr().String(), Transport: "tls", TLS: &tls.Config{RootCAs: roots}})
	if conn, err = server.Accept(); err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if text, err := frame(bufio.NewReader(conn)); err != nil || text != "secret" {
		t.Errorf("%q, %v", text, err)
	}
}

// A server that is gone is asked ever more seldom; the oldest records are let go, and
// that is told.
func TestSender_server_gone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		dialled, up := []time.Duration{}, new(atomic.Bool)
		began := time.Now()
		far, near := net.Pipe()
		c := config
		c.Log = slog.New(slog.NewTextHandler(&log, nil))
		c.Dial = func(context.Context, string, string) (net.Conn, error) {
			dialled = append(dialled, time.Since(began))
			if !up.Load() {
				return nil, errors.New("gone")
			}
			return near, nil
		}
		s := New(c)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- s.Run(ctx) }()
		s.Use(&Target{Address: "log.example:601", Transport: "tcp"})
		for i := range waiting + 3 {
			s.Put(line(strconv.Itoa(i)))
		}
		time.Sleep(3*time.Minute - time.Second)
		synctest.Wait()
		if want := "[0s 1s 3s 7s 15s 31s 1m3s 2m3s]"; fmt.Sprint(dialled) != want {
			t.Errorf("asked at %v, want %s", dialled, want)
		}
		if n := strings.Count(log.String(), "\n"); n != 1 || !strings.Contains(log.String(), "cannot be reached") {
			t.Errorf("told %d times: %s", n, log.String())
		}
		up.Store(true)
		r := bufio.NewReader(far)
		for i := 3; i < waiting+3; i++ {
			if text, err := frame(r); err != nil || text != strconv.Itoa(i) {
				t.Fatalf("%q instead of %d, %v", text, i, err)
			}
		}
		synctest.Wait()
		if !strings.Contains(log.String(), "reached again\" lost=3") {
			t.Error(log.String())
		}
		far.Close()
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
