package chaos

import (
	"io"
	"net"
	"sync"
	"time"
)

// gate stands where the exchange is expected: it hands on what comes late, or
// takes connections and never says a word.
type gate struct {
	listener net.Listener
	dial     func() (net.Conn, error) // nil for nobody
	late     time.Duration            // each way
	done     chan struct{}
	open     sync.WaitGroup
	closing  sync.Once
}

// openGate opens one that leads to an address, "" for nowhere.
func openGate(address, to string, late time.Duration) (*gate, error) {
	if to == "" {
		return openGateBy(address, late, nil)
	}
	return openGateBy(address, late, func() (net.Conn, error) { return net.Dial("tcp", to) })
}

func openGateBy(address string, late time.Duration, dial func() (net.Conn, error)) (*gate, error) {
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	g := &gate{listener: listener, dial: dial, late: late, done: make(chan struct{})}
	g.open.Go(g.accept)
	return g, nil
}

// close ends every connection and waits.
func (g *gate) close() {
	g.closing.Do(func() {
		close(g.done)
		_ = g.listener.Close() // of ours
	})
	g.open.Wait()
}

func (g *gate) accept() {
	for {
		c, err := g.listener.Accept()
		if err != nil {
			return
		}
		g.open.Go(func() { g.serve(c) })
	}
}

// serve has a connection until it or the gate ends.
func (g *gate) serve(c net.Conn) {
	ended := make(chan struct{})
	var both sync.WaitGroup
	defer both.Wait()
	both.Go(func() {
		select {
		case <-g.done:
		case <-ended:
		}
		_ = c.Close() // whoever reads it notices
	})
	defer close(ended)
	if g.dial == nil {
		<-g.done
		return
	}
	up, err := g.dial()
	if err != nil {
		return
	}
	defer up.Close()
	both.Go(func() {
		select {
		case <-g.done:
		case <-ended:
		}
		_ = up.Close() // likewise
	})
	both.Go(func() { g.hand(c, up); _ = c.Close() })
	g.hand(up, c)
}

// hand copies, each piece late.
func (g *gate) hand(to io.Writer, from io.Reader) {
	type piece struct {
		data []byte
		due  time.Time
	}
	queue := make(chan piece, 1024)
	var writing sync.WaitGroup
	defer writing.Wait()
	defer close(queue)
	writing.Go(func() {
		for p := range queue {
			select {
			case <-time.After(time.Until(p.due)):
			case <-g.done:
			}
			_, _ = to.Write(p.data) // a connection that is gone ends both ways
		}
	})
	for {
		buffer := make([]byte, 4096)
		n, err := from.Read(buffer)
		if n > 0 {
			queue <- piece{buffer[:n], time.Now().Add(g.late)}
		}
		if err != nil {
			return
		}
	}
}
