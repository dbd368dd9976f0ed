package tftp

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pin/tftp/v3"
	"go.uber.org/goleak"

	"offhook/provisioning"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// served runs a server that others wrote, with files, on loopback.
func served(t *testing.T, blocks int, files map[string][]byte) string {
	t.Helper()
	server := tftp.NewServer(func(name string, to io.ReaderFrom) error {
		data, ok := files[name]
		if !ok {
			return errors.New("no such file")
		}
		to.(tftp.OutgoingTransfer).SetSize(int64(len(data)))
		_, err := to.ReadFrom(bytes.NewReader(data))
		return err
	}, nil)
	if blocks > 0 {
		server.SetBlockSize(blocks)
	}
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = server.Serve(conn) // ends with Shutdown
	}()
	t.Cleanup(func() {
		server.Shutdown()
		<-ended
	})
	return conn.LocalAddr().String()
}

func ask(url string) provisioning.Request {
	return provisioning.Request{URL: url, Access: provisioning.Access{AllowTFTP: true}}
}

func TestFetch(t *testing.T) {
	files := map[string][]byte{"empty": {}}
	for name, size := range map[string]int{"small": 10, "block": askedBlock, "blocks": 3 * askedBlock, "plain": 512, "odd": 100_001, "most": 1 << 20, "larger": 1<<20 + 1} {
		files[name] = bytes.Repeat([]byte("offhook: 1\n"), size/11+1)[:size]
	}
	for _, blocks := range []int{0, 512, 1024} {
		at := "tftp://" + served(t, blocks, files) + "/"
		for name, want := range files {
			r, err := New(Config{}).Fetch(t.Context(), ask(at+name))
			switch {
			case len(want) == 0 || len(want) > 1<<20:
				if err == nil {
					t.Errorf("%s with blocks of %d: no error", name, blocks)
				}
			case err != nil:
				t.Errorf("%s with blocks of %d: %v", name, blocks, err)
			case !bytes.Equal(r.Data, want):
				t.Errorf("%s with blocks of %d: %d bytes, want %d", name, blocks, len(r.Data), len(want))
			}
		}
	}
}

func TestFetch_refused(t *testing.T) {
	at := served(t, 0, nil)
	for _, c := range []struct {
		arrow   string
		request provisioning.Request
		want    string
	}{
		{"not allowed -> how to allow it", provisioning.Request{URL: "tftp://" + at + "/x"}, "set provisioning.allow-tftp"},
		{"no such file -> the server's words", ask("tftp://" + at + "/x"), "no such file"},
		{"no file named -> how to write it", ask("tftp://" + at), "tftp://host/file"},
	} {
		t.Run(c.arrow, func(t *testing.T) {
			_, err := New(Config{}).Fetch(t.Context(), c.request)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %q in it", err, c.want)
			}
		})
	}
}

