package app

import (
	"fmt"
	"log/slog"
	"net"
	"strings"
	"testing"

	"offhook/cmd/internal/syslog"
	"offhook/provisioning"
)

func TestLogTarget(t *testing.T) {
	for _, c := range []struct {
		arrow, server, transport, want string
	}{
		{"none -> none", "", "tls", "<nil>"},
		{"a host -> 514", "log.example", "udp", "log.example:514 udp false"},
		{"a host by TCP -> 514", "log.example", "tcp", "log.example:514 tcp false"},
		{"a host by TLS -> 6514", "log.example", "tls", "log.example:6514 tls true"},
		{"a port -> that", "log.example:10514", "tls", "log.example:10514 tls true"},
		{"an IPv6 address -> in brackets", "[2001:db8::1]", "udp", "[2001:db8::1]:514 udp false"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			doc := provisioning.Default()
			doc.Log.Server, doc.Log.Transport = c.server, c.transport
			got := "<nil>"
			if target := logTarget(doc); target != nil {
				got = fmt.Sprint(target.Address, " ", target.Transport, " ", target.TLS != nil)
			}
			if got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// The server hears what was logged before it was known, too.
func TestTellLog(t *testing.T) {
	server, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	ring := NewLogRing(10)
	log := slog.New(slog.NewJSONHandler(ring, nil))
	a := newApp(Config{Ring: ring, Log: log})
	a.logHost = newLogHost(log, provisioning.Device{MAC: "02:00:5e:10:00:01"})
	log.Info("first light", "room", "app")
	ended := make(chan error)
	go func() { ended <- a.tellLog(t.Context()) }()
	a.logHost.Use(&syslog.Target{Address: server.LocalAddr().String(), Transport: "udp"})
	t.Cleanup(func() {
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	buffer := make([]byte, 4096)
	for _, want := range []string{"first light", "then"} {
		n, _, err := server.ReadFrom(buffer)
		if got := string(buffer[:n]); err != nil || !strings.Contains(got, " offhook-02005e100001 offhook ") || !strings.HasSuffix(got, want) {
			t.Fatalf("%q, %v", got, err)
		}
		if want == "first light" {
			log.Info("then")
		}
	}
}
