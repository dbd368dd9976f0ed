package chaos

import (
	"errors"
	"io"
	"net"
	"os"
	"testing"
	"time"
)

// echo hands back what it reads.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = io.Copy(c, c)
			_ = c.Close()
		}
	}()
	t.Cleanup(func() { _ = l.Close(); <-done })
	return l.Addr().String()
}

func TestGate(t *testing.T) {
	const late = 50 * time.Millisecond
	g, err := openGate("127.0.0.1:0", echo(t), late)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("tcp", g.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	began, answer := time.Now(), make([]byte, 5)
	if _, err := c.Write([]byte("hello")); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(c, answer); err != nil || string(answer) != "hello" {
		t.Fatalf("%q, %v", answer, err)
	}
	if took := time.Since(began); took < 2*late {
		t.Errorf("there and back in %v", took)
	}
	g.close()
	if _, err := c.Read(answer); err == nil {
		t.Error("a connection has outlived its gate")
	}
	if _, err := openGate("127.0.0.1:none", "", 0); err == nil {
		t.Error("a gate at no port")
	}
}

func TestGate_mute(t *testing.T) {
	g, err := openGate("127.0.0.1:0", "", 0)
	if err != nil {
		t.Fatal(err)
	}
	defer g.close()
	c, err := net.Dial("tcp", g.listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, _ = c.Write([]byte("hello")) // what is read says whether somebody listens
	_ = c.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if n, err := c.Read(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read %d, %v of who never says a word", n, err)
	}
}
