package netwatch

import (
	"encoding/binary"
	"errors"
	"net/netip"

	"golang.org/x/sys/unix"
)

// errOverrun says that the kernel had more to tell than the socket could hold:
// the picture has to be taken anew.
var errOverrun = errors.New("netwatch: messages were lost")

// errShort says that a message is shorter than it says itself, or than its type
// needs.
var errShort = errors.New("netwatch: a message is cut short")

// change is one message about a link, an address or a route.
type change struct {
	kind    kind
	gone    bool
	link    int  // interface index
	running bool // of a link: up, with a carrier
	local   bool // of a link: the loopback
	prefix  netip.Prefix
	gateway netip.Addr
	metric  uint32
}

type kind uint8

const (
	kindOther kind = iota // nothing that counts
	kindLink
	kindAddress
	kindRoute
	kindDone // the end of a dump
)

const attributeHeader = 4

// parse reads the messages of one datagram (netlink(7), rtnetlink(7)).
func parse(data []byte) ([]change, error) {
	var out []change
	for len(data) > 0 {
		if len(data) < unix.NLMSG_HDRLEN {
			return out, errShort
		}
		length := binary.NativeEndian.Uint32(data)
		if length < unix.NLMSG_HDRLEN || uint64(length) > uint64(len(data)) {
			return out, errShort
		}
		one, err := parseOne(binary.NativeEndian.Uint16(data[4:]), data[unix.NLMSG_HDRLEN:length])
		if err != nil {
			return out, err
		}
		if one.kind != kindOther {
			out = append(out, one)
		}
		data = data[min(align(int(length)), len(data)):]
	}
	return out, nil
}

func align(n int) int { return (n + 3) &^ 3 }

func parseOne(messageType uint16, body []byte) (change, error) {
	switch messageType {
	case unix.NLMSG_OVERRUN:
		return change{}, errOverrun
	case unix.NLMSG_DONE:
		return change{kind: kindDone}, nil
	case unix.RTM_NEWLINK, unix.RTM_DELLINK:
		return parseLink(body, messageType == unix.RTM_DELLINK)
	case unix.RTM_NEWADDR, unix.RTM_DELADDR:
		return parseAddress(body, messageType == unix.RTM_DELADDR)
	case unix.RTM_NEWROUTE, unix.RTM_DELROUTE:
		return parseRoute(body, messageType == unix.RTM_DELROUTE)
	}
	return change{}, nil
}

func parseLink(body []byte, gone bool) (change, error) {
	if len(body) < unix.SizeofIfInfomsg {
		return change{}, errShort
	}
	if body[0] == unix.AF_BRIDGE {
		return change{}, nil // a bridge's port, not the link itself
	}
	flags := binary.NativeEndian.Uint32(body[8:])
	return change{
		kind: kindLink, gone: gone, link: int(int32(binary.NativeEndian.Uint32(body[4:]))),
		running: flags&unix.IFF_UP != 0 && flags&unix.IFF_RUNNING != 0,
		local:   flags&unix.IFF_LOOPBACK != 0,
	}, nil
}

// passing are addresses that do not count: not usable yet, or not to be used by
// what begins now, or changed every day for privacy.
const passing = unix.IFA_F_TENTATIVE | unix.IFA_F_DADFAILED | unix.IFA_F_DEPRECATED | unix.IFA_F_TEMPORARY

func parseAddress(body []byte, gone bool) (change, error) {
	if len(body) < unix.SizeofIfAddrmsg {
		return change{}, errShort
	}
	bits, flags, scope := body[1], uint32(body[2]), body[3]
	c := change{kind: kindAddress, gone: gone, link: int(int32(binary.NativeEndian.Uint32(body[4:])))}
	var address, local netip.Addr
	err := attributes(body[unix.SizeofIfAddrmsg:], func(name uint16, value []byte) {
		switch name {
		case unix.IFA_ADDRESS:
			address, _ = netip.AddrFromSlice(value)
		case unix.IFA_LOCAL: // ours, where IFA_ADDRESS is the far end of a line
			local, _ = netip.AddrFromSlice(value)
		case unix.IFA_FLAGS:
			if len(value) >= 4 {
				flags = binary.NativeEndian.Uint32(value)
			}
		}
	})
	if local.IsValid() {
		address = local
	}
	c.prefix = netip.PrefixFrom(address, int(bits))
	if err != nil || scope != unix.RT_SCOPE_UNIVERSE || !c.prefix.IsValid() {
		return change{}, err
	}
	c.gone = gone || flags&passing != 0
	return c, nil
}

func parseRoute(body []byte, gone bool) (change, error) {
	if len(body) < unix.SizeofRtMsg {
		return change{}, errShort
	}
	family, bits, table, routeType := body[0], body[1], uint32(body[4]), body[7]
	flags := binary.NativeEndian.Uint32(body[8:])
	c := change{kind: kindRoute, gone: gone}
	destination := netip.IPv4Unspecified()
	if family == unix.AF_INET6 {
		destination = netip.IPv6Unspecified()
	}
	err := attributes(body[unix.SizeofRtMsg:], func(name uint16, value []byte) {
		switch name {
		case unix.RTA_DST:
			destination, _ = netip.AddrFromSlice(value)
		case unix.RTA_GATEWAY:
			c.gateway, _ = netip.AddrFromSlice(value)
		}
		if len(value) < 4 {
			return
		}
		number := binary.NativeEndian.Uint32(value)
		switch name {
		case unix.RTA_OIF:
			c.link = int(int32(number))
		case unix.RTA_PRIORITY:
			c.metric = number
		case unix.RTA_TABLE:
			table = number
		}
	})
	c.prefix = netip.PrefixFrom(destination, int(bits))
	if err != nil || table != unix.RT_TABLE_MAIN || routeType != unix.RTN_UNICAST ||
		flags&unix.RTM_F_CLONED != 0 || !c.prefix.IsValid() || destination.IsLinkLocalUnicast() || destination.IsMulticast() {
		return change{}, err
	}
	return c, nil
}

// attributes calls with each attribute (struct rtattr).
func attributes(data []byte, each func(name uint16, value []byte)) error {
	for len(data) >= attributeHeader {
		length := int(binary.NativeEndian.Uint16(data))
		if length < attributeHeader || length > len(data) {
			return errShort
		}
		each(binary.NativeEndian.Uint16(data[2:])&^unix.NLA_F_NESTED, data[attributeHeader:length])
		data = data[min(align(length), len(data)):]
	}
	return nil
}
