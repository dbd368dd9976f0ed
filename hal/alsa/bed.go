package alsa

import "golang.org/x/sys/unix"

// bed is where a device rests: an epoll that tells of being roused, and of a
// card that goes away. A stream that is stopped is always said to be in trouble;
// of edges alone there are none until it becomes another trouble.
type bed struct {
	fd     int // -1: not made yet
	events [4]unix.EpollEvent
}

func (b *bed) make(event int, streams ...int) (err error) {
	if b.fd >= 0 {
		return nil
	}
	if b.fd, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		b.fd = -1
		return err
	}
	if err = b.watch(event, unix.EPOLLIN); err != nil {
		return err
	}
	for _, fd := range streams {
		if err = b.watch(fd, unix.EPOLLET); err != nil { // errors are always told
			return err
		}
	}
	return nil
}

func (b *bed) watch(fd int, events uint32) error {
	return unix.EpollCtl(b.fd, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: events, Fd: int32(fd)})
}

func (b *bed) close() {
	if b.fd >= 0 {
		_ = unix.Close(b.fd)
	}
}

func (s *substream) doze(beside pcm) error {
	other, ok := beside.(*substream)
	if !ok {
		return unix.EINVAL
	}
	if err := s.bed.make(s.event, s.fd, other.fd); err != nil {
		return err
	}
	for {
		switch {
		case s.woken.Load():
			return errWoken
		case s.drain():
			return nil
		}
		for _, stream := range []*substream{s, other} {
			if _, err := stream.position(); err != nil {
				return err
			}
		}
		if _, err := unix.EpollWait(s.bed.fd, s.bed.events[:], -1); err != nil && err != unix.EINTR {
			return err
		}
	}
}
