package link

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"offhook/media/engine"
)

// Process is a media process and the way to it.
type Process struct {
	Socket *net.UnixConn // Engine closes it
	Fresh  bool          // just started: nobody's streams are in it
	// Kill ends the process at once; Wait waits until it has ended and given
	// its sound device back. Wait is called once.
	Kill func()
	Wait func()
}

// Launcher finds the media process that another control left, or starts one.
type Launcher struct {
	Path    string           // where a media process listens; "" for never found again
	Command func() *exec.Cmd // the link becomes its descriptor 3
	Log     *slog.Logger     // hears what the process prints when it crashes
}

// Launch finds or starts a process.
func (l Launcher) Launch(context.Context) (*Process, error) {
	if l.Path != "" {
		p, err := Find(l.Path)
		if err == nil {
			return p, nil
		}
		if !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ECONNREFUSED) {
			return nil, err
		}
	}
	return Start(l.Command(), l.Log)
}

// goneTime bounds how long a killed process may take to be gone.
const goneTime = 2 * time.Second

// Find takes up the media process that listens at a path. It must be this
// user's.
func Find(path string) (*Process, error) {
	socket, err := net.DialUnix("unixpacket", nil, &net.UnixAddr{Name: path, Net: "unixpacket"})
	if err != nil {
		return nil, fmt.Errorf("link: %w", err)
	}
	peer, err := credentials(socket)
	if err == nil && peer.Uid != uint32(os.Geteuid()) {
		err = fmt.Errorf("link: the process that listens at %s is user %d's, not this one's: remove the file", path, peer.Uid)
	}
	if err != nil {
		return nil, errors.Join(err, socket.Close())
	}
	// A descriptor names the process even when its number is used again.
	fd, err := unix.PidfdOpen(int(peer.Pid), 0)
	if err != nil {
		return nil, errors.Join(fmt.Errorf("link: process %d: %w", peer.Pid, err), socket.Close())
	}
	return &Process{
		Socket: socket,
		Kill:   func() { _ = unix.PidfdSendSignal(fd, unix.SIGKILL, nil, 0) },
		Wait: func() {
			gone := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
			_, _ = unix.Poll(gone, int(goneTime/time.Millisecond))
			_ = unix.Close(fd)
		},
	}, nil
}

func credentials(socket *net.UnixConn) (*unix.Ucred, error) {
	raw, err := socket.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("link: %w", err)
	}
	var peer *unix.Ucred
	var failed error
	err = raw.Control(func(fd uintptr) { peer, failed = unix.GetsockoptUcred(int(fd), unix.SOL_SOCKET, unix.SO_PEERCRED) })
	return peer, errors.Join(err, failed)
}

// Start starts a media process, in a group of its own: what a terminal sends to
// control's group must not end the calls before control does.
func Start(cmd *exec.Cmd, log *slog.Logger) (*Process, error) {
	socket, other, err := Pair()
	if err != nil {
		return nil, err
	}
	defer other.Close()
	cmd.ExtraFiles = []*os.File{other}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	// What it prints comes through a pipe: nobody who reads control's own output
	// to its end has to wait for a media process that outlives it.
	last, err := cmd.StderrPipe()
	if err == nil {
		// It is to start at once, whoever else wants the processor.
		engine.Hastened(func() { err = cmd.Start() })
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("link: start the media process: %w", err), socket.Close())
	}
	read := make(chan struct{})
	go func() {
		defer close(read)
		for lines := bufio.NewScanner(last); lines.Scan(); {
			log.Error("the media process", "says", lines.Text())
		}
		_, _ = io.Copy(io.Discard, last) // after a line too long to scan
	}()
	return &Process{
		Socket: socket, Fresh: true,
		Kill: func() { _ = cmd.Process.Kill() },
		Wait: func() {
			<-read
			if err := cmd.Wait(); err != nil {
				log.Debug("the media process ended", "error", err)
			}
		},
	}, nil
}
