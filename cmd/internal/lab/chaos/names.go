package chaos

import (
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"sync"
)

// names is a name server that knows one name, and may be dead or lie.
type names struct {
	socket  *net.UDPConn
	serving sync.WaitGroup

	mu     sync.Mutex // a leaf: nothing is called while it is held
	mode   namesMode
	asked  int
	listen netip.AddrPort
}

type namesMode struct {
	dead    bool
	nothing bool       // the name does not exist (NXDOMAIN)
	address netip.Addr // of the name
	life    uint32     // seconds
}

func startNames(listen netip.AddrPort, m namesMode) (*names, error) {
	socket, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(listen))
	if err != nil {
		return nil, err
	}
	n := &names{socket: socket, mode: m, listen: listen}
	n.serving.Go(n.serve)
	return n, nil
}

func (n *names) close() {
	_ = n.socket.Close() // a socket of ours
	n.serving.Wait()
}

func (n *names) be(m namesMode) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.mode = m
}

// questions is how many came so far.
func (n *names) questions() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.asked
}

func (n *names) serve() {
	buffer := make([]byte, 1500)
	for {
		size, from, err := n.socket.ReadFromUDPAddrPort(buffer)
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			continue // of an answer that did not arrive
		}
		n.mu.Lock()
		n.asked++
		mode := n.mode
		n.mu.Unlock()
		if mode.dead {
			continue
		}
		if a := answer(buffer[:size], mode); a != nil {
			_, _ = n.socket.WriteToUDPAddrPort(a, from) // who asked asks again
		}
	}
}

// answer is RFC 1035 §4 with as little as one name needs: an address for a
// question for one, and for every other that there is nothing.
func answer(question []byte, m namesMode) []byte {
	const header, typeA = 12, 1
	if len(question) < header || binary.BigEndian.Uint16(question[4:]) != 1 {
		return nil
	}
	end := header
	for end < len(question) && question[end] != 0 {
		end += int(question[end]) + 1
	}
	end += 5 // the root's label, type and class
	if end > len(question) {
		return nil
	}
	a := append([]byte(nil), question[:end]...)
	flags := uint16(0x8580) // a response, authoritative, recursion as is usual
	if m.nothing {
		flags |= 3
	}
	binary.BigEndian.PutUint16(a[2:], flags)
	clear(a[6:header])
	if m.nothing || binary.BigEndian.Uint16(a[end-4:]) != typeA {
		return a
	}
	a[7] = 1
	a = append(a, 0xc0, header, 0, typeA, 0, 1)
	a = binary.BigEndian.AppendUint32(a, m.life)
	address := m.address.As4()
	return append(append(a, 0, 4), address[:]...)
}
