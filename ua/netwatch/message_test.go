package netwatch

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"testing"

	"golang.org/x/sys/unix"
)

// envelope writes a message with attributes.
func envelope(messageType uint16, body []byte, attributes ...[]byte) []byte {
	for _, a := range attributes {
		body = append(body, a...)
	}
	out := make([]byte, unix.NLMSG_HDRLEN, unix.NLMSG_HDRLEN+len(body))
	binary.NativeEndian.PutUint32(out, uint32(unix.NLMSG_HDRLEN+len(body)))
	binary.NativeEndian.PutUint16(out[4:], messageType)
	return append(out, body...)
}

func attribute(name uint16, value []byte) []byte {
	out := make([]byte, align(4+len(value)))
	binary.NativeEndian.PutUint16(out, uint16(4+len(value)))
	binary.NativeEndian.PutUint16(out[2:], name)
	copy(out[4:], value)
	return out
}

func number(n uint32) []byte { return binary.NativeEndian.AppendUint32(nil, n) }

func either(gone bool, added, removed uint16) uint16 {
	if gone {
		return removed
	}
	return added
}

func linkMessage(gone bool, index int, running, loopback bool) []byte {
	body := make([]byte, unix.SizeofIfInfomsg)
	binary.NativeEndian.PutUint32(body[4:], uint32(index))
	flags := uint32(unix.IFF_UP)
	if running {
		flags |= unix.IFF_RUNNING
	}
	if loopback {
		flags |= unix.IFF_LOOPBACK
	}
	binary.NativeEndian.PutUint32(body[8:], flags)
	return envelope(either(gone, unix.RTM_NEWLINK, unix.RTM_DELLINK), body, attribute(unix.IFLA_IFNAME, []byte("eth0\x00")))
}

func addressMessage(gone bool, index int, text string, scope byte, flags uint32) []byte {
	prefix := netip.MustParsePrefix(text)
	body := []byte{unix.AF_INET, byte(prefix.Bits()), byte(flags), scope, 0, 0, 0, 0}
	binary.NativeEndian.PutUint32(body[4:], uint32(index))
	return envelope(either(gone, unix.RTM_NEWADDR, unix.RTM_DELADDR), body,
		attribute(unix.IFA_ADDRESS, prefix.Addr().AsSlice()), attribute(unix.IFA_FLAGS, number(flags)))
}

func routeMessage(gone bool, index int, text, gateway string, metric uint32) []byte {
	prefix := netip.MustParsePrefix(text)
	family := byte(unix.AF_INET)
	if prefix.Addr().Is6() {
		family = unix.AF_INET6
	}
	body := []byte{family, byte(prefix.Bits()), 0, 0, unix.RT_TABLE_MAIN, 0, 0, unix.RTN_UNICAST, 0, 0, 0, 0}
	attributes := [][]byte{attribute(unix.RTA_OIF, number(uint32(index))), attribute(unix.RTA_PRIORITY, number(metric))}
	if prefix.Bits() > 0 {
		attributes = append(attributes, attribute(unix.RTA_DST, prefix.Addr().AsSlice()))
	}
	if gateway != "" {
		attributes = append(attributes, attribute(unix.RTA_GATEWAY, netip.MustParseAddr(gateway).AsSlice()))
	}
	return envelope(either(gone, unix.RTM_NEWROUTE, unix.RTM_DELROUTE), body, attributes...)
}

