package link

import (
	"errors"
	"fmt"
	"net"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"offhook/media/session"
)

// held are a stream's sockets as control keeps them: descriptors that it never
// reads, so that the calls do not wake it.
type held []int // RTP's, RTCP's, and where keys are made also that of DTLS

// hold takes the sockets over; after an error they are the caller's still.
func hold(s session.Sockets) (held, error) {
	var h held
	all := []syscall.Conn{s.RTP, s.RTCP}
	if s.Keys != nil {
		all = append(all, s.Keys)
	}
	for _, c := range all {
		fd, err := duplicate(c)
		if err != nil {
			h.close()
			return nil, err
		}
		h = append(h, fd)
	}
	return h, s.Close()
}

func duplicate(c syscall.Conn) (int, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return -1, fmt.Errorf("link: %w", err)
	}
	fd := -1
	var failed error
	err = raw.Control(func(own uintptr) { fd, failed = unix.FcntlInt(own, unix.F_DUPFD_CLOEXEC, 0) })
	if err := errors.Join(err, failed); err != nil {
		return -1, fmt.Errorf("link: keep a socket: %w", err)
	}
	return fd, nil
}

func (h held) close() { closeAll(h) }

// sockets makes sockets of descriptors that came over the link. They are used
// up, whatever comes of it.
func sockets(fds []int) (session.Sockets, error) {
	var s session.Sockets
	var errs [3]error
	s.RTP, errs[0] = udp(fds[0])
	s.RTCP, errs[1] = udp(fds[1])
	if len(fds) > 2 {
		s.Keys, errs[2] = Inherit(uintptr(fds[2]))
	}
	if err := errors.Join(errs[:]...); err != nil {
		if s.Keys != nil {
			_ = s.Keys.Close()
		}
		for _, c := range []*net.UDPConn{s.RTP, s.RTCP} {
			if c != nil {
				_ = c.Close()
			}
		}
		return session.Sockets{}, err
	}
	return s, nil
}

func udp(fd int) (*net.UDPConn, error) {
	f := os.NewFile(uintptr(fd), "rtp")
	c, err := net.FilePacketConn(f) // a duplicate
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("link: a descriptor that is no socket: %w", err)
	}
	u, ok := c.(*net.UDPConn)
	if !ok {
		return nil, errors.Join(errors.New("link: a socket that is not UDP's"), c.Close())
	}
	return u, nil
}
