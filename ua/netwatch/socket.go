package netwatch

import (
	"encoding/binary"
	"os"

	"golang.org/x/sys/unix"
)

// groups are what the kernel shall tell of.
const groups = unix.RTMGRP_LINK | unix.RTMGRP_IPV4_IFADDR | unix.RTMGRP_IPV4_ROUTE | unix.RTMGRP_IPV6_IFADDR | unix.RTMGRP_IPV6_ROUTE

// openSocket opens an rtnetlink socket of the calling thread's network
// namespace.
func openSocket() (*os.File, error) {
	fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, unix.NETLINK_ROUTE)
	if err != nil {
		return nil, os.NewSyscallError("socket(AF_NETLINK)", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrNetlink{Family: unix.AF_NETLINK, Groups: groups}); err != nil {
		unix.Close(fd)
		return nil, os.NewSyscallError("bind(AF_NETLINK)", err)
	}
	return os.NewFile(uintptr(fd), "rtnetlink"), nil
}

// dumps are asked for one after the other: the kernel answers one at a time.
var dumps = []uint16{unix.RTM_GETLINK, unix.RTM_GETADDR, unix.RTM_GETROUTE}

// dumpRequest asks for all that there is of a kind, of every family.
func dumpRequest(messageType uint16) []byte {
	request := make([]byte, unix.NLMSG_HDRLEN+unix.SizeofRtGenmsg+3)
	binary.NativeEndian.PutUint32(request, uint32(len(request)))
	binary.NativeEndian.PutUint16(request[4:], messageType)
	binary.NativeEndian.PutUint16(request[6:], unix.NLM_F_REQUEST|unix.NLM_F_DUMP)
	return request
}
