package sdp

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"offhook/media"
)

// Remote is what a far end's description says about its audio.
type Remote struct {
	Index     int // of the m-line
	Proto     string
	Addr      netip.AddrPort // where it receives RTP; the address is unspecified under an old hold
	RTCP      netip.AddrPort // where it receives RTCP when not Mux
	Mux       bool           // RTP and RTCP on one port (RFC 5761)
	Formats   []media.Format // in its order, telephone-events included
	Direction media.Direction
	Crypto    []string      // values of a=crypto, for package keying
	Encrypted bool          // by the policy: one of the crypto lines is to be used
	PTime     time.Duration // that it wishes to receive, 0 when not told
	MaxPTime  time.Duration
}

// Select finds the audio m-line of an offer that the policy likes best: an
// encrypted one first, unless encryption is off. Supported tells whether a
// crypto line can be used. The error is of the last line looked at.
func Select(offer Description, policy Policy, supported func(crypto string) bool) (Remote, error) {
	refusal := error(ErrNoAudio)
	var plain *Remote
	for i := range offer.Media {
		remote, err := offer.audio(i)
		if err == nil {
			err = remote.admit(policy, supported)
		}
		switch {
		case err != nil:
			if refusal == ErrNoAudio {
				refusal = err
			}
		case remote.Encrypted:
			return remote, nil
		case plain == nil:
			plain = &remote
		}
	}
	if plain != nil {
		return *plain, nil
	}
	return Remote{}, refusal
}

func (r *Remote) admit(policy Policy, supported func(string) bool) error {
	usable := false
	for _, value := range r.Crypto {
		usable = usable || supported != nil && supported(value)
	}
	secure, _ := transport(r.Proto)
	var err error
	r.Encrypted, err = policy.admits(secure, usable)
	return err
}

// audio reads m-line i, or says why it cannot be used.
func (d Description) audio(i int) (Remote, error) {
	m := d.Media[i]
	r := Remote{Index: i, Proto: m.Proto, Crypto: m.Values("crypto"), Direction: d.direction(m)}
	if m.Kind != "audio" || m.Port == 0 {
		return r, ErrNoAudio
	}
	if _, ok := transport(m.Proto); !ok {
		return r, fmt.Errorf("%w: transport %q", ErrNoAudio, m.Proto)
	}
	address := m.Address
	if address == "" {
		address = d.Address
	}
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return r, fmt.Errorf("%w: c= names %q, which is not an IP address", ErrNoAudio, address)
	}
	ip = ip.Unmap()
	if ip.IsMulticast() {
		return r, fmt.Errorf("%w: c= names the multicast address %s", ErrNoAudio, ip)
	}
	r.Addr = netip.AddrPortFrom(ip, uint16(m.Port))
	if ip.IsUnspecified() { // hold as before RFC 3264 (§8.4): do not send to me
		r.Direction &^= media.RecvOnly
	}
	_, r.Mux = m.Attribute("rtcp-mux")
	r.RTCP = rtcpAddress(m, r.Addr)
	if value, ok := m.Attribute("ptime"); ok {
		r.PTime = milliseconds(value)
	}
	if value, ok := m.Attribute("maxptime"); ok {
		r.MaxPTime = milliseconds(value)
	}
	r.Formats = m.formats(r.PTime)
	return r, nil
}

// rtcpAddress is the next port, or what a=rtcp says (RFC 3605).
func rtcpAddress(m Media, rtp netip.AddrPort) netip.AddrPort {
	address := netip.AddrPortFrom(rtp.Addr(), rtp.Port()+1)
	value, ok := m.Attribute("rtcp")
	if !ok {
		return address
	}
	fields := strings.Fields(value)
	if len(fields) == 0 {
		return address
	}
	port, err := strconv.ParseUint(fields[0], 10, 16)
	if err != nil || port == 0 {
		return address
	}
	ip := rtp.Addr()
	if len(fields) >= 4 {
		if other, err := netip.ParseAddr(fields[3]); err == nil {
			ip = other.Unmap()
		}
	}
	return netip.AddrPortFrom(ip, uint16(port))
}

// direction is the m-line's, else the session's, else sendrecv
// (RFC 8866 §6.7), as the far end sees it.
func (d Description) direction(m Media) media.Direction {
	for _, attributes := range [][]Attribute{m.Attributes, d.Attributes} {
		for _, a := range attributes {
			for _, direction := range []media.Direction{media.SendRecv, media.SendOnly, media.RecvOnly, media.Inactive} {
				if strings.EqualFold(a.Name, direction.String()) {
					return direction
				}
			}
		}
	}
	return media.SendRecv
}
