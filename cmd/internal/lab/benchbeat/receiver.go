package benchbeat

import (
	"encoding/binary"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// receiver takes packets with the kernel's stamps and sends each back, so that
// the other side has as much to receive as to send.
type receiver struct {
	conn *net.UDPConn
	echo bool
	wait sync.WaitGroup

	mutex  sync.Mutex
	stamps []stamp
}

func listen(echo bool) (*receiver, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	_ = conn.SetReadBuffer(4 << 20)
	raw, err := conn.SyscallConn()
	if err == nil {
		var failed error
		if err = raw.Control(func(fd uintptr) { failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1) }); err == nil {
			err = failed
		}
	}
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("no time stamps at the receiving socket: %w", err)
	}
	r := &receiver{conn: conn, echo: echo}
	r.wait.Go(r.read)
	return r, nil
}

func (r *receiver) address() netip.AddrPort { return r.conn.LocalAddr().(*net.UDPAddr).AddrPort() }

func (r *receiver) read() {
	packet, oob := make([]byte, 2048), make([]byte, 128)
	var offset time.Duration
	var measured time.Time
	for {
		n, oobn, _, from, err := r.conn.ReadMsgUDPAddrPort(packet, oob)
		if err != nil {
			return
		}
		if time.Since(measured) > time.Second { // the wall clock may be slewed
			offset, measured = sinceBoot(), time.Now()
		}
		if at, ok := kernelTime(oob[:oobn]); ok && n >= 12 && packet[0]>>6 == 2 && packet[1]&127 < 64 {
			r.mutex.Lock()
			r.stamps = append(r.stamps, stamp{binary.BigEndian.Uint16(packet[2:]), binary.BigEndian.Uint32(packet[4:]), at - offset})
			r.mutex.Unlock()
		}
		if r.echo {
			_, _ = r.conn.WriteToUDPAddrPort(packet[:n], from)
		}
	}
}

// sinceBoot is what the wall clock is ahead of the monotonic one, measured
// three times, the quickest counts.
func sinceBoot() time.Duration {
	var offset time.Duration
	best := time.Duration(1 << 62)
	for range 3 {
		var wall unix.Timespec
		before := now()
		_ = unix.ClockGettime(unix.CLOCK_REALTIME, &wall)
		if took := now() - before; took < best {
			best, offset = took, time.Duration(wall.Nano())-before-took/2
		}
	}
	return offset
}

func kernelTime(oob []byte) (time.Duration, bool) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return 0, false
	}
	for _, m := range messages {
		if m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SCM_TIMESTAMPNS && len(m.Data) >= int(unsafe.Sizeof(unix.Timespec{})) {
			return time.Duration((*unix.Timespec)(unsafe.Pointer(&m.Data[0])).Nano()), true
		}
	}
	return 0, false
}

// take gives what came since.
func (r *receiver) take() []stamp {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	out := r.stamps
	r.stamps = nil
	return out
}

func (r *receiver) close() {
	_ = r.conn.Close()
	r.wait.Wait()
}
