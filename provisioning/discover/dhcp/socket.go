package dhcp

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

const clientPort = 68

// sockets hear a server in two ways. Most answer to port 68 of our address
// (RFC 2131 §4.1), where the system's client may listen already: a packet
// socket hears it beside that one and takes nothing away from it. Some answer
// to the port that asked.
type sockets struct {
	udp    *net.UDPConn
	packet *os.File // nil where it is not permitted
	heard  chan []byte
	closed chan struct{}
	close  func() error
}

var _ Wire = (*sockets)(nil)

// Open opens the way to the servers of a link. Without CAP_NET_RAW port 68 has
// to be free and permitted for servers that answer nowhere else.
func Open(link Link) (Wire, error) {
	packet, packetErr := openPacket(link.Index)
	port := 0
	if packet == nil {
		port = clientPort
	}
	udp, err := listen(link, port)
	if err != nil && port != 0 {
		udp, err = listen(link, 0)
	}
	if err != nil {
		if packet != nil {
			packet.Close()
		}
		return nil, errors.Join(err, packetErr)
	}
	s := &sockets{udp: udp, packet: packet, heard: make(chan []byte), closed: make(chan struct{})}
	var reading sync.WaitGroup
	reading.Go(func() { s.read(udp.Read, func(raw []byte) []byte { return raw }) })
	if packet != nil {
		reading.Go(func() { s.read(packet.Read, payload) })
	}
	s.close = sync.OnceValue(func() error {
		close(s.closed)
		err := udp.Close()
		if packet != nil {
			err = errors.Join(err, packet.Close())
		}
		reading.Wait()
		return err
	})
	return s, nil
}

func listen(link Link, port int) (*net.UDPConn, error) {
	config := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) error {
		var fault error
		err := raw.Control(func(fd uintptr) {
			fault = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_BROADCAST, 1)
			// Broadcasts leave by this interface; where that is not permitted
			// (before Linux 5.7) by the one of the default route.
			_ = unix.SetsockoptString(int(fd), unix.SOL_SOCKET, unix.SO_BINDTODEVICE, link.Name)
		})
		return errors.Join(err, fault)
	}}
	conn, err := config.ListenPacket(context.Background(), "udp4", netip.AddrPortFrom(link.Address, uint16(port)).String())
	if err != nil {
		return nil, err
	}
	return conn.(*net.UDPConn), nil
}

// openPacket hears UDP for port 68 on an interface.
func openPacket(index int) (*os.File, error) {
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket(AF_PACKET)", err)
	}
	filter := portFilter()
	err = unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]})
	if err == nil {
		var order [2]byte // the protocol is in network order, whatever the machine's
		binary.BigEndian.PutUint16(order[:], unix.ETH_P_IP)
		err = unix.Bind(fd, &unix.SockaddrLinklayer{Ifindex: index, Protocol: binary.NativeEndian.Uint16(order[:])})
	}
	if err != nil {
		unix.Close(fd)
		return nil, os.NewSyscallError("packet socket", err)
	}
	return os.NewFile(uintptr(fd), "dhcp"), nil
}

// portFilter lets pass what is UDP, no later fragment, and for port 68; the
// packets begin with their IP header.
func portFilter() []unix.SockFilter {
	const (
		loadByte  = unix.BPF_LD | unix.BPF_B | unix.BPF_ABS
		loadHalf  = unix.BPF_LD | unix.BPF_H | unix.BPF_ABS
		headerLen = unix.BPF_LDX | unix.BPF_B | unix.BPF_MSH
		loadThere = unix.BPF_LD | unix.BPF_H | unix.BPF_IND
		ifEqual   = unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K
		ifAnyBit  = unix.BPF_JMP | unix.BPF_JSET | unix.BPF_K
		result    = unix.BPF_RET | unix.BPF_K
	)
	return []unix.SockFilter{
		{Code: loadByte, K: 9},
		{Code: ifEqual, K: unix.IPPROTO_UDP, Jf: 6},
		{Code: loadHalf, K: 6},
		{Code: ifAnyBit, K: 0x1fff, Jt: 4},
		{Code: headerLen, K: 0},
		{Code: loadThere, K: 2},
		{Code: ifEqual, K: clientPort, Jf: 1},
		{Code: result, K: 1 << 16},
		{Code: result, K: 0},
	}
}

// payload is what a UDP packet carries, nil if it is none. Its checksum may not
// have been made yet where the sender is on this machine.
func payload(ip []byte) []byte {
	if len(ip) < 20 || ip[0]>>4 != 4 {
		return nil
	}
	header := int(ip[0]&0x0f) * 4
	if header < 20 || len(ip) < header+8 {
		return nil
	}
	length := int(binary.BigEndian.Uint16(ip[header+4:]))
	if length < 8 || len(ip) < header+length {
		return nil
	}
	return ip[header+8 : header+length]
}

func (s *sockets) read(from func([]byte) (int, error), take func([]byte) []byte) {
	buffer := make([]byte, 1<<16)
	for {
		n, err := from(buffer)
		if err != nil {
			return
		}
		raw := append([]byte(nil), take(buffer[:n])...)
		select {
		case s.heard <- raw:
		case <-s.closed:
			return
		}
	}
}

func (s *sockets) Send(message []byte, to netip.AddrPort) error {
	_, err := s.udp.WriteToUDPAddrPort(message, to)
	return err
}

func (s *sockets) Receive() ([]byte, error) {
	select {
	case raw := <-s.heard:
		return raw, nil
	case <-s.closed:
		return nil, net.ErrClosed
	}
}

func (s *sockets) Close() error { return s.close() }
