package link

import (
	"errors"
	"fmt"
	"net"
	"os"

	"golang.org/x/sys/unix"

	"offhook/media/session"
)

// held are a stream's sockets as control keeps them: descriptors that it never
// reads, so that the calls do not wake it.
type held [2]int

// hold takes the sockets over; after an error they are the caller's still.
func hold(s session.Sockets) (held, error) {
	rtp, err := duplicate(s.RTP)
	if err != nil {
		return held{}, err
	}
	rtcp, err := duplicate(s.RTCP)
	if err != nil {
		return held{}, errors.Join(err, unix.Close(rtp))
	}
	return held{rtp, rtcp}, s.Close()
}

func duplicate(c *net.UDPConn) (int, error) {
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

func (h held) close() { closeAll(h[:]) }

// sockets makes sockets of descriptors that came over the link. They are used
// up, whatever comes of it.
func sockets(fds []int) (session.Sockets, error) {
	var s session.Sockets
	var errs [2]error
	s.RTP, errs[0] = udp(fds[0])
	s.RTCP, errs[1] = udp(fds[1])
	if err := errors.Join(errs[:]...); err != nil {
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
