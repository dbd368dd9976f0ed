package agent

import (
	"net"
	"net/netip"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"offhook/ua"
)

// deafSocket is one to nobody: it notes when something is sent.
type deafSocket struct {
	mu     sync.Mutex
	began  time.Time
	sent   []time.Duration
	last   []byte
	closed chan struct{}
	once   sync.Once
}

func newDeafSocket() *deafSocket { return &deafSocket{began: time.Now(), closed: make(chan struct{})} }

func (m *deafSocket) ReadFromUDPAddrPort([]byte) (int, netip.AddrPort, error) {
	<-m.closed
	return 0, netip.AddrPort{}, net.ErrClosed
}

func (m *deafSocket) WriteToUDPAddrPort(data []byte, _ netip.AddrPort) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sent, m.last = append(m.sent, time.Since(m.began)), slices.Clone(data)
	return len(data), nil
}

func (m *deafSocket) times() []time.Duration {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.sent)
}

func (m *deafSocket) LocalAddr() net.Addr {
	return net.UDPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.7:5060"))
}

func (m *deafSocket) Close() error {
	m.once.Do(func() { close(m.closed) })
	return nil
}

// asked is a question that a phone asks over a deaf socket.
func asked(t *testing.T, hurried bool, answer func(m *deafSocket) []byte) (m *deafSocket, took time.Duration, err error) {
	m = newDeafSocket()
	server := netip.MustParseAddrPort("192.0.2.1:3478")
	p := newPhone(t, nil)
	done := make(chan error, 1)
	var f *flow
	p.must(p.agent.command(func(o *owner) {
		f = newFlow(ua.UDP, dialed{packets: m, remote: server}, "")
		o.adopt(f)
		o.askSTUN(f, server, hurried, func(_ *owner, _ netip.AddrPort, err error) { done <- err })
	}))
	if answer != nil {
		synctest.Wait()
		p.agent.receiveSTUN(f, server, answer(m))
	}
	err = <-done
	took = time.Since(m.began)
	p.stop()
	return m, took, err
}

func TestSTUN_retransmissions(t *testing.T) {
	for _, test := range []struct {
		name    string
		hurried bool
		sent    []time.Duration
		gaveUp  time.Duration
	}{
		{"RFC 8489 §6.2.1", false, []time.Duration{0, 500, 1500, 3500, 7500, 15500, 31500}, 39500},
		{"somebody waits", true, []time.Duration{0, 500, 1500}, 3500},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, took, err := asked(t, test.hurried, nil)
				for i := range test.sent {
					test.sent[i] *= time.Millisecond
				}
				if err == nil || took != test.gaveUp*time.Millisecond || !slices.Equal(m.times(), test.sent) {
					t.Errorf("sent at %v, gave up after %v: %v", m.times(), took, err)
				}
			})
		})
	}
}

func TestSTUN_an_answer_ends_the_question(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, took, err := asked(t, false, func(m *deafSocket) []byte {
			answer := boundAt(t, "203.0.113.7", 40404)
			m.mu.Lock()
			defer m.mu.Unlock()
			copy(answer[8:20], m.last[8:20])
			return answer
		})
		if err != nil || took != 0 || len(m.times()) != 1 {
			t.Errorf("%v after %v, sent at %v", err, took, m.times())
		}
	})
}

func TestSTUN_an_answer_of_another_question_is_none(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, _, err := asked(t, true, func(*deafSocket) []byte { return boundAt(t, "203.0.113.7", 40404) })
		if err == nil {
			t.Error("taken")
		}
	})
}
