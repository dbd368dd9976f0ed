package link

import (
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// ErrBusy is returned when the other process takes nothing any more.
var ErrBusy = errors.New("link: the media process does not keep up")

// conn carries messages. One goroutine receives; any may send.
type conn struct {
	socket *net.UnixConn
	raw    syscall.RawConn
	in     []byte
	oob    []byte

	mutex sync.Mutex
	out   []byte
}

// mostSockets of a stream: RTP's, RTCP's, and the one for packets of DTLS.
const mostSockets = 3

func newConn(socket *net.UnixConn) (*conn, error) {
	raw, err := socket.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("link: %w", err)
	}
	return &conn{socket: socket, raw: raw, in: make([]byte, maxMessage+1), oob: make([]byte, unix.CmsgSpace(mostSockets*4))}, nil
}

// send never waits: what the kernel has no room for is ErrBusy.
func (c *conn) send(m message, fds ...int) error {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	var err error
	if c.out, err = appendMessage(c.out[:0], m); err != nil {
		return err
	}
	defer clear(c.out) // there may be a key in it
	var rights []byte
	if len(fds) > 0 {
		rights = unix.UnixRights(fds...)
	}
	var failed error
	err = c.raw.Write(func(fd uintptr) bool {
		for {
			failed = unix.Sendmsg(int(fd), c.out, rights, nil, unix.MSG_DONTWAIT|unix.MSG_NOSIGNAL)
			if failed != unix.EINTR {
				return true // EAGAIN too: this does not wait
			}
		}
	})
	switch {
	case err != nil:
		return fmt.Errorf("link: %w", err)
	case failed == unix.EAGAIN || failed == unix.ENOBUFS:
		return ErrBusy
	case failed != nil:
		return fmt.Errorf("link: send: %w", failed)
	}
	return nil
}

// receive waits for a message. The descriptors with it are the caller's, but
// for a message in error.
func (c *conn) receive() (message, []int, error) {
	n, oobn, flags, _, err := c.socket.ReadMsgUnix(c.in, c.oob)
	if err != nil {
		return nil, nil, err
	}
	fds, err := descriptors(c.oob[:oobn])
	if err == nil && flags&(unix.MSG_TRUNC|unix.MSG_CTRUNC) != 0 {
		err = fmt.Errorf("%w: more than fits", ErrMessage)
	}
	var m message
	if err == nil {
		m, err = parse(c.in[:n])
	}
	clear(c.in[:n]) // as in send
	least, most := 0, 0
	if _, ok := m.(*open); ok {
		least, most = mostSockets-1, mostSockets
	}
	if err == nil && (len(fds) < least || len(fds) > most) {
		err = fmt.Errorf("%w: with %d descriptors", ErrMessage, len(fds))
	}
	if err != nil {
		closeAll(fds)
		return nil, nil, err
	}
	return m, fds, nil
}

func descriptors(oob []byte) ([]int, error) {
	if len(oob) == 0 {
		return nil, nil
	}
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", ErrMessage, err)
	}
	var fds []int
	for _, m := range messages {
		rights, err := unix.ParseUnixRights(&m)
		fds = append(fds, rights...)
		if err != nil {
			return fds, fmt.Errorf("%w: %w", ErrMessage, err)
		}
	}
	return fds, nil
}

func closeAll(fds []int) {
	for _, fd := range fds {
		_ = unix.Close(fd)
	}
}

// within bounds the wait of the next receive; 0 means none.
func (c *conn) within(d time.Duration) {
	var deadline time.Time
	if d > 0 {
		deadline = time.Now().Add(d)
	}
	_ = c.socket.SetReadDeadline(deadline)
}

func (c *conn) close() { _ = c.socket.Close() }

// Pair makes the two ends of a link: one for here, one to be handed to another
// process (exec.Cmd.ExtraFiles), which takes it up by Inherit.
func Pair() (*net.UnixConn, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("link: socketpair: %w", err)
	}
	other := os.NewFile(uintptr(fds[1]), "link")
	own, err := Inherit(uintptr(fds[0]))
	if err != nil {
		return nil, nil, errors.Join(err, other.Close())
	}
	return own, other, nil
}

// Inherit takes up a descriptor that is an end of a link.
func Inherit(fd uintptr) (*net.UnixConn, error) {
	f := os.NewFile(fd, "link")
	if f == nil {
		return nil, errors.New("link: no such descriptor")
	}
	c, err := net.FileConn(f) // a duplicate
	if err := errors.Join(err, f.Close()); err != nil {
		return nil, fmt.Errorf("link: descriptor %d is no socket to control: %w", fd, err)
	}
	socket, ok := c.(*net.UnixConn)
	if !ok {
		return nil, errors.Join(fmt.Errorf("link: descriptor %d is no unix socket", fd), c.Close())
	}
	return socket, nil
}