func TestParse(t *testing.T) {
	local := addressMessage(false, 4, "10.0.0.2/30", unix.RT_SCOPE_UNIVERSE, 0)
	pointToPoint := envelope(unix.RTM_NEWADDR, local[unix.NLMSG_HDRLEN:], attribute(unix.IFA_LOCAL, []byte{10, 0, 0, 1}))
	cloned := routeMessage(false, 2, "2001:db8::/64", "", 256)
	binary.NativeEndian.PutUint32(cloned[unix.NLMSG_HDRLEN+8:], unix.RTM_F_CLONED)
	localTable := routeMessage(false, 2, "10.0.0.1/32", "", 0)
	localTable[unix.NLMSG_HDRLEN+4] = unix.RT_TABLE_LOCAL
	for _, test := range []struct {
		name string
		data []byte
		want []change
	}{
		{"a link with a carrier", linkMessage(false, 2, true, false), []change{{kind: kindLink, link: 2, running: true}}},
		{"a link without", linkMessage(false, 2, false, false), []change{{kind: kindLink, link: 2}}},
		{"a link is gone", linkMessage(true, 2, false, false), []change{{kind: kindLink, link: 2, gone: true}}},
		{"the loopback", linkMessage(false, 1, true, true), []change{{kind: kindLink, link: 1, running: true, local: true}}},
		{"an address", addressMessage(false, 2, "192.0.2.7/24", 0, 0), []change{{kind: kindAddress, link: 2, prefix: netip.MustParsePrefix("192.0.2.7/24")}}},
		{"an address is gone", addressMessage(true, 2, "192.0.2.7/24", 0, 0), []change{{kind: kindAddress, link: 2, gone: true, prefix: netip.MustParsePrefix("192.0.2.7/24")}}},
		{"an address of IPv6", addressMessage(false, 2, "2001:db8::7/64", 0, unix.IFA_F_PERMANENT), []change{{kind: kindAddress, link: 2, prefix: netip.MustParsePrefix("2001:db8::7/64")}}},
		{"an address that is tentative does not count", addressMessage(false, 2, "2001:db8::7/64", 0, unix.IFA_F_TENTATIVE), []change{{kind: kindAddress, link: 2, gone: true, prefix: netip.MustParsePrefix("2001:db8::7/64")}}},
		{"an address of the link alone", addressMessage(false, 2, "fe80::1/64", unix.RT_SCOPE_LINK, 0), nil},
		{"our end of a line", pointToPoint, []change{{kind: kindAddress, link: 4, prefix: netip.MustParsePrefix("10.0.0.1/30")}}},
		{"the default route", routeMessage(false, 2, "0.0.0.0/0", "192.0.2.1", 100), []change{{kind: kindRoute, link: 2, prefix: netip.MustParsePrefix("0.0.0.0/0"), gateway: netip.MustParseAddr("192.0.2.1"), metric: 100}}},
		{"the default route of IPv6 is gone", routeMessage(true, 2, "::/0", "fe80::1", 1024), []change{{kind: kindRoute, gone: true, link: 2, prefix: netip.MustParsePrefix("::/0"), gateway: netip.MustParseAddr("fe80::1"), metric: 1024}}},
		{"a cached route", cloned, nil},
		{"a route of the table of our own addresses", localTable, nil},
		{"a route to the link's own addresses", routeMessage(false, 2, "fe80::/64", "", 256), nil},
		{"two messages", append(linkMessage(false, 2, true, false), linkMessage(false, 3, true, false)...), []change{{kind: kindLink, link: 2, running: true}, {kind: kindLink, link: 3, running: true}}},
		{"the end of a dump", envelope(unix.NLMSG_DONE, number(0)), []change{{kind: kindDone}}},
		{"what does not concern us", envelope(unix.RTM_NEWNEIGH, make([]byte, 12)), nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			got, err := parse(test.data)
			if err != nil || len(got) != len(test.want) {
				t.Fatalf("%+v, %v", got, err)
			}
			for i := range got {
				if got[i] != test.want[i] {
					t.Errorf("%+v, want %+v", got[i], test.want[i])
				}
			}
		})
	}
}

func TestParse_what_is_cut_short(t *testing.T) {
	for name, data := range map[string][]byte{
		"the header":   {16, 0, 0},
		"the message":  linkMessage(false, 2, true, false)[:20],
		"a body":       envelope(unix.RTM_NEWADDR, make([]byte, 4)),
		"an attribute": envelope(unix.RTM_NEWADDR, make([]byte, 8), []byte{200, 0, 1, 0}),
	} {
		if _, err := parse(data); !errors.Is(err, errShort) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := parse(envelope(unix.NLMSG_OVERRUN, nil)); !errors.Is(err, errOverrun) {
		t.Errorf("an overrun: %v", err)
	}
}