// silent is a server that takes requests and never answers.
func silent(t *testing.T) *net.UDPConn {
	t.Helper()
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

func TestFetch_silence(t *testing.T) {
	conn := silent(t)
	_, err := New(Config{Retry: time.Millisecond}).Fetch(t.Context(), ask("tftp://"+conn.LocalAddr().String()+"/x"))
	if !errors.Is(err, errSilent) {
		t.Error(err)
	}
	first := make([]byte, 100)
	for n := range tries {
		if got, _, err := conn.ReadFromUDP(first); err != nil || got < 10 {
			t.Fatalf("request %d: %d bytes, %v", n, got, err)
		}
	}
}

func TestFetch_ended(t *testing.T) {
	conn := silent(t)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error)
	go func() {
		_, err := New(Config{Retry: time.Hour}).Fetch(ctx, ask("tftp://"+conn.LocalAddr().String()+"/x"))
		done <- err
	}()
	if _, _, err := conn.ReadFromUDP(make([]byte, 100)); err != nil {
		t.Fatal(err)
	}
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// played answers a client's packets by a script, from a port of its own, and
// returns what the client sent.
func played(t *testing.T, script func(reply func(from *net.UDPConn, b []byte), got []byte, ours, other *net.UDPConn)) string {
	t.Helper()
	listener, ours, other := silent(t), silent(t), silent(t)
	var one sync.Mutex // a script is told of one packet at a time
	for _, conn := range []*net.UDPConn{listener, ours} {
		go func() {
			for {
				b := make([]byte, 2000)
				n, from, err := conn.ReadFromUDP(b)
				if err != nil {
					return // the test is over
				}
				one.Lock()
				script(func(by *net.UDPConn, b []byte) { _, _ = by.WriteToUDP(b, from) }, b[:n], ours, other)
				one.Unlock()
			}
		}()
	}
	return "tftp://" + listener.LocalAddr().String() + "/x"
}

func data(block byte, text string) []byte { return append([]byte{0, opData, 0, block}, text...) }

func TestFetch_attackers(t *testing.T) {
	long := strings.Repeat("a", plainBlock)
	at := played(t, func(reply func(*net.UDPConn, []byte), got []byte, ours, other *net.UDPConn) {
		switch {
		case got[1] == opRead:
			reply(ours, data(1, long))
		case got[1] == opAcknowledge && got[3] == 1:
			reply(other, data(2, "evil"))      // of another port
			reply(ours, data(1, long))         // had before
			reply(ours, data(9, "not yet"))    // too far
			reply(ours, []byte("x"))           // no packet
			reply(ours, data(2, long+"xxxxx")) // larger than agreed
			reply(ours, data(2, "end"))
		}
	})
	r, err := New(Config{}).Fetch(t.Context(), ask(at))
	if err != nil || string(r.Data) != long+"end" {
		t.Errorf("%d bytes ending %q, %v", len(r.Data), r.Data[max(0, len(r.Data)-5):], err)
	}
}

func TestFetch_options(t *testing.T) {
	t.Run("options refused -> asked without", func(t *testing.T) {
		at := played(t, func(reply func(*net.UDPConn, []byte), got []byte, ours, _ *net.UDPConn) {
			switch {
			case got[1] == opRead && bytes.Contains(got, []byte("blksize")):
				reply(ours, refuse(optionsRefused, "options"))
			case got[1] == opRead:
				reply(ours, data(1, "plain"))
			}
		})
		r, err := New(Config{}).Fetch(t.Context(), ask(at))
		if err != nil || string(r.Data) != "plain" {
			t.Errorf("%q, %v", r.Data, err)
		}
	})
	for arrow, options := range map[string]string{
		"blocks larger than asked -> refused": "blksize\x0065464\x00",
		"blocks of nothing -> refused":        "blksize\x000\x00",
		"a file too large -> refused":         "tsize\x0099999999\x00",
	} {
		t.Run(arrow, func(t *testing.T) {
			at := played(t, func(reply func(*net.UDPConn, []byte), got []byte, ours, _ *net.UDPConn) {
				if got[1] == opRead {
					reply(ours, append([]byte{0, opOptionsAgreed}, options...))
				}
			})
			if _, err := New(Config{}).Fetch(t.Context(), ask(at)); err == nil {
				t.Error("no error")
			}
		})
	}
}

// TestTransfer_endless has a server send for ever.
func TestTransfer_endless(t *testing.T) {
	block := byte(0)
	at := played(t, func(reply func(*net.UDPConn, []byte), got []byte, ours, _ *net.UDPConn) {
		if got[1] == opRead || got[3] == block {
			block++
			reply(ours, data(block, strings.Repeat("a", plainBlock)))
		}
	})
	_, err := New(Config{MaxSize: 60_000}).Fetch(t.Context(), ask(at))
	if err == nil || !strings.Contains(err.Error(), "larger than 60000 bytes") {
		t.Error(err)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(data(1, "x"))
	f.Add(refuse(1, "no"))
	f.Add([]byte("\x00\x06blksize\x001428\x00tsize\x007\x00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := parse(b)
		if err == nil && p.op == opError && p.refused == nil {
			t.Error("an error without its words")
		}
	})
}
